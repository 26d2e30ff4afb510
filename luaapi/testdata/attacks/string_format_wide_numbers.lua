-- must: budget
local numbers = {}
for i = 1, 2000 do numbers[i] = 1e300 end
local f = ("%99.99f"):rep(2000)
while true do string.format(f, unpack(numbers)) end
