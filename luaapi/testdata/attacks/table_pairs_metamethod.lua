-- must: drop: fine
local t = setmetatable({}, { __len = function() return 1e9 end, __index = function(_, k) return k end })
assert(#t == 1e9 and table.concat(t) == "" and #{ unpack(t) } == 0)
return drop("fine")
