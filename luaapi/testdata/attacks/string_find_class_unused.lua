-- must: budget
local p = "[" .. ("b"):rep(1000000) .. "]"
while true do (""):find("x?" .. p) end
