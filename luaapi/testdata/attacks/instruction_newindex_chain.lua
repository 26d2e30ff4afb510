-- must: budget
local t = setmetatable({}, { __newindex = function() end })
for i = 1, 97 do t = setmetatable({}, { __newindex = t }) end
while true do t.k = 1 t.k = 1 t.k = 1 t.k = 1 t.k = 1 t.k = 1 t.k = 1 end
