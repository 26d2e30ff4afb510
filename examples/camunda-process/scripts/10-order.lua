-- Starts a process for an order. Which messages come here, and what event.vars
-- is, says [route.order] in config.toml.

local camunda = require "camunda"

on("message.received", function(event)
  local started = camunda.publish(settings.url, {
    name           = "sms-order",
    correlationKey = tostring(event.vars.order), -- one process at a time for an order
    messageId      = event.sid,                  -- one process for a message, however often it is published
    timeToLive     = 60 * 60 * 1000,             -- kept for an hour if nothing can take it yet
    variables      = { order = event.vars.order, phone = event.vars.phone, text = event.vars.text, twilio = event.params },
  })
  if not started then
    return Message("We cannot take orders now. Please try again in some minutes.")
  end
  return Message("Order " .. event.vars.order .. " is on its way to us.")
end)
