-- must: budget
local keep = {}
local function deep(n) if n == 0 then coroutine.yield() end local x = deep(n - 1) return x end
while true do
  local co = coroutine.create(deep)
  coroutine.resume(co, 900)
  keep[#keep + 1] = co
end
