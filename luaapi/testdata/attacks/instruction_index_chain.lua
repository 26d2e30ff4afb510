-- must: budget
local t = {}
for i = 1, 98 do t = setmetatable({}, { __index = t }) end
while true do local x = t.k x = t.k x = t.k x = t.k x = t.k x = t.k x = t.k x = t.k end
