-- must: budget
local source = "if a then " .. ("elseif a then "):rep(4000) .. "end"
while true do loadstring(source) end
