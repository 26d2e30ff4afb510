-- must: drop: false
local names = {}
for i = 1, 190 do names[i] = "v" .. i end
local f = assert(loadstring("local function f() local " .. table.concat(names, ",") .. " = 1 local x = f() return x end return f"))()
return drop(tostring((pcall(f))))
