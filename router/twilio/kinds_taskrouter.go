package twilio

import "twirouter/router"

// taskRouterKinds follow https://www.twilio.com/docs/taskrouter/api/event/reference
// and https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks.
var taskRouterKinds = []kindRow{
	{
		Kind: "taskrouter.{EventType}", When: "EventType=reservation.*", Spell: spellDotted,
		About: "a reservation went on",
		Values: `
reservation.created    a task was offered to a worker
reservation.accepted   the worker took it
reservation.rejected   the worker refused it
reservation.timeout    the worker did not answer
reservation.canceled   the offer was canceled
reservation.rescinded  another worker was faster
reservation.wrapup     the worker is finishing
reservation.completed  the worker is done
reservation.failed     the reservation failed
`,
		Product: "taskrouter", SID: "Sid", Status: "EventType:last", Key: "Sid",
		Order: taskOrderKey, Track: "ReservationSid TaskSid",
		Rank: ranking{Family: "reservation", Clock: "TimestampMs", Version: "ReservationVersion", Ladder: map[string]int{
			"reservation.created": 1, "reservation.accepted": 2, "reservation.rejected": 2, "reservation.timeout": 2,
			"reservation.canceled": 2, "reservation.rescinded": 2, "reservation.failed": 2,
			"reservation.wrapup": 3, "reservation.completed": 4,
		}},
	},
	{
		Kind: "taskrouter.{EventType}", When: "EventType=task.*", Spell: spellDotted,
		About: "a task went on",
		Values: `
task.created                  a task came into being
task.updated                  a task's attributes changed
task.canceled                 a task was canceled
task.wrapup                   a task is being finished
task.completed                a task is done
task.deleted                  a task was removed
task.system-deleted           Twilio removed a task
task.transfer-initiated       a transfer began
task.transfer-attempt-failed  a transfer was tried in vain
task.transfer-failed          a transfer failed
task.transfer-canceled        a transfer was canceled
task.transfer-completed       a transfer is done
`,
		Product: "taskrouter", SID: "Sid", Status: "EventType:last", Key: "Sid",
		Order: taskOrderKey, Track: "TaskSid",
		Rank: ranking{Family: "task", Clock: "TimestampMs", Version: "TaskVersion", Ladder: map[string]int{
			"task.created": 1, "task.wrapup": 4, "task.completed": 5, "task.canceled": 5,
			"task.deleted": 6, "task.system-deleted": 6,
		}},
	},
	{
		Kind: "taskrouter.{EventType}", When: "EventType=worker.*,activity.*,task-queue.*,task-channel.*,workflow.*,workspace.*", Spell: spellDotted,
		About: "something happened in a workspace",
		Values: `
activity.created                    an activity was made
activity.updated                    an activity was changed
activity.deleted                    an activity was removed
task-channel.created                a task channel was made
task-channel.updated                a task channel was changed
task-channel.deleted                a task channel was removed
task-queue.created                  a queue was made
task-queue.deleted                  a queue was removed
task-queue.entered                  a task came into a queue
task-queue.timeout                  a task waited too long in a queue
task-queue.moved                    a task was moved to another queue
task-queue.expression.updated       a queue chooses other workers now
worker.created                      a worker was made
worker.activity.update              a worker changed his activity
worker.attributes.update            a worker's attributes changed
worker.capacity.update              a worker can take more or fewer tasks
worker.channel.availability.update  a worker can be reached on a channel, or no more
worker.deleted                      a worker was removed
workflow.created                    a workflow was made
workflow.updated                    a workflow was changed
workflow.deleted                    a workflow was removed
workflow.target-matched             a task found its queue
workflow.entered                    a task came into a workflow
workflow.timeout                    a task waited too long in a workflow
workflow.skipped                    a workflow's target was skipped
workspace.created                   a workspace was made
workspace.updated                   a workspace was changed
workspace.deleted                   a workspace was removed
`,
		Product: "taskrouter", SID: "Sid", Status: "EventType:last", Key: "Sid",
		Order: taskOrderKey, Rank: ranking{Family: "taskrouter", Clock: "TimestampMs"},
	},
	{
		Kind: "taskrouter.{EventType}", When: "EventType=?* WorkspaceSid", Spell: spellDotted,
		About:   "something new happened in a workspace",
		Product: "taskrouter", SID: "Sid", Status: "EventType:last", Key: "Sid",
		Order: taskOrderKey, Rank: ranking{Family: "taskrouter", Clock: "TimestampMs"},
	},
	{
		Kind: "taskrouter.assignment", When: "WorkspaceSid ReservationSid",
		About:   "a task is offered to a worker: what shall be done with it",
		Product: "taskrouter", SID: "ReservationSid", Status: "'assignment'", Key: "ReservationSid",
		Order: taskOrderKey, Wants: router.WantsTaskRouter,
	},
}

const taskOrderKey = "TaskSid WorkerSid"
