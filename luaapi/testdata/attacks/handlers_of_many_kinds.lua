-- must: error: on: only at the top of a file
on({ "a" }, function() end)
