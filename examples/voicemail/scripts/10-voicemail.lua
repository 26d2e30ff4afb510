-- Takes messages: the caller speaks, the recording is told to your server as
-- soon as it is ready, and its text when Twilio has made one.

on("call.received", function()
  return {
    Say"We cannot answer now. Please leave a message after the tone, and press the hash key when you are done.",
    Record{
      maxLength = settings.longest, timeout = 5, finishOnKey = "#", playBeep = true,
      action = at"thanks",                                                                  -- the call goes on there
      recordingStatusCallback = at(), recordingStatusCallbackEvent = { "completed", "absent" }, -- the recording is ready
      transcribe = true, transcribeCallback = at(),                                         -- the text is ready
    },
    Say"We did not hear anything. Goodbye.", -- after silence Record goes on here
  }
end)

-- What Twilio tells of a recording later does not say who called: it is kept
-- here, under the recording.
step("thanks", function(event)
  store.set(event.RecordingSid, { from = event.From, to = event.To, at = time.now() }, { ttl = settings.keep })
  return { Say"Thank you. Goodbye.", Hangup() }
end)

on("recording.completed", function(event)
  local call = store.get(event.RecordingSid) or {} -- {} where the caller hung up before "thanks"
  http.post(settings.url, { must = true, json = {
    recording = event.RecordingSid, call = event.CallSid, from = call.from, to = call.to,
    url = event.RecordingUrl .. ".mp3", seconds = tonumber(event.RecordingDuration),
  } })
end)

on("recording.absent", function(event)
  log.info("a caller left silence", { call = event.CallSid })
end)

-- The text may come before or after the recording, or not at all.
on("transcription.*", function(event)
  http.post(settings.url .. "/" .. event.RecordingSid .. "/text", { must = true, json = {
    from = event.From, text = event.status == "completed" and event.TranscriptionText or json.null, status = event.status,
  } })
end)
