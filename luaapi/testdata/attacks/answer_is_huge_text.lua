-- must: error: Message is 1000000 characters
return ("x"):rep(1000000)
