-- Says where an order is. It has to ask another server, and that can go wrong.

local function order(number)
  -- must = true: whatever goes wrong here is this script's error, and then the
  -- route's fallback answers. 404 is an answer like another.
  local res = http.get(settings.url .. "/" .. number, { must = true, ok = { 404 }, timeout = "2s" })
  if res.status == 404 then return "We have no order " .. number .. "." end
  return "Order " .. number .. " is " .. res:json().status .. "."
end

on("message.received", function(event)
  local number = event.Body:match("%d+")
  if not number then return Message("Text the number of your order.") end
  return Message(order(number))
end)

on("call.received", function()
  return { Gather{ finishOnKey = "#", action = at"number", Say"Please enter the number of your order, and the hash key." }, Say"Goodbye." }
end)

step("number", function(event)
  return { Say(order(event.Digits)), Hangup() }
end)
