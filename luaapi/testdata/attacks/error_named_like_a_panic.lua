-- must: drop: fine
local ok, e = pcall(error, "runtime error: x", 0)
local co = coroutine.create(function() error("interface conversion: y", 0) end)
local ok2, e2 = coroutine.resume(co)
assert(not ok and e == "runtime error: x" and not ok2 and e2 == "interface conversion: y", "x")
return drop("fine")
