-- must: drop: false
return drop(tostring(loadstring("\27Lua") ~= nil or load("\27Lua", "x", "b") ~= nil or load("return 1", "x", "b") ~= nil))
