-- must: budget
local key = ("g"):rep(60000)
local f = assert(loadstring("while true do local x = " .. key .. " end"))
f()
