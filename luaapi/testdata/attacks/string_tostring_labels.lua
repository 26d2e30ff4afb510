-- must: budget
while true do tostring({}) end
