-- must: budget
local s, q = ("%"):rep(1000000), {}
for i = 1, 2000 do q["k" .. i] = s end
while true do pcall(at, nil, q) end
