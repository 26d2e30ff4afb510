-- must: budget
local s = ("x"):rep(1000000)
while true do pcall(Say, s) pcall(Say, { voice = s, "x" }) pcall(Element, s, "x") end
