-- must: budget
local t, key = {}, ("k"):rep(1000000)
while true do local x = t[key] x = t[key] x = t[key] x = t[key] end
