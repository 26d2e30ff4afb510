-- must: budget
(("a"):rep(30000)):gsub("(.-)%1(.-)%2x", "")
