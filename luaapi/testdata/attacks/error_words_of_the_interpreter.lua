-- must: drop: a:1: cannot perform backup
local _, e = pcall(error, "a:1: cannot perform backup", 0)
return drop(e)
