-- must: budget
while true do pcall(print, setmetatable({}, { __tostring = function() while true do end end })) end
