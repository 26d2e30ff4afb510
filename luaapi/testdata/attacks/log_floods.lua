-- must: budget
while true do log.info(("x"):rep(1000), { y = ("z"):rep(1000) }) print(("p"):rep(1000)) end
