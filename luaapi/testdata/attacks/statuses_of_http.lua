-- must: budget
local list = {}
for i = 1, 300000 do list[i] = 404 end
while true do pcall(http.get, "https://example.com/", { ok = list, timeout = "x" }) end
