-- must: budget
load(function() return " " end)
