-- A handler for every state of a message: the way of one that was sent, and that
-- of one that came in. Delete what you do not need.

on("message.accepted", function(event) -- by a Messaging Service, which chooses the sender now
  log.info("message accepted", { sid = event.sid })
end)

on("message.scheduled", function(event)
  log.info("message scheduled", { sid = event.sid })
end)

on("message.queued", function(event)
  log.info("message queued", { sid = event.sid })
end)

on("message.sending", function(event)
  log.info("message sending", { sid = event.sid })
end)

on("message.sent", function(event) -- the carrier has it; some never say more
  log.info("message sent", { sid = event.sid })
end)

on("message.delivered", function(event)
  log.info("message delivered", { sid = event.sid, to = event.to })
end)

on("message.undelivered", function(event)
  log.warn("message undelivered: " .. event.error.message, { sid = event.sid, to = event.to, code = event.error.code })
end)

on("message.failed", function(event)
  log.warn("message failed: " .. event.error.message, { sid = event.sid, to = event.to, code = event.error.code })
end)

on("message.canceled", function(event) -- a scheduled one that was called back
  log.info("message canceled", { sid = event.sid })
end)

on("message.read", function(event) -- WhatsApp, RCS
  log.info("message read", { sid = event.sid })
end)

on("message.receiving", function(event)
  log.info("message receiving", { sid = event.sid })
end)

-- The one of them that may be answered: see what is returned.
on("message.received", function(event)
  log.info("message received", { sid = event.sid, from = event.from, text = event.Body })
  return Message("Thank you, we have it.")
end)
