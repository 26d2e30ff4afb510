-- must: error: more than
local t = {}
for i = 1, 200000 do t[i] = Message"x" if i > 20000 then break end end
return t
