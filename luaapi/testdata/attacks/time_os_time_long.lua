-- must: budget
local s = ("1"):rep(1000000)
while true do pcall(os.time, { year = s, month = s, day = s }) end
