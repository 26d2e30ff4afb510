-- must: budget
local s = ("x"):rep(1000000)
while true do pcall(function() local n n[s] = 1 end) end
