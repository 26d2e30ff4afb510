-- must: budget
local function deep(n)
  if n == 0 then
    while true do xpcall(error, function() error("again") end) end
  end
  local x = deep(n - 1)
  return x
end
deep(3800)
