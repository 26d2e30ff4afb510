-- must: budget
local keep = {}
while true do
  local t = {}
  t.a = 1
  keep[#keep + 1] = t
end
