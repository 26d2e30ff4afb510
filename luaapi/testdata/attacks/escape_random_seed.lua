-- must: drop: fine
math.randomseed(1)
local a = math.random(1000000)
math.randomseed(1)
assert(a == math.random(1000000))
return drop("fine")
