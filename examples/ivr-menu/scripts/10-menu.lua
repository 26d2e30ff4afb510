-- A menu for calls, by key or by voice: asks three times, then gives up; outside
-- of the opening hours it says when to call again.

-- Every question goes through here. A step's query comes back as event.query: so
-- the number of the try travels with the call, and nothing has to be stored.
local function ask(try, before)
  local texts, words = {}, {}
  for _, option in ipairs(settings.options) do
    table.insert(texts, "For " .. option.name .. ", press " .. option.key .. ".")
    for _, word in ipairs(option.words) do table.insert(words, word) end
  end
  return {
    before and Say(before),
    Gather{
      input = { "dtmf", "speech" }, numDigits = 1, timeout = 5, hints = table.concat(words, ","),
      action = at("choice", { try = try }),
      Say(table.concat(texts, " ")),
    },
    -- Gather goes on here when nobody pressed or said anything.
    Redirect(at("silence", { try = try })),
  }
end

local function again(event, before)
  local try = (tonumber(event.query.try) or 1) + 1
  if try > settings.tries then
    return { Say"Please call again. Goodbye.", Hangup() }
  end
  return ask(try, before)
end

on("call.received", function(event)
  local open, change = time.within(settings.hours, settings.zone)
  if not open then
    local opening = change and time.format(change, "%A at %H:%M", settings.zone) or "another day"
    return { Say("You have reached " .. settings.company .. ". We are closed. Please call again on " .. opening .. "."), Hangup() }
  end
  return ask(1, "Welcome to " .. settings.company .. ".")
end)

step("silence", function(event) return again(event, "We did not hear you.") end)

step("choice", function(event)
  local said = (event.SpeechResult or ""):lower()
  for _, option in ipairs(settings.options) do
    local chosen = event.Digits == option.key
    for _, word in ipairs(option.words) do
      chosen = chosen or said:find(word, 1, true) ~= nil
    end
    if chosen then
      return {
        Say("One moment, we connect you to " .. option.name .. "."),
        Dial{ action = at("dialed", { option = option.name }), timeout = 20, Number(option.number) },
      }
    end
  end
  return again(event, "We did not understand that.")
end)

step("dialed", function(event)
  if event.DialCallStatus == "completed" or event.DialCallStatus == "answered" then
    return Hangup()
  end
  log.warn("nobody answered for " .. event.query.option, { status = event.DialCallStatus, from = event.From })
  return { Say("Nobody of " .. event.query.option .. " can answer now. Please call again later."), Hangup() }
end)
