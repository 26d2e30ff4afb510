-- Answers everybody whom 10-optout.lua lets through.

on("message.received", function(event)
  local text = event.Body:lower()
  local open, change = time.within(settings.hours, settings.zone)

  if text:match("%f[%a]hours%f[%A]") then
    return Message("We are here " .. settings.hours .. ". Reply STOP to hear no more from us.")
  end
  if open then
    return Message("Thank you! Somebody will answer you soon.")
  end
  local opening = change and " from " .. time.format(change, "%A %H:%M", settings.zone) or ""
  return Message("Thank you! We are closed now and will answer" .. opening .. ".")
end)
