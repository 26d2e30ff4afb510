-- must: budget
local s, keep = "[" .. ("{},"):rep(20000) .. "{}]", {}
while true do keep[#keep + 1] = json.decode(s) end
