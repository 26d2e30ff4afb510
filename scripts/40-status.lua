-- Tells what becomes of messages and calls. Try it:
--   twirouter send message.undelivered ErrorCode=30003
-- Twilio does not wait for an answer to these: they run in the background, and
-- what is returned is not sent.

on({ "message.failed", "message.undelivered" }, function(event)
  log.warn("a message did not arrive: " .. event.error.message, { to = event.To, code = event.error.code })
end)

-- "call.*" would be all that happens to a call; of several handlers that fit, all run.
on({ "call.busy", "call.no-answer", "call.failed" }, function(event)
  log.info("a call was not answered", { to = event.To, status = event.status })
end)

on("recording.completed", function(event)
  log.info("a recording is ready", { url = event.RecordingUrl, seconds = event.RecordingDuration })
end)
