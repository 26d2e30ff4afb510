-- must: budget
local function tail(n)
  if n == 0 then
    while true do xpcall(error, function() error("again") end) end
  end
  return tail(n - 1)
end
tail(1000000)
