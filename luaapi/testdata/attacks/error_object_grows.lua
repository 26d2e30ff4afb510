-- must: end
error(setmetatable({}, { __tostring = function() return ("x"):rep(1000000) end }))
