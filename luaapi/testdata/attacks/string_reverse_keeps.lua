-- must: budget
local s, keep = ("x"):rep(500000), {}
while true do keep[#keep + 1] = s:reverse() end
