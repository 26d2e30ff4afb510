-- Says what to do with a task that TaskRouter has reserved for a worker. The
-- answer is JSON, within 5 seconds.

-- Whether the worker can do all that the task asks for.
local function able(task, worker)
  local skills = {}
  for _, skill in ipairs(worker.skills or {}) do skills[skill] = true end
  for _, skill in ipairs(task.skills or {}) do
    if not skills[skill] then return false, skill end
  end
  return true
end

on("taskrouter.assignment", function(event)
  -- Attributes are JSON in a parameter.
  local task, worker = event:json("TaskAttributes") or {}, event:json("WorkerAttributes") or {}

  local ok, missing = able(task, worker)
  if not ok then
    -- refuse() rejects, and the reason is kept with the event.
    return refuse(event.WorkerName .. " has no " .. missing)
  end
  if task.call_sid then
    -- A call: put the caller through to the worker's contact_uri.
    return { instruction = "dequeue", from = settings.line, post_work_activity_sid = settings.after, timeout = 20 }
  end
  -- A chat, an e-mail: the worker's own program takes it from here.
  return { instruction = "accept" }
end)
