-- must: end
while true do local res, err = http.get("http://127.0.0.1/" .. ("x"):rep(100000)) assert(res == nil and err.kind == "denied") end
