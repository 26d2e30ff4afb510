-- must: end
local function f() return xpcall(f, f) end
return drop(tostring((f())))
