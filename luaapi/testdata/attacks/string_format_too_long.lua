-- must: budget
local s = ("x"):rep(900000)
while true do pcall(string.format, "%s%s", s, s) end
