-- must: budget
local i = 0
while true do i = i + 1 time.now(nil) Say{ ("x"):rep(3000), voice = "nobody" .. i } end
