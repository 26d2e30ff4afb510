-- Goes on with the process that asked this phone a question.

local camunda = require "camunda"

on("message.received", function(event)
  local told = camunda.publish(settings.url, {
    name           = "sms-answer",
    correlationKey = event.vars.phone, -- the process waits with this phone as its key
    messageId      = event.sid,
    timeToLive     = 10 * 60 * 1000,
    variables      = { approved = event.vars.approved },
  })
  return Message(told and "Thank you." or "We could not take your answer. Please send it again.")
end)
