-- must: budget
(("a"):rep(100000)):find(("%f[" .. ("b"):rep(1000) .. "]"):rep(100))
