-- must: budget
local s = ("\0"):rep(900000)
while true do pcall(string.format, "%q", s) end
