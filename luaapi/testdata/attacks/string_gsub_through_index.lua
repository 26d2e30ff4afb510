-- must: budget
local t
t = setmetatable({}, { __index = function(_, k) return (k:gsub(".", t)) end })
while true do pcall(string.gsub, "a", ".", t) end
