-- must: budget
local t, i = {}, 0
while true do i = i + 1 local x, y, z = i, i, i t[i] = function() return x + y + z end end
