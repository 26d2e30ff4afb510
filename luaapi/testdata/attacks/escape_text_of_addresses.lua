-- must: drop: nil
local texts = { tostring(print), tostring({}), tostring(event), tostring(coroutine.create(print)), tostring(Say"x"), inspect(print), inspect({ print }), tostring(json.null),
  select(2, pcall(function() local n n[{}] = 1 end)), select(2, pcall(function() local n n[print] = 1 end)), select(2, pcall(string.rep, {}, 1)),
  select(2, pcall(error, {})) and "", select(2, pcall(function() return {} < {} end)), select(2, pcall(function() return {} .. {} end)),
  select(2, coroutine.resume(coroutine.create(function() local n n[print] = 1 end))), select(2, pcall(setmetatable, 1, {})), tostring(reply), tostring(err) }
return drop(tostring(table.concat(texts, " "):match("0x%x+") or table.concat(texts):match("%(%*?lua%.") or table.concat(texts):match("%[G%]")))
