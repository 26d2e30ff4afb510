-- must: drop: fine
local co = coroutine.create(function() table.sort({ 3, 2, 1 }, function(a, b) coroutine.yield() return a < b end) end)
coroutine.resume(co) coroutine.resume(co)
return drop("fine")
