-- must: budget
local function deep(n)
  local a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, t, u = 1
  local keep = function() return a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, r, s, t, u end
  if n == 0 then
    while true do local f = function() return n end end
  end
  local x = deep(n - 1)
  return x
end
deep(2000)
