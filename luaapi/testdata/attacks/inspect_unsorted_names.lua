-- must: budget
for i = 1, 100000 do event.data["k" .. i] = i end
while true do inspect(event) end
