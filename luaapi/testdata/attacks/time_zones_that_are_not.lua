-- must: budget
local i = 0
while true do i = i + 1 pcall(time.now, "Nowhere/Zone" .. i) end
