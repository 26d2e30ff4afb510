-- must: drop: fine
local _, e = pcall(function() assert(false, "runtime error: index out of range") end)
assert(e == "runtime error: index out of range", "x")
return drop("fine")
