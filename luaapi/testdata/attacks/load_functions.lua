-- must: budget
local source = ("function f() end "):rep(3500)
local nested = ("return function() "):rep(190) .. ("end "):rep(190)
while true do loadstring(source) loadstring(nested) end
