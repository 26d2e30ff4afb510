-- must: budget
local big = ("x"):rep(1000000)
local o = setmetatable({}, { __concat = function() return big end })
while true do local s = "a" .. o .. "b" .. o .. "c" .. o .. "d" .. o .. "e" .. o .. "f" .. o .. "g" .. o end
