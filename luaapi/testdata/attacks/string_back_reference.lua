-- must: budget
(("a"):rep(100000)):find("(.*)%1%1b")
