-- must: budget
local t = { "x" }
for i = 1, 25 do t = { t, t } end
while true do pcall(Say, t) end
