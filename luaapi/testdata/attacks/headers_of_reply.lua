-- must: budget
local list, h = {}, {}
for i = 1, 100000 do list[i] = "v" end
for i = 1, 50 do h["h" .. i] = list end
while true do pcall(reply, { headers = h }) end
