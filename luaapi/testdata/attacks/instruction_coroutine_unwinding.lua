-- must: budget
local function deep(n)
  local a, b, c, d, e, f, g, h, i, j = 1
  local keep = function() return a, b, c, d, e, f, g, h, i, j end
  if n == 0 then error("x") end
  local x = deep(n - 1)
  return x
end
while true do coroutine.resume(coroutine.create(deep), 900) end
