-- WhatsApp: what people tap, where they are, and what they send along.

-- Kilometres between two places on earth.
local function distance(a, b)
  local rad = math.rad
  local x = math.sin(rad(b.lat - a.lat) / 2) ^ 2 + math.cos(rad(a.lat)) * math.cos(rad(b.lat)) * math.sin(rad(b.lon - a.lon) / 2) ^ 2
  return 12742 * math.asin(math.sqrt(x))
end

-- What a button or a list item of your templates sends, by its id.
local taps = {
  hours = function() return Message("We are open from 9 to 5.") end,
  map = function() return Message{ Body"Here we are:", Media(settings.map) } end,
  person = function(event)
    log.info("wants a person", { name = event.ProfileName })
    return Message("Somebody will write to you here.")
  end,
}

on("message.received", function(event)
  if event.channel ~= "whatsapp" then return end -- left to other scripts

  -- A quick reply has ButtonPayload, an item of a list ListId; both are the id
  -- that the template gave it, ButtonText and Body what the person saw.
  local tap = event.ButtonPayload or event.ListId
  if tap then
    local answer = taps[tap]
    if answer then return answer(event) end
    log.warn("a button that nobody knows", { id = tap, text = event.ButtonText })
  end

  local here = { lat = tonumber(event.Latitude), lon = tonumber(event.Longitude) }
  if here.lat and here.lon then
    local nearest, least
    for _, shop in ipairs(settings.shops) do
      local km = distance(here, shop)
      if not least or km < least then nearest, least = shop, km end
    end
    return Message(("The nearest shop is %s, %.1f km from you."):format(nearest.name, least))
  end

  if #event.media > 0 then
    local pictures = 0
    for _, m in ipairs(event.media) do
      if m.content_type:match("^image/") then pictures = pictures + 1 end
    end
    if pictures < #event.media then return Message("We can only take pictures, sorry.") end
    return Message(pictures == 1 and "Thank you for the picture." or "Thank you for the " .. pictures .. " pictures.")
  end

  -- event.from is the number, event.From the address: whatsapp:+1…
  return Message("Hello " .. (event.ProfileName or event.from or "you") .. "! Ask us for hours, or send us where you are.")
end)

-- After the answer, in the background: nobody on the phone waits for this.
on("message.received", { background = true }, function(event)
  if event.channel ~= "whatsapp" then return end
  for _, m in ipairs(event.media) do
    if m.content_type:match("^image/") then
      http.post(settings.url, { must = true, json = { from = event.from, sid = event.sid, url = m.url, type = m.content_type } })
    end
  end
end)

on("message.read", function(event)
  log.info("read", { sid = event.sid, by = event.to })
end)
