package webhook

import (
	"context"
	"errors"
	"slices"
	"time"

	"twirouter/router"
)

const (
	// holdSlack is how long beyond its deadline an inline event stays held, so
	// that an outcome under way still counts.
	holdSlack = 5 * time.Second
	// firstRev is the revision of an item that was just appended.
	firstRev = 1
	// firstPause is how long a record that failed waits for its next try; each
	// pause is twice the one before.
	firstPause = 100 * time.Millisecond
	// mostLate is how many events at once may be recorded after their answer:
	// beyond it the store is not merely late.
	mostLate = 256
)

// append makes events durable within the time.
func (d *Door) append(most time.Duration, accepts ...router.Accept) ([]router.Receipt, error) {
	ctx := briefly(most)
	defer ctx.end()
	receipts, err := d.ledger.Append(ctx, accepts...)
	d.store.record(err, accepts[0].Event.ID)
	return receipts, err
}

// commit writes an outcome and returns the one that counts: one for whose
// writes the store has no room is a failure without them, answered by reply.
func (d *Door) commit(ctx context.Context, c router.Commit, reply *router.Reply, event string) (router.Outcome, error) {
	err := d.ledger.Commit(ctx, c)
	if errors.Is(err, router.ErrQuota) {
		c.Outcome = withoutWrites(c.Outcome, reply, err)
		err = d.ledger.Commit(ctx, c)
	}
	if settled(err) {
		d.store.record(nil, event)
	} else {
		d.store.record(err, event)
	}
	return c.Outcome, err
}

// settled reports whether trying again would be no use: the outcome, or another
// one, is in the store.
func settled(err error) bool {
	return err == nil || errors.Is(err, router.ErrConflict) || errors.Is(err, router.ErrNotFound)
}

// withoutWrites is out as a failure of which nothing takes effect.
func withoutWrites(out router.Outcome, reply *router.Reply, why error) router.Outcome {
	out.Verdict, out.Reply = router.Failed, reply
	out.Reason = "the store has no room for what the scripts wrote: " + why.Error()
	out.Emitted, out.Finished = nil, nil
	out.Steps = slices.Clone(out.Steps)
	for i := range out.Steps {
		out.Steps[i].Writes, out.Steps[i].Emits = nil, nil
	}
	return out
}

// record writes what came of the event and says the answer, which does not wait
// long for that: a store that is gone does not change the answer. One that has
// no room for what the scripts wrote does, for an answer and its writes count
// together or not at all.
func (a *answering) record(out router.Outcome) {
	recorded := false
	if a.seq != 0 {
		a.at("for its outcome to be recorded")
		ctx := briefly(a.limit / waitShare)
		defer ctx.end()
		var err error
		out, err = a.d.commit(ctx, a.done(a.seq, a.rev, out), a.failure(), a.ev.ID)
		if recorded = settled(err); recorded && err != nil {
			a.d.log.Warn("the outcome came too late to count", "event", a.ev.ID, "kind", a.ev.Kind, "error", err)
		}
	}
	a.say(answer{ev: a.ev, out: &out, how: How{Reply: out.Reply, Unrecorded: !recorded}})
	if !recorded {
		a.recordLate(a.seq, a.rev, out)
	}
}

func (a *answering) done(seq, rev uint64, out router.Outcome) router.Commit {
	return router.Commit{Seq: seq, Rev: rev, State: router.StateDone, Outcome: out}
}

// recordLate tries for some time to record what could not be recorded before
// the answer left: the store may have been away for a moment only. seq is 0 if
// not even the event is known to be there.
func (a *answering) recordLate(seq, rev uint64, out router.Outcome) {
	d := a.d
	if d.recording.Add(1) > mostLate {
		d.recording.Add(-1)
		return
	}
	defer d.recording.Add(-1)
	ctx, cancel := context.WithTimeout(context.Background(), holdSlack)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			d.log.Warn("an event that was answered is not in the store, or without its outcome", "event", a.ev.ID, "kind", a.ev.Kind)
			return
		}
		if seq == 0 {
			ev := *a.ev // whoever reads the other does not share it with the store
			receipts, err := d.ledger.Append(ctx, router.Accept{Event: &ev, State: router.StateRunning, Hold: holdSlack})
			if d.store.record(err, ev.ID); err != nil {
				continue
			}
			if !receipts[0].First { // Twilio came again, and that counts
				return
			}
			seq, rev = receipts[0].Seq, firstRev
		}
		if _, err := d.commit(ctx, a.done(seq, rev, out), out.Reply, a.ev.ID); settled(err) {
			return
		}
	}
}
