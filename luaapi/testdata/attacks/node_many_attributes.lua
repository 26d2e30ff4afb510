-- must: budget
local extra = {}
for i = 10000, 1, -1 do extra["a" .. i] = i end
while true do pcall(Say, { extra = extra, "x" }) pcall(Say, extra) pcall(Element, "a", extra) end
