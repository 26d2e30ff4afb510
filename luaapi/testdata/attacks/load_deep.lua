-- must: budget
while true do loadstring("return " .. ("("):rep(30000)) loadstring(("{"):rep(30000)) loadstring("return " .. ("-"):rep(30000) .. "1") loadstring(("do "):rep(10000)) loadstring("return " .. ("not "):rep(15000) .. "1") end
