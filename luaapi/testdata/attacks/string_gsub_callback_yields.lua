-- must: drop: fine
local co = coroutine.create(function() return (("abc"):gsub(".", function(c) return coroutine.yield(c) end)) end)
coroutine.resume(co) coroutine.resume(co)
local t = setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end })
local co2 = coroutine.create(function() return (("abc"):gsub(".", t)) end)
coroutine.resume(co2) coroutine.resume(co2)
return drop("fine")
