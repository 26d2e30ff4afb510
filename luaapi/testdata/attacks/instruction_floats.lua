-- must: budget
local t, x = {}, 0.5
while true do x = x + 1 t[#t + 1] = x end
