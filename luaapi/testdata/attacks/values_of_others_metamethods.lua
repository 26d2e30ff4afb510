-- must: budget
local t = setmetatable({}, { __index = function() while true do end end, __len = function() while true do end end, __newindex = function() end })
json.encode(t) inspect(t) pcall(Say, t) pcall(reply, t) table.concat(t) unpack(t)
while true do local x = #t end
