-- must: budget
local s = ("x"):rep(200000)
while true do pcall(emit, "app.x", { s = s }) end
