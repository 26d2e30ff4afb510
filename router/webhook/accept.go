package webhook

import (
	"context"
	"net/http"
	"time"

	"twirouter/router"
)

const (
	// acceptTimeout bounds the recording of what goes to the background.
	acceptTimeout = 10 * time.Second
	// batchHold is how long the events of a batch that no route takes stay held,
	// for their outcomes are recorded one after the other.
	batchHold = time.Minute
)

// visit is one request's way, as far as it has come.
type visit struct {
	arrived time.Time
	w       http.ResponseWriter
	req     *request
	ev      *router.Event // if there is one only
	rt      *router.Route // that takes it
	written bool          // the answer, or some of it
}

// knock is one request's whole way. Whatever panics on it costs this request
// and no other.
func (d *Door) knock(w http.ResponseWriter, r *http.Request) {
	v := visit{arrived: d.now(), w: w}
	defer func() {
		if p := recover(); p != nil {
			d.rescue(&v, p)
		}
	}()
	reply, f := d.admit(&v, r)
	v.written = true
	if f != nil {
		f.write(w)
		return
	}
	write(w, reply)
}

// rescue answers a request on whose way something panicked.
func (d *Door) rescue(v *visit, p any) {
	id := d.someID(v.ev)
	d.panicked(id, p)
	if v.written {
		panic(http.ErrAbortHandler) // a broken connection says what half an answer, or an empty 200, would not
	}
	if rt := v.route(); rt != nil {
		if reply := router.Failure(rt, v.ev); reply.Answers() {
			write(v.w, reply)
			return
		}
	}
	refuse(http.StatusInternalServerError, "internal error; the log has it under "+id).write(v.w)
}

// route is the route whose fallback answers: the one that took the event, or
// would have been the first to be asked.
func (v *visit) route() *router.Route {
	if v.rt != nil || v.ev == nil {
		return v.rt
	}
	for _, r := range v.req.site.Routes {
		if r.Takes(v.ev) {
			return r
		}
	}
	return nil
}

// someID is the event's id, or a new one if the request had not become an event
// yet.
func (d *Door) someID(ev *router.Event) (id string) {
	if ev != nil {
		return ev.ID
	}
	defer func() {
		if recover() != nil { // no randomness, which may be why this is asked
			id = "no id"
		}
	}()
	return d.ids.Next()
}

// admit takes a request to its answer, or says why there is none.
func (d *Door) admit(v *visit, r *http.Request) (*router.Reply, *refusal) {
	req, f := d.read(v.w, r)
	if f != nil {
		if f.status < 500 {
			d.counts.Malformed.Add(1)
		}
		d.log.Debug("a request was not for this door", "status", f.status, "method", r.Method, "target", clip(r.RequestURI, longestPath), "why", f.text)
		return nil, f
	}
	v.req = req
	verdict, verified, f := d.verify(req)
	if f != nil {
		return nil, f
	}
	events := d.normalise(req, verdict, verified, v.arrived)
	d.counts.Accepted.Add(int64(len(events)))
	if len(events) == 1 && events[0].Batch == 0 {
		v.ev = events[0]
		return d.single(v), nil
	}
	return d.batch(v, events), nil
}

// single takes one event to its answer. From here on the client may hang up:
// what was accepted goes on.
func (d *Door) single(v *visit) *router.Reply {
	ev := v.ev
	v.rt = v.req.gen.Match(context.Background(), ev)
	if v.rt == nil || v.rt.Inline(ev) {
		return d.answer(v)
	}
	ev.Queued = true
	receipts, err := d.append(acceptTimeout, router.Accept{Event: ev, State: router.StateQueued})
	how := How{Reply: router.Empty(ev.Wants)}
	switch {
	case err != nil && !ev.Wants.Reply():
		return d.unavailable(1)
	case err != nil:
		d.counts.Unrecorded.Add(1)
		how.Reply, how.Unrecorded = router.Failure(v.rt, ev), true
	case !receipts[0].First && ev.Wants.Reply():
		ev.Queued = false // the first may have been answered, before a reload
		return d.answer(v)
	case !receipts[0].First:
		d.counts.Duplicates.Add(1)
		how.Duplicate = true
	}
	how.Took = d.now().Sub(v.arrived)
	d.tell(ev, nil, how)
	return how.Reply
}

// batch accepts all events of a request or none: those that a route takes for
// the background, the others as passed.
func (d *Door) batch(v *visit, events []*router.Event) *router.Reply {
	accepts := make([]router.Accept, len(events))
	for i, ev := range events {
		if v.req.gen.Match(context.Background(), ev) != nil {
			ev.Queued = true
			accepts[i] = router.Accept{Event: ev, State: router.StateQueued}
		} else {
			accepts[i] = router.Accept{Event: ev, State: router.StateRunning, Hold: batchHold}
		}
	}
	receipts, err := d.append(acceptTimeout, accepts...)
	if err != nil {
		return d.unavailable(len(events))
	}
	how := How{Reply: router.Empty(router.WantsNothing), Took: d.now().Sub(v.arrived)}
	var passed []router.Commit
	for i, ev := range events {
		how.Duplicate = !receipts[i].First
		var out *router.Outcome
		switch {
		case how.Duplicate:
			d.counts.Duplicates.Add(1)
		case !ev.Queued:
			o := unmatched(v.req.gen, ev)
			out = &o
			passed = append(passed, router.Commit{Seq: receipts[i].Seq, Rev: firstRev, State: router.StateDone, Outcome: o})
		}
		d.tell(ev, out, how)
	}
	if len(passed) > 0 {
		d.afterwards(events[0].ID, func() { d.pass(passed, events[0].ID) })
	}
	return how.Reply
}

// pass records outcomes of a batch's events that no route took.
func (d *Door) pass(passed []router.Commit, event string) {
	ctx, cancel := context.WithTimeout(context.Background(), batchHold)
	defer cancel()
	for _, c := range passed {
		if _, err := d.commit(ctx, c, nil, event); err != nil && ctx.Err() != nil {
			return
		}
	}
}

// unavailable is the answer to facts that the store did not take: Twilio may
// come again, and nothing was done yet.
func (d *Door) unavailable(facts int) *router.Reply {
	d.counts.Unavailable.Add(int64(facts))
	return &router.Reply{Status: http.StatusServiceUnavailable, Headers: router.Params{{Key: "Retry-After", Value: "2"}}}
}

// tell tells the watch, whose panics are not the event's.
func (d *Door) tell(ev *router.Event, out *router.Outcome, how How) {
	defer func() {
		if p := recover(); p != nil {
			d.panicked(ev.ID, p)
		}
	}()
	d.watch.Handled(ev, out, how)
}
