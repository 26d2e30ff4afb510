-- must: budget
while true do time.format(0, ("%c"):rep(400)) os.date(("%c"):rep(400)) end
