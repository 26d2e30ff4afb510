package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"twirouter/router"
)

// record puts the outcome of a finished run in the store, however long that
// takes: the record is tried again, the run never is.
func (w *Worker) record(ctx context.Context, item *router.Item, out router.Outcome) {
	ev := item.Event
	c := router.Commit{Seq: item.Seq, Rev: item.Rev, State: router.StateDone, Outcome: out}
	if out.Verdict == router.Failed {
		c.State = router.StateDead
	}
	unsure, bare := false, false
	for tries := 1; ; tries++ {
		err := w.commit(ctx, c)
		switch {
		case err == nil, unsure && errors.Is(err, router.ErrConflict): // an earlier try was taken after all
			w.recorded(ev, &c)
			return
		case errors.Is(err, router.ErrConflict), errors.Is(err, router.ErrNotFound):
			w.o.Log.Warn("an outcome came too late to count", "event", ev.ID, "kind", ev.Kind)
			return
		case errors.Is(err, router.ErrQuota) && !bare:
			c.State, c.Outcome, bare = router.StateDead, withoutEffects(c.Outcome, err.Error()), true
			continue
		case errors.Is(err, router.ErrClosed):
			w.o.Log.Error("an outcome is lost, for the store is closed; the event will be run again", "event", ev.ID, "kind", ev.Kind)
			return
		}
		unsure = true
		w.o.Log.Error("an outcome could not be recorded; trying again", "event", ev.ID, "kind", ev.Kind, "error", err, "tries", tries)
		if within(pause(tries), ctx.Done()) {
			w.o.Log.Error("an outcome is lost, for the process ends; the event will be run again", "event", ev.ID, "kind", ev.Kind)
			return
		}
	}
}

// commit tries once to record c. What has been stopped has a moment for it too.
// A panic of the store is an error like any other, or the run would be lost.
func (w *Worker) commit(ctx context.Context, c router.Commit) (err error) {
	defer func() {
		if v := recover(); v != nil {
			w.o.Log.Error("panic while an outcome was recorded", "seq", c.Seq, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	most := callTimeout
	if ctx.Err() != nil {
		most = grace / 2
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	return w.o.Store.Commit(ctx, c)
}

// withoutEffects is a failed outcome in place of one whose writes the store has
// no room for.
func withoutEffects(out router.Outcome, why string) router.Outcome {
	out.Verdict, out.Reason, out.Finished, out.Emitted = router.Failed, why, nil, nil
	out.Steps = slices.Clone(out.Steps)
	for i := range out.Steps {
		out.Steps[i].Writes, out.Steps[i].Emits = nil, nil
	}
	return out
}

// recorded tells of an attempt whose outcome counts.
func (w *Worker) recorded(ev *router.Event, c *router.Commit) {
	out := &c.Outcome
	if c.State == router.StateDead { // why is told by Ran, which knows what a log may say
		w.o.Log.Warn("a background event is dead", "event", ev.ID, "kind", ev.Kind, "route", out.Route)
	} else {
		w.o.Log.Debug("a background event is done", "event", ev.ID, "kind", ev.Kind, "route", out.Route, "verdict", out.Verdict, "took", out.Duration)
	}
	if w.o.Ran != nil {
		w.o.Ran(ev, out)
	}
}

// orphan marks an event whose process died while it was answering it. Nobody
// waits any more, and what its scripts did is not known: it is not run again.
func (w *Worker) orphan(ctx context.Context, item *router.Item) {
	ev := item.Event
	out := router.Outcome{Verdict: router.Failed, Reason: "process died", Route: ev.Route}
	err := w.commit(ctx, router.Commit{Seq: item.Seq, Rev: item.Rev, State: router.StateDone, Outcome: out})
	switch {
	case err == nil:
		w.settled(item.Seq)
		w.o.Log.Warn("an event's process died before it was answered", "event", ev.ID, "kind", ev.Kind)
	case errors.Is(err, router.ErrConflict), errors.Is(err, router.ErrNotFound): // its outcome came after all
		w.postpone(item.Seq)
	default:
		w.o.Log.Error("an orphan could not be marked; trying again", "event", ev.ID, "error", err)
		w.postpone(item.Seq)
	}
}
