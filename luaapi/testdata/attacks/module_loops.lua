-- must: error: requires itself
return require("a")
--- lib/a.lua
return require("b")
--- lib/b.lua
return require("a")
