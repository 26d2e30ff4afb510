-- must: budget
local s = ("x"):rep(1000000)
while true do loadstring("", s) load("", s) loadstring("x x", "=" .. s) end
