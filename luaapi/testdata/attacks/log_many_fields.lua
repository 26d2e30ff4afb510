-- must: budget
local t = {}
for i = 1, 300000 do t[i] = i end
while true do log.info("x", t) end
