-- must: budget
local s = ("x"):rep(8000)
while true do string.char(s:byte(1, -1)) end
