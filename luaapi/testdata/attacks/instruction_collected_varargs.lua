-- must: budget
local keep, list = {}, {}
for i = 1, 7000 do list[i] = i end
local function f(...) while true do keep[#keep + 1] = { ... } end end
f(unpack(list))
