-- must: drop: 2 nil
local m = require("counter")
m.n = m.n + 1
return drop(m.n .. " " .. tostring(require("counter").secret))
--- lib/counter.lua
pcall(function() string.upper = nil end)
return { n = 1 }
