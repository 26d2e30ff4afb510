-- must: budget
local s, keep = ("x"):rep(32), {}
local p = ("(.)"):rep(32)
while true do keep[#keep + 1] = { s:match(p) } end
