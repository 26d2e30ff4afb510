-- must: budget
local list = {}
for i = 1, 7000 do list[i] = i end
local function pass(n)
  if n == 0 then return unpack(list) end
  return pcall(pass, n - 1)
end
while true do local x = pass(150) end
