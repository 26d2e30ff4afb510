-- must: drop: fine
pcall(function() getfenv(print).leak = 1 end)
pcall(setfenv, print, {})
pcall(setfenv, 0, { leak = 1 })
pcall(setfenv, 1, setmetatable({}, { __index = _G }))
leak = 1
rawset(_G, "leak", 2)
return drop("fine")
