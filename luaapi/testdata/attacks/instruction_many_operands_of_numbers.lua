-- must: budget
local n = 1234567.891
while true do
  local s = n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n .. n
end
