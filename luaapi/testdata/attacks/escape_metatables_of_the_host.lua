-- must: drop: false
local any = false
local _, err = http.get("http://127.0.0.1/")
for _, v in ipairs{ "", event, event.headers, json.null, Say"x", drop(), _G, string, err or "" } do
  local mt = getmetatable(v)
  any = any or type(mt) == "table"
  any = pcall(setmetatable, v, {}) or any
  any = pcall(function() v.leak = 1 end) and v ~= event.headers and v ~= _G or any
end
leak = nil
return drop(tostring(any))
