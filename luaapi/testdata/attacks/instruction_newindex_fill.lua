-- must: budget
local shield = {}
shield[1000000] = true
shield[1000000] = nil
while true do
  shield = setmetatable(shield, { __newindex = {} })
  shield[999999] = 1
end
