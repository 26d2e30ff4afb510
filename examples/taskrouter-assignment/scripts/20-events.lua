-- What happens to tasks, reservations and workers, for a wallboard. Nobody waits
-- for an answer; the events of one task come one after the other.

on({ "taskrouter.reservation.timeout", "taskrouter.reservation.rejected" }, function(event)
  log.warn(event.WorkerName .. " did not take a task", { task = event.TaskSid, why = event.status })
end)

on({ "taskrouter.reservation.accepted", "taskrouter.task.completed", "taskrouter.task.canceled" }, function(event)
  local task = event:json("TaskAttributes") or {}
  http.post(settings.url, { must = true, json = {
    task = event.TaskSid, event = event.kind, queue = event.TaskQueueName, worker = event.WorkerName,
    from = task.from, age = tonumber(event.TaskAge), at = event.Timestamp,
  } })
end)
