-- must: drop: false
local any = false
local function try(f, ...) any = pcall(f, ...) or any end
for _, lib in ipairs{ string, table, math, coroutine, os, time, json, http, store, store.shared, log, reply, twiml, ssml } do
  try(function() lib.leak = 1 end)
  try(rawset, lib, "leak", 1)
  try(setmetatable, lib, {})
  try(table.insert, lib, 1)
  try(table.sort, lib)
  try(table.remove, lib, 1)
  try(function() getmetatable(lib).__index = {} end)
  try(json.array, setmetatable({}, { __metatable = 1 }))
end
return drop(tostring(any))
