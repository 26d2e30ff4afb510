-- must: drop: 
local found = {}
for _, name in ipairs{ "io", "dofile", "loadfile", "package", "module", "debug", "collectgarbage", "newproxy", "channel", "arg", "_printregs" } do
  if _G[name] ~= nil then found[#found + 1] = name end
end
for _, name in ipairs{ "execute", "exit", "getenv", "remove", "rename", "setlocale", "tmpname" } do
  if os[name] ~= nil then found[#found + 1] = name end
end
if string.dump then found[#found + 1] = "string.dump" end
return drop(table.concat(found, " "))
