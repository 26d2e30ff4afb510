-- must: budget
local t = {}
t[3000000] = 1
t[3000000] = nil
while true do pcall(time.within, "Mon 9-10", "UTC", t) pcall(reply, t) pcall(emit, "app.x", nil, t) end
