-- Answers calls with a small menu. Try it:   twirouter send call
-- The answer names a URL with ?step=ivr.choice: there Twilio goes with the
-- digits.   twirouter send gather.finished Digits=1 --to '/twilio?step=ivr.choice'

on("call.received", function(event)
  -- Verbs are functions with the names that Twilio gave them. In { } stand
  -- attributes (name = value) and what is inside. A list is done in order.
  return {
    Gather{ numDigits = 1, timeout = 5, action = at"choice",
      Say"Hello! For our opening hours, press 1. To leave a message, press 2." },
    Say"We did not hear anything. Goodbye.",
  }
end)

-- at"choice" above is the URL of this step.
step("choice", function(event)
  if event.Digits == "1" then -- parameters are texts: "1", not 1
    return { Say"We are open from 9 to 5. Goodbye.", Hangup() }
  elseif event.Digits == "2" then
    return {
      Say"Please speak after the tone, and hang up when you are done.",
      Record{ maxLength = 120, action = at"done", recordingStatusCallback = at() },
      Say"We did not hear anything. Goodbye.", -- reached only if there was silence
    }
  end
  return {
    Gather{ numDigits = 1, timeout = 5, action = at"choice", Say"Please press 1 or 2." },
    Say"Goodbye.",
  }
end)

step("done", function(event)
  log.info("message left", { from = event.From, seconds = event.RecordingDuration })
  return { Say"Thank you. Goodbye.", Hangup() }
end)
