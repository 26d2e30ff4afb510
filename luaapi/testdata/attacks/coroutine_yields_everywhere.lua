-- must: drop: fine
local y = coroutine.yield
local m = {}
for _, name in ipairs{ "__add", "__concat", "__eq", "__lt", "__le", "__call", "__unm", "__len", "__newindex", "__index", "__tostring" } do m[name] = function(...) y(...) return 1 end end
local function o() return setmetatable({}, m) end
for _, f in ipairs{
  function() return o() + 1 end, function() return o() .. "x" end, function() return o() == o() end, function() return o() < o() end,
  function() return o() <= o() end, function() return o()() end, function() return -o() end, function() return #o() end,
  function() o().x = 1 end, function() return o().x end, function() return tostring(o()) end, function() return print(o()) end,
  function() for k in y do return k end end, function() return xpcall(y, y) end, function() return table.foreach({ 1 }, y) end,
  function() return loadstring("coroutine.yield()")() end, function() return load(y) end, function() return require("x") end,
  function() return ("a"):gsub("a", y) end, function() return json.encode({ o() }) end, function() return Say(o()) end,
  function() return coroutine.wrap(y)() end, function() error(o()) end, function() return string.format("%s", o()) end,
  function() return inspect(o()) end, function() log.info(o(), { o() }) end, function() return "a" .. o() .. "b" .. o() end,
} do
  local co = coroutine.create(f)
  for i = 1, 4 do coroutine.resume(co, i) end
end
return drop("fine")
