package webhook

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"twirouter/router"
)

// grace is how long after its deadline a run may take to notice that it is
// over. A run that does not is left to itself: the answer cannot wait.
const grace = 100 * time.Millisecond

// guarded runs ev and returns in time, whatever the scripts do. leave is called
// when the run has really ended, so that one that cannot be stopped keeps its
// place and its memory is accounted for.
func (d *Door) guarded(ctx context.Context, g *router.Generation, r *router.Route, ev *router.Event, leave func()) router.Outcome {
	done := make(chan router.Outcome, 1)
	go func() {
		defer leave()
		defer func() {
			if p := recover(); p != nil {
				d.log.Error("panic while running an event", "event", ev.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				done <- failed(g, r, ev, "internal error; the log has it under this event's id")
			}
		}()
		done <- g.Run(ctx, r, ev)
	}()
	select {
	case out := <-done:
		return out
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case out := <-done:
		return out
	case <-late.C:
		d.log.Error("a run did not stop at its deadline", "event", ev.ID, "kind", ev.Kind, "route", r.Name)
		return failed(g, r, ev, "the scripts did not stop at the route's timeout")
	}
}

// failed is the outcome of an event that could not be run to its end.
func failed(g *router.Generation, r *router.Route, ev *router.Event, why string) router.Outcome {
	return router.Outcome{
		Verdict: router.Failed, Reason: why, Reply: router.Failure(r, ev),
		Generation: g.Number, Route: r.Name,
	}
}
