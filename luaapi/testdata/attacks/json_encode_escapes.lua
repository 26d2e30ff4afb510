-- must: budget
local s = ("\1"):rep(1000000)
while true do pcall(json.encode, s) pcall(json.encode, { s, print }) end
