-- must: budget
local parts = {}
for i = 1, 6000 do parts[i] = "x" .. i .. "=1" end
local source = table.concat(parts, " ")
while true do loadstring(source) end
