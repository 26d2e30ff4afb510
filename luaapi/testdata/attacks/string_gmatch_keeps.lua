-- must: budget
local s, keep = ("word "):rep(200000), {}
while true do for w in s:gmatch("%a+") do keep[#keep + 1] = w end end
