-- must: budget
local t = {}
while true do t[{}] = true end
