-- must: drop: 0
local n = 0
local function try(...) if pcall(...) then n = n + 1 end end
for _, bad in ipairs{ "a b", "a>", "!--", "a/", "?xml", "", "1a", "a\0", "a\n", "<a", "xml:" .. ("x"):rep(1) .. " y", "Response" } do
  try(Element, bad, "x")
  if bad ~= "Response" then
    try(Say, { extra = { [bad] = "x" }, "x" })
    try(Element, "a", { [bad] = "x", "x" })
  end
end
return drop(tostring(n))
