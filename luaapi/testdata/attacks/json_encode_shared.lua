-- must: budget
local t = { 1 }
for i = 1, 60 do t = { t, t } end
while true do pcall(json.encode, t) inspect(t) print(t) log.info("x", { t }) end
