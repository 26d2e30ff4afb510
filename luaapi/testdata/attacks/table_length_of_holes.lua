-- must: budget
local t = {}
t[3000000] = 1
t[3000000] = nil
while true do table.getn(t) ipairs(t) unpack(t) table.remove(t) end
