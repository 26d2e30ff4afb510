-- must: end
local function f() return pcall(coroutine.wrap(f)) end
while true do f() end
