-- must: error: returned 7000 values
local t = {}
for i = 1, 7000 do t[i] = i end
return unpack(t)
