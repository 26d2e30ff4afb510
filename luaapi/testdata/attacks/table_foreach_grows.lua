-- must: budget
local t = { 1 }
table.foreach(t, function(k) t[#t + 1] = k end)
table.foreachi({ 1 }, function() while true do end end)
