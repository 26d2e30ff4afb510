-- Keeps who does not want to hear from us, and says nothing to them.
--
-- Twilio answers STOP, START and HELP itself and blocks what is sent to those who
-- said STOP. It still passes these messages on, and an answer from here would be
-- a second one, or error 21610. So: no answer, but a note, which other scripts
-- find in store.shared under "optout:" and the number.

local stop = { stop = true, stopall = true, unsubscribe = true, cancel = true, ["end"] = true, quit = true, revoke = true, optout = true }
local start = { start = true, unstop = true }
local help = { help = true, info = true }
for _, word in ipairs(settings.stop) do stop[word] = true end
for _, word in ipairs(settings.start) do start[word] = true end

on("message.received", function(event)
  local key = "optout:" .. event.From
  local out = store.shared.get(key)
  -- The whole message counts: "please stop by" is no STOP.
  local text = event.Body:lower():gsub("^[%s%p]+", ""):gsub("[%s%p]+$", "")

  -- OptOutType is sent where Advanced Opt-Out is on: then Twilio has decided.
  if event.opt_out == "STOP" or stop[text] then
    store.shared.set(key, { since = time.now(), word = text })
    return drop("opted out")
  end
  -- YES is Twilio's word for START, too; here it counts only after a STOP.
  if event.opt_out == "START" or start[text] or out and text == "yes" then
    store.shared.delete(key)
    return drop("opted in again")
  end
  if event.opt_out == "HELP" or help[text] then
    return drop("Twilio answers HELP")
  end
  if out then
    return drop("opted out since " .. time.format(out.since, "%Y-%m-%d"))
  end
end)
