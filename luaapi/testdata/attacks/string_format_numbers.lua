-- must: budget
local numbers = {}
for i = 1, 4000 do numbers[i] = 1e300 / 3 end
local f = ("%.1g"):rep(4000)
while true do string.format(f, unpack(numbers)) end
