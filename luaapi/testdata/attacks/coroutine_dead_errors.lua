-- must: drop: fine
for i = 1, 2000 do
  local w = coroutine.wrap(function() error({ i }) end)
  pcall(w) pcall(w)
end
return drop("fine")
