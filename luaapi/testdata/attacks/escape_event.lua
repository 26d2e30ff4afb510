-- must: drop: fine
event.params.leak = 1
event.data.leak = 1
event.vars.leak = 1
pcall(function() event.From = "x" end)
pcall(rawset, event, "From", "x")
pcall(setmetatable, event, {})
assert(event.From == "+15550100")
return drop("fine")
