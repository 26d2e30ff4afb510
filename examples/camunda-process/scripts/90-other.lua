-- What is neither an order nor an answer.

on("message.received", function(event)
  if event.opt_out then return drop("left to Twilio's opt-out") end
  return Message("Text ORDER and its number, for example: ORDER 42")
end)
