package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"twirouter/router"
)

// one makes one attempt at an item that was taken, and gives back its place.
func (w *Worker) one(ctx context.Context, item *router.Item, leave func()) {
	defer w.runs.Done()
	defer leave()
	defer w.release(item)
	defer func() {
		if v := recover(); v != nil { // of the store, for run has its own
			w.o.Log.Error("panic round a background event", "seq", item.Seq, "panic", v, "stack", string(debug.Stack()))
			w.postpone(item.Seq)
		}
	}()
	g := w.o.Live()
	rt := g.Owner(item.Event)
	most := limit(g, rt, item.Event)
	claimed, err := w.claim(ctx, item.Seq, most+leaseSlack)
	if err != nil {
		if !errors.Is(err, router.ErrConflict) && !errors.Is(err, router.ErrNotFound) {
			w.o.Log.Error("a background event could not be claimed; trying again", "event", item.Event.ID, "error", err)
		}
		w.postpone(item.Seq)
		return
	}
	w.settled(item.Seq)
	if out, ok := w.run(ctx, g, rt, claimed.Event, most); ok {
		w.record(ctx, &claimed, out)
	}
}

func (w *Worker) claim(ctx context.Context, seq uint64, lease time.Duration) (router.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return w.o.Store.Claim(ctx, seq, lease)
}

const (
	// defaultTimeout is one script's time where no limit is set.
	defaultTimeout = time.Minute
	// leaseSlack is how long a lease outlasts the run, for its record.
	leaseSlack = time.Minute
)

// limit is how long all scripts together may take. It is generous, for each is
// held to its own time by its runner: it only ends what escapes that.
func limit(g *router.Generation, rt *router.Route, ev *router.Event) time.Duration {
	each := rt.Limits.BackgroundTimeout
	if each <= 0 {
		each = defaultTimeout
	}
	scripts := 0
	for _, s := range g.Scripts {
		if ev.Handler != nil || s.Handles(ev) {
			scripts++
		}
	}
	if ev.Handler != nil || ev.Step != "" {
		scripts = 1
	}
	return 2 * each * time.Duration(max(scripts, 1))
}

// run runs the event. ok is false if it was stopped in the middle because the
// process ends: then it never was, and its lease will run out.
func (w *Worker) run(ctx context.Context, g *router.Generation, rt *router.Route, ev *router.Event, most time.Duration) (out router.Outcome, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			stack := string(debug.Stack())
			w.o.Log.Error("panic while an event was run", "event", ev.ID, "kind", ev.Kind, "panic", v, "stack", stack)
			out = router.Outcome{
				Verdict: router.Failed, Reason: fmt.Sprintf("panic: %v", v), Warnings: []string{stack},
				Generation: g.Number, Route: rt.Name,
			}
			ok = true
		}
	}()
	ev.Queued = true
	out = g.Run(ctx, rt, ev)
	return out, out.Verdict != router.Failed || context.Cause(ctx) != errDrained
}
