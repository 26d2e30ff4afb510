-- must: budget
local list, h = {}, {}
for i = 1, 100000 do list[i] = "v" end
for i = 1, 50 do h["h" .. i] = list end
h.z = {}
h.z.z = {}
while true do pcall(http.get, "https://example.com/", { headers = h }) end
