-- must: drop: 0
local n = 0
local function try(t) if pcall(reply, t) then n = n + 1 end end
for _, bad in ipairs{ "a\r\nX: y", "a\nb", "a\0", "a\127" } do
  try{ headers = { X = bad } }
  try{ headers = { [bad] = "x" } }
  try{ type = bad, body = "x" }
end
for _, name in ipairs{ "Content-Length", "content-type", "TRANSFER-ENCODING", "Connection", "Trailer", "Content-Encoding", "Upgrade", "", "a b", "a:", "é" } do
  try{ headers = { [name] = "x" } }
end
for _, status in ipairs{ 0, 100, 101, 199, 600, -1, 200.5, 1e300, 0/0 } do try{ status = status } end
try{ status = 204, body = "x" }
return drop(tostring(n))
