-- must: budget
local s = ("Mon-Sun "):rep(60000) .. ("9-10 "):rep(80000)
while true do pcall(time.within, s, "UTC") end
