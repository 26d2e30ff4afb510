-- must: budget
local t = { 1, 2, 3 }
t[3000000] = 1
t[3000000] = nil
while true do table.insert(t, 1, 0) table.remove(t, 1) end
