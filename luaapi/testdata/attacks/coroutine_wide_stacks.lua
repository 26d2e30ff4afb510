-- must: budget
local names, keep = {}, {}
for i = 1, 190 do names[i] = "v" .. i end
local deep = assert(loadstring("local function f(n) local " .. table.concat(names, ",") .. " if n == 0 then coroutine.yield() end local x = f(n - 1) return x end return f"))()
while true do
  local co = coroutine.create(deep)
  coroutine.resume(co, 140)
  keep[#keep + 1] = co
end
