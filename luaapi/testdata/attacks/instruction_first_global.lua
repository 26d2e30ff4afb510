-- must: budget
local keep = {}
local f = assert(loadstring("x = 1"))
while true do
  local env = {}
  setfenv(f, env)()
  keep[#keep + 1] = env
end
