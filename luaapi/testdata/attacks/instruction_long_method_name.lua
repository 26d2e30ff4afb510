-- must: budget
local key = ("k"):rep(60000)
local f = assert(loadstring("local t = {} while true do local x = t." .. key .. " end"))
f()
