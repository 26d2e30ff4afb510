-- must: budget
local s, keep = ("x"):rep(2000), {}
while true do keep[#keep + 1] = drop(s) retry("30s", s) refuse(403, s) fail(s) end
