-- must: budget
while true do load(function() return "" end) load(function() return nil end) end
