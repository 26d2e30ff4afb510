-- must: budget
while true do table.getn(string) pairs(settings) next(settings) ipairs(settings) end
