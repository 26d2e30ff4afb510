-- Rings a phone; who is not answered gets a text message.

on("call.received", function()
  return Dial{ action = at"dialed", timeout = settings.seconds, Number(settings.ring) }
end)

-- Here Twilio comes when the dialling is over, however it ended.
step("dialed", function(event)
  if event.DialCallStatus == "completed" or event.DialCallStatus == "answered" then
    return Hangup()
  end
  -- The caller does not wait for the text: it is an event of its own, in the
  -- background, accepted together with this answer. The key makes it one a call.
  emit("app.missed", { caller = event.From, line = event.To, why = event.DialCallStatus }, { key = event.CallSid })
  return { Say"Sorry, nobody can answer now. We will text you.", Hangup() }
end)

-- What callers look like who hide their number.
local hidden = { ["+266696687"] = true, ["+7378742833"] = true, ["+2562533"] = true, ["+8656696"] = true }

on("app.missed", function(event)
  local call = event.data
  if hidden[call.caller] or not call.caller:match("^%+%d%d%d%d%d%d%d+$") then
    log.info("no text: the caller hides the number", { line = call.line })
    return
  end
  local key = "texted:" .. call.caller
  if store.get(key) then
    log.info("no text: there was one already", { line = call.line })
    return
  end
  store.set(key, time.now(), { ttl = settings.quiet })
  -- If this fails, the event has failed, and what was set above is not kept.
  http.post(settings.url, { must = true, json = { to = call.caller, from = call.line, body = settings.text } })
end)
