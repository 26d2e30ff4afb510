-- must: budget
while true do pcall(require, "burn") end
--- lib/burn.lua
while true do end
