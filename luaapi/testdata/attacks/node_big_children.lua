-- must: budget
local p = ssml.prosody{ rate = "slow", ("x"):rep(60000) }
while true do pcall(Say, { p }) pcall(tostring, p) end
