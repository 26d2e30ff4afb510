-- must: budget
local p = ("a"):rep(1000000)
while true do (""):find(p) end
