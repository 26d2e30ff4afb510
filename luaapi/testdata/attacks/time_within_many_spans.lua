-- must: budget
local spans = {}
for h = 0, 22 do spans[#spans + 1] = h .. ":00-" .. h .. ":30" end
local s = table.concat(spans, " ")
while true do pcall(time.within, s, "Europe/Vienna", { at = 1700000000 }) end
