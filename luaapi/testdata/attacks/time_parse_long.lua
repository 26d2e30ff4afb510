-- must: budget
local s = ("2"):rep(1000000)
while true do time.parse(s) end
