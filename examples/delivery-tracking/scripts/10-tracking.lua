-- Follows every message that was sent until it has arrived or failed, and tells
-- your server how it ended, once.

local final = { delivered = true, read = true, undelivered = true, failed = true, canceled = true, ["partially_delivered"] = true }

on("message.*", function(event)
  -- Callbacks come in any order. One that is older than what is known already
  -- (sent after delivered) says nothing new.
  if event.stale then
    log.debug("late", { sid = event.sid, status = event.status, known = event.previous })
    return
  end

  local history = store.get(event.sid) or {}
  table.insert(history, { status = event.status, at = math.floor(event.received_at) })
  store.set(event.sid, history, { ttl = settings.keep })

  if not final[event.status] then return end
  http.post(settings.url, { must = true, json = {
    sid = event.sid, to = event.to, status = event.status,
    -- failed and undelivered always have an error, with the words for its code.
    code = event.error and event.error.code, why = event.error and event.error.message,
    history = json.array(history),
  } })
end)
