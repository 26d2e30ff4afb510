-- must: drop: false
local list = {}
for i = 1, 7900 do list[i] = i end
local function f(...) local x = f(unpack(list)) return x end
return drop(tostring((pcall(f))))
