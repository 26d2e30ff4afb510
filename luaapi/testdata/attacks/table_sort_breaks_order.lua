-- must: drop: fine
local t = {}
for i = 1, 5000 do t[i] = i end
table.sort(t, function() return true end)
table.sort(t, function() return math.random() < 0.5 end)
pcall(table.sort, t, function(a, b) if math.random() < 0.01 then error("x") end return a < b end)
return drop("fine")
