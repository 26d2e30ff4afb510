-- must: budget
local list = {}
for i = 1, 9000 do list[i] = Say"x" end
while true do pcall(Hangup, list) pcall(Message, list) pcall(Gather, list) end
