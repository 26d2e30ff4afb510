-- must: budget
local s, keep = ("x"):rep(1000000), {}
while true do keep[#keep + 1] = s:sub(1, 200000) end
