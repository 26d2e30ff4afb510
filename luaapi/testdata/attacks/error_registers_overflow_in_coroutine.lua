-- must: drop: false
local function f(...) return 1 + f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, ...) end
local ok, e = coroutine.resume(coroutine.create(f))
local ok2 = pcall(coroutine.wrap(f))
return drop(tostring(ok or ok2))
