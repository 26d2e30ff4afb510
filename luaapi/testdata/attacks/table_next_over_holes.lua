-- must: budget
local t = {}
t[3000000] = 1
t[3000000] = nil
while true do next(t) end
