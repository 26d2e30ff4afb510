-- must: budget
local keep = {}
while true do
  local t = {}
  t[1] = true
  keep[#keep + 1] = t
end
