-- must: drop: fine
local co = coroutine.create(function() return require("y") end)
coroutine.resume(co) coroutine.resume(co)
return drop("fine")
--- lib/y.lua
coroutine.yield(1)
return 2
