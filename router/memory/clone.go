package memory

import (
	"bytes"
	"maps"
	"slices"

	"twirouter/router"
)

// cloneEvent copies the fields; the insides are immutable by Event's contract,
// but a slice or map that a caller writes to shall not be the store's.
func cloneEvent(ev *router.Event) *router.Event {
	c := *ev
	c.Params, c.Query, c.Headers = slices.Clone(ev.Params), slices.Clone(ev.Query), slices.Clone(ev.Headers)
	c.Data, c.Outcome = bytes.Clone(ev.Data), bytes.Clone(ev.Outcome)
	c.Media, c.Notes, c.Finished = slices.Clone(ev.Media), slices.Clone(ev.Notes), slices.Clone(ev.Finished)
	c.Vars = maps.Clone(ev.Vars)
	return &c
}

func cloneOutcome(out *router.Outcome) *router.Outcome {
	if out == nil {
		return nil
	}
	c := *out
	c.Warnings, c.Finished = slices.Clone(out.Warnings), slices.Clone(out.Finished)
	c.Reply = cloneReply(out.Reply)
	c.Steps = slices.Clone(out.Steps)
	for i := range c.Steps {
		st := &c.Steps[i]
		st.Reply = cloneReply(st.Reply)
		st.Logs, st.Warnings, st.Requests = slices.Clone(st.Logs), slices.Clone(st.Warnings), slices.Clone(st.Requests)
		st.Writes, st.Emits = slices.Clone(st.Writes), slices.Clone(st.Emits)
	}
	return &c
}

func cloneReply(reply *router.Reply) *router.Reply {
	if reply == nil {
		return nil
	}
	c := *reply
	c.Body, c.Headers = bytes.Clone(reply.Body), slices.Clone(reply.Headers)
	return &c
}
