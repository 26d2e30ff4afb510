-- must: drop: false
local any = false
for _, name in ipairs{ "../x", "/etc/passwd", "a/../../b", "..", ".", "", "a..b", "a//b", "a\\b", "a\0b", ("x"):rep(1000), "lib.lib.x", "init" } do
  any = pcall(require, name) or any
end
return drop(tostring(any))
