-- must: budget
local n = Element("a", "x")
while true do local ok, m = pcall(Element, "a", { n, n }) if ok then n = m end end
