-- must: budget
local s = ("1"):rep(1000000)
while true do pcall(math.floor, s) pcall(string.rep, "x", s) pcall(string.format, "%d", s) tonumber(s) tonumber(s, 8) end
