-- must: budget
local s = ("x"):rep(900000)
while true do pcall(table.concat, { s, s }) end
