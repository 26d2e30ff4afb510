-- must: budget
local names = {}
for i = 1, 190 do names[i] = "v" .. i end
local f = assert(loadstring("return function() local " .. table.concat(names, ",") .. " end"))()
while true do f() f() f() f() f() f() f() f() end
