-- must: budget
local s = ("["):rep(1000000)
local d = ("{\"a\":"):rep(60) .. "1" .. ("}"):rep(60)
while true do json.decode(s) json.decode(d) end
