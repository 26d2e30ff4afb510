-- must: budget
local i, s = 0, ("x"):rep(60000)
while true do i = i + 1 pcall(store.set, "k" .. i, s) store.get("k" .. i) end
