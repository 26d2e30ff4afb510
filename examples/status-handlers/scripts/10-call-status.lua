-- A handler for every state of a call. Nobody waits for an answer: they run in
-- the background, those of one call in the order in which they came.
-- Delete what you do not need.

on("call.queued", function(event)
  log.info("call queued", { call = event.CallSid, to = event.To })
end)

on("call.initiated", function(event) -- Twilio has begun to dial
  log.info("call initiated", { call = event.CallSid })
end)

on("call.ringing", function(event)
  log.info("call ringing", { call = event.CallSid })
end)

on("call.in-progress", function(event) -- somebody, or something, answered
  log.info("call in progress", { call = event.CallSid, answered_by = event.AnsweredBy })
end)

on("call.completed", function(event)
  -- CallDuration is in seconds; Duration is what is billed, in minutes.
  log.info("call completed", { call = event.CallSid, seconds = tonumber(event.CallDuration) })
end)

on("call.busy", function(event)
  log.info("call busy", { call = event.CallSid, to = event.To })
end)

on("call.failed", function(event)
  -- SipResponseCode is the carrier's reason: 404 no such number, 503 no way there …
  log.warn("call failed", { call = event.CallSid, to = event.To, sip = event.SipResponseCode })
end)

on("call.no-answer", function(event)
  log.info("call no answer", { call = event.CallSid, to = event.To })
end)

on("call.canceled", function(event) -- hung up before it was answered
  log.info("call canceled", { call = event.CallSid })
end)
