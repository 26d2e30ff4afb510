-- Tells a chat of the errors that Twilio's debugger reports, each at most once
-- in ten minutes.

on("debugger.error", function(event)
  -- Payload is JSON in a parameter; both can be missing or strange.
  local payload = event:json("Payload") or {}
  local code = tostring(payload.error_code or "unknown")
  local request = payload.webhook and payload.webhook.request or {}
  local url = type(request.url) == "string" and request.url or ""

  -- An error about this very URL must not come back as the next error. (An error
  -- of this script does not: Twilio had its answer before the script ran.)
  if url:find(at(), 1, true) == 1 then
    log.error("the debugger's webhook has an error of its own", { code = code, url = url })
    return
  end
  for _, ignored in ipairs(settings.ignore) do
    if code == ignored then return end
  end

  local key, now = "error:" .. code, time.now()
  local last = store.get(key)
  if last and now < last.until_ then
    last.more = last.more + 1
    store.set(key, last, { ttl = settings.quiet * 2 })
    log.info("kept quiet about " .. code, { more = last.more })
    return
  end
  store.set(key, { until_ = now + settings.quiet, more = 0 }, { ttl = settings.quiet * 2 })

  local details = payload.more_info or {}
  local lines = { "Twilio error " .. code .. ": " .. tostring(details.Msg or details.msg or "no details") }
  if url ~= "" then table.insert(lines, "at " .. url) end
  if payload.resource_sid then table.insert(lines, "for " .. tostring(payload.resource_sid)) end
  if last and last.more > 0 then table.insert(lines, "and " .. last.more .. " more since the last alert") end
  table.insert(lines, "https://www.twilio.com/docs/api/errors/" .. code)
  http.post(settings.webhook, { must = true, json = { text = table.concat(lines, "\n") } })
end)

on("debugger.warning", function(event)
  local payload = event:json("Payload") or {}
  log.warn("Twilio warns", { code = payload.error_code, resource = payload.resource_sid })
end)
