package webhook

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"twirouter/router"
)

// acceptTimeout bounds the recording of what goes to the background.
const acceptTimeout = 10 * time.Second

// holdSlack is how long beyond its deadline an inline event stays held, so that
// an outcome under way still counts.
const holdSlack = 5 * time.Second

// waitShare is the part of a route's time that an event may wait for a place.
const waitShare = 4

// knock is one request's whole way.
func (d *Door) knock(w http.ResponseWriter, r *http.Request) {
	arrived := d.now()
	req, f := d.read(w, r)
	if f != nil {
		d.counts.Malformed.Add(1)
		d.log.Debug("refused", "status", f.status, "path", r.URL.Path, "why", f.text)
		f.write(w)
		return
	}
	verdict, verified, f := d.verify(req)
	if f != nil {
		f.write(w)
		return
	}
	events := d.normalise(req, verdict, verified, arrived)
	d.counts.Accepted.Add(int64(len(events)))
	// The client may hang up; what was accepted goes on.
	ctx := context.WithoutCancel(r.Context())
	var reply *router.Reply
	switch {
	case len(events) == 1 && events[0].Batch == 0:
		reply = d.single(ctx, req.gen, events[0], arrived)
	default:
		reply = d.batch(ctx, req.gen, events, arrived)
	}
	write(w, reply)
}

// single takes one event to its answer.
func (d *Door) single(ctx context.Context, g *router.Generation, ev *router.Event, arrived time.Time) *router.Reply {
	rt := g.Match(ctx, ev)
	switch {
	case rt == nil:
		return d.unmatched(ctx, g, ev, arrived)
	case rt.Inline(ev):
		return d.inline(ctx, g, rt, ev, arrived)
	}
	reply := router.Empty(ev.Wants)
	receipt, f := d.queue(ctx, ev)
	if f != nil {
		if !ev.Wants.Reply() {
			return f
		}
		reply = router.Failure(rt, ev)
	}
	d.watch.Handled(ev, nil, How{Duplicate: f == nil && !receipt[0].First, Reply: reply, Took: d.now().Sub(arrived)})
	return reply
}

// batch accepts all events of a request or none, for the background.
func (d *Door) batch(ctx context.Context, g *router.Generation, events []*router.Event, arrived time.Time) *router.Reply {
	var matched []*router.Event
	for _, ev := range events {
		if g.Match(ctx, ev) != nil {
			matched = append(matched, ev)
		} else {
			d.unmatched(ctx, g, ev, arrived)
		}
	}
	reply := router.Empty(router.WantsNothing)
	if len(matched) == 0 {
		return reply
	}
	receipts, f := d.queue(ctx, matched...)
	if f != nil {
		return f
	}
	for i, ev := range matched {
		d.watch.Handled(ev, nil, How{Duplicate: !receipts[i].First, Reply: reply, Took: d.now().Sub(arrived)})
	}
	return reply
}

// queue makes events durable for the background.
func (d *Door) queue(ctx context.Context, events ...*router.Event) ([]router.Receipt, *router.Reply) {
	ctx, cancel := context.WithTimeout(ctx, acceptTimeout)
	defer cancel()
	accepts := make([]router.Accept, len(events))
	for i, ev := range events {
		ev.Queued = true
		accepts[i] = router.Accept{Event: ev, State: router.StateQueued}
	}
	receipts, err := d.ledger.Append(ctx, accepts...)
	if d.stored(err, events[0]) {
		for _, r := range receipts {
			if !r.First {
				d.counts.Duplicates.Add(1)
			}
		}
		return receipts, nil
	}
	return nil, &router.Reply{Status: http.StatusServiceUnavailable, Headers: router.Params{{Key: "Retry-After", Value: "2"}}}
}

// stored keeps account of whether the store can be written.
func (d *Door) stored(err error, ev *router.Event) bool {
	if err == nil {
		d.storeBad.Store(false)
		return true
	}
	if !d.storeBad.Swap(true) {
		d.log.Error("the store cannot be written; answers go on unrecorded, facts get 503", "error", err, "event", ev.ID)
	}
	return false
}

// unmatched records an event that no route took; it gets the empty answer.
func (d *Door) unmatched(ctx context.Context, g *router.Generation, ev *router.Event, arrived time.Time) *router.Reply {
	reply := router.Empty(ev.Wants)
	out := router.Outcome{Verdict: router.Passed, Reason: "no route takes it", Reply: reply, Generation: g.Number}
	if ev.Wants.Reply() {
		out.Warnings = append(out.Warnings, "no route takes "+ev.Kind+" at this path: it got the empty answer")
	}
	ctx, cancel := context.WithTimeout(ctx, acceptTimeout)
	defer cancel()
	receipts, err := d.ledger.Append(ctx, router.Accept{Event: ev, State: router.StateRunning, Hold: holdSlack})
	how := How{Reply: reply, Unrecorded: !d.stored(err, ev)}
	switch {
	case how.Unrecorded:
		d.counts.Unrecorded.Add(1)
	case !receipts[0].First:
		d.counts.Duplicates.Add(1)
		how.Duplicate = true
	default:
		out = d.commit(ctx, g, nil, ev, router.Commit{Seq: receipts[0].Seq, Rev: firstRev, State: router.StateDone, Outcome: out})
	}
	how.Took = d.now().Sub(arrived)
	d.watch.Handled(ev, &out, how)
	return reply
}

// firstRev is the revision of an item that was just appended.
const firstRev = 1

// inline runs an event whose answer is awaited and says what is sent.
func (d *Door) inline(ctx context.Context, g *router.Generation, rt *router.Route, ev *router.Event, arrived time.Time) *router.Reply {
	limit := rt.Deadline(ev)
	ctx, cancel := context.WithTimeout(ctx, limit-d.now().Sub(arrived))
	defer cancel()
	var how How
	seq, rev := uint64(0), uint64(firstRev)
	receipts, err := d.append(ctx, ev, limit)
	switch {
	case !d.stored(err, ev):
		if !ev.Wants.Reply() {
			return &router.Reply{Status: http.StatusServiceUnavailable, Headers: router.Params{{Key: "Retry-After", Value: "2"}}}
		}
		how.Unrecorded = true
		d.counts.Unrecorded.Add(1)
	case receipts[0].First:
		seq = receipts[0].Seq
	default:
		d.counts.Duplicates.Add(1)
		item, reply := d.duplicate(ctx, rt, ev, receipts[0].Seq, limit)
		if reply != nil {
			d.watch.Handled(ev, nil, How{Duplicate: true, Reply: reply, Took: d.now().Sub(arrived)})
			return reply
		}
		seq, rev, ev = item.Seq, item.Rev, item.Event
	}
	out := d.run(ctx, g, rt, ev, limit)
	if !how.Unrecorded {
		// The deadline may have ended the run; its outcome is recorded all the same.
		record, cancel := context.WithTimeout(context.WithoutCancel(ctx), holdSlack)
		defer cancel()
		out = d.commit(record, g, rt, ev, router.Commit{Seq: seq, Rev: rev, State: router.StateDone, Outcome: out})
	}
	how.Reply, how.Took = out.Reply, d.now().Sub(arrived)
	d.watch.Handled(ev, &out, how)
	return out.Reply
}

// append records an event that this process answers. A store that hangs gets a
// quarter of the time; then the event is run unrecorded.
func (d *Door) append(ctx context.Context, ev *router.Event, limit time.Duration) ([]router.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, limit/waitShare)
	defer cancel()
	return d.ledger.Append(ctx, router.Accept{Event: ev, State: router.StateRunning, Hold: limit + holdSlack})
}

// run waits for a place, not too long, and runs the event.
func (d *Door) run(ctx context.Context, g *router.Generation, rt *router.Route, ev *router.Event, limit time.Duration) router.Outcome {
	leave, err := d.gate.Enter(ctx, limit/waitShare)
	if err != nil {
		d.counts.Saturated.Add(1)
		out := failed(g, rt, ev, "saturated: limits.concurrency events were running and the queue was full or too slow")
		out.Reply = router.Saturated(rt, ev)
		return out
	}
	return d.guarded(ctx, g, rt, ev, leave)
}

// duplicate says what a known event gets: its first answer, or, if that was
// never given, an item to run again.
func (d *Door) duplicate(ctx context.Context, rt *router.Route, ev *router.Event, seq uint64, limit time.Duration) (router.Item, *router.Reply) {
	item, err := d.ledger.Wait(ctx, seq)
	switch {
	case errors.Is(err, router.ErrNotFound):
		return item, router.Empty(ev.Wants) // it was answered, and is forgotten: nothing happens twice
	case err != nil:
		return item, router.Failure(rt, ev)
	case item.State == router.StateQueued:
		return item, router.Empty(ev.Wants)
	case item.Outcome != nil && item.Outcome.Reply.Answers():
		return item, item.Outcome.Reply
	case item.Outcome != nil && item.Outcome.Reply == nil && item.Outcome.Verdict != router.Failed:
		return item, router.Empty(ev.Wants) // it was run in the background
	}
	item, err = d.ledger.Claim(ctx, seq, limit+holdSlack)
	if errors.Is(err, router.ErrConflict) { // another duplicate was quicker
		if item, err = d.ledger.Wait(ctx, seq); err == nil && item.Outcome != nil && item.Outcome.Reply != nil {
			return item, item.Outcome.Reply
		}
	}
	if err != nil {
		return item, router.Failure(rt, ev)
	}
	return item, nil
}

// commit records an outcome and returns the one that counts. A store that is
// gone does not change the answer; one that has no room for what the scripts
// wrote does, for an answer and its writes count together or not at all.
func (d *Door) commit(ctx context.Context, g *router.Generation, rt *router.Route, ev *router.Event, c router.Commit) router.Outcome {
	err := d.ledger.Commit(ctx, c)
	if errors.Is(err, router.ErrQuota) && rt != nil {
		c.Outcome = failed(g, rt, ev, "the store has no room for what the scripts wrote: "+err.Error())
		err = d.ledger.Commit(ctx, c)
	}
	if errors.Is(err, router.ErrConflict) {
		d.log.Warn("the outcome came too late to count", "event", ev.ID, "kind", ev.Kind)
		return c.Outcome
	}
	d.stored(err, ev)
	return c.Outcome
}

// write sends the answer, whole and with its length.
func write(w http.ResponseWriter, reply *router.Reply) {
	h := w.Header()
	for _, p := range reply.Headers {
		h.Add(p.Key, p.Value)
	}
	if reply.Type != "" {
		h.Set("Content-Type", reply.Type)
	}
	if reply.Status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(reply.Body)))
	}
	w.WriteHeader(reply.Status)
	if len(reply.Body) > 0 {
		_, _ = w.Write(reply.Body) // the client may be gone: nothing to do about it
	}
}
