-- must: budget
local t = {}
for i = 1, 90000 do t[i] = "some text of some length" end
t[#t + 1] = print
while true do pcall(json.encode, t) pcall(reply.json, t) pcall(emit, "app.x", t) pcall(store.set, "k", t) end
