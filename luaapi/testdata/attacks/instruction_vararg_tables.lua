-- must: budget
local keep = {}
local function f(...) return arg end
while true do keep[#keep + 1] = f() end
