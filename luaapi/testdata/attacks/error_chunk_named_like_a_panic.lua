-- must: drop: fine
local f = assert(loadstring("local x = nil; return x.y", "=runtime error: z"))
pcall(f)
local g = assert(loadstring("local x = nil; return x.y", "=reflect"))
pcall(g)
return drop("fine")
