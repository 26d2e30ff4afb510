-- must: budget
local n = Element("a", Say(("x"):rep(50000)))
while true do local c = n[1] local x = c.voice or #c end
