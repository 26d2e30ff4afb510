-- must: budget
local parts = {}
for i = 1, 3000 do parts[i] = "goto l" .. i end
for i = 1, 3000 do parts[#parts + 1] = "::l" .. i .. "::" end
local source = table.concat(parts, " ")
while true do loadstring(source) end
