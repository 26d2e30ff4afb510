-- must: error: contains itself
-- on: call.received
local t = {}
t[1] = t
return t
