-- must: budget
local sources = { "return 1" .. ("+1"):rep(30000), "return a" .. ("..a"):rep(20000), "return a" .. (".a"):rep(30000), "return a" .. ("()"):rep(30000), "return a" .. (" and a"):rep(10000), "return a" .. ("==a"):rep(20000) }
while true do for _, s in ipairs(sources) do loadstring(s) end end
