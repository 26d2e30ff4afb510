-- Answers text messages. Try it:   twirouter send sms Body=hours
-- Change a text below, save, and send again: the next answer is the new one.
--
-- New to Lua? "--" begins a comment, ".." joins texts, "~=" is "not equal", and
-- what begins with function, if or for ends with end. That is most of it.

on("message.received", function(event)
  -- event has what Twilio sent, under Twilio's names: From, To, Body, NumMedia …
  local text = event.Body:lower()

  -- Twilio itself answers STOP, START and HELP. Returning drop() says: nothing
  -- shall be sent, and this is why.
  if event.opt_out or text:match("^%s*stop%s*$") then
    return drop("left to Twilio's opt-out")
  end

  -- match looks for a pattern in a text; here it is a word.
  if text:match("hours") then
    return Message("We are open from 9 to 5.")
  end

  if #event.media > 0 then -- # is the length: here, how many pictures came along
    return Message("Thank you for the picture!")
  end

  -- "and" and "or" choose: a short text is sent back, a long one is not.
  local echo = event.Body ~= "" and #event.Body <= 160 and ' You wrote: "' .. event.Body .. '".' or ""
  return Message("Hello from twirouter!" .. echo .. " Text HOURS for our opening hours.")

  -- A handler that returns nothing leaves the event to the next script.
end)
