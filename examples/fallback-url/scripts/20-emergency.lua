-- Answers at the fallback URL. It must not fail: no calls, no store, no tricks.

local function told(event)
  -- event.fallback says what went wrong at the first URL; it is nil if somebody
  -- has put this URL into the wrong field.
  local f = event.fallback
  if f then
    log.error("Twilio came to the fallback URL: " .. f.message, { code = f.code, url = f.url, sid = event.sid })
  else
    log.warn("the fallback URL was used as an ordinary one", { sid = event.sid })
  end
end

on("message.received", function(event)
  told(event)
  return Message("We have got your message and will answer it later.")
end)

-- A call that was in a menu comes here too, in the middle of it.
on({ "call.received", "call.twiml-requested", "*.finished" }, function(event)
  told(event)
  if event.wants ~= "twiml-voice" then return end
  return { Say"One moment, we connect you.", Dial(settings.ring) }
end)
