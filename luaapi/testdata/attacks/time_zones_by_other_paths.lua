-- must: drop: false false false false
local function known(z) return tostring((pcall(time.now, z))) end
return drop(known("Europe/./Vienna") .. " " .. known("Europe//Vienna") .. " " .. known("../zoneinfo/UTC") .. " " .. known("Local"))
