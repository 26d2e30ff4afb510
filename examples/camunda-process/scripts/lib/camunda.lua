-- What the scripts share: publishing a message to Camunda 8.
--
--   local camunda = require "camunda"
--   local ok = camunda.publish(settings.url, { name = …, variables = … })

local camunda = {}

-- Publishes a message and returns true, or false if Camunda did not take it.
-- message: name, correlationKey, messageId, timeToLive (milliseconds), variables,
-- tenantId, as Camunda names them.
function camunda.publish(url, message)
  local res, err = http.post(url .. "/messages/publication", { json = message, timeout = "4s" })
  if not res then
    log.error("Camunda cannot be reached: " .. err)
    return false
  end
  -- 409: a message with this messageId is there already. Twilio asked twice.
  if res.status >= 400 and res.status ~= 409 then
    local problem = res:json() or {}
    log.error("Camunda said " .. res.status, { detail = problem.detail })
    return false
  end
  return true
end

return camunda
