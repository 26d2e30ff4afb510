-- must: drop: normal
local main = coroutine.running()
assert(main == nil)
local status
local outer
outer = coroutine.create(function() coroutine.wrap(function() status = coroutine.status(outer) end)() end)
coroutine.resume(outer)
return drop(status)
