-- must: budget
local r = ("x"):rep(1000000)
while true do (""):gsub("y", r); pcall(string.gsub, "y", "y", "%" .. r) pcall(string.gsub, "y", "y", r .. r:sub(1, 50000)) end
