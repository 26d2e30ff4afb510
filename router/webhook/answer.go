package webhook

import (
	"context"
	"net/http"
	"sync"
	"time"

	"twirouter/router"
)

const (
	// grace is how long after its deadline an event may take to notice that it is
	// over. What does not is left to itself: the answer cannot wait.
	grace = 100 * time.Millisecond
	// waitShare is the part of a route's time that the store may take to accept
	// an event, the gate to let it in, and the store to record what came of it.
	waitShare = 4
	// untimed is the time of an event whose route sets none, or that has no route.
	untimed = 4 * time.Second
)

// answering is one event whose answer somebody waits for. Two goroutines share
// it: one does the work (accept, run, record), the other waits for the answer
// and gives up at the deadline, whatever keeps the first.
type answering struct {
	d     *Door
	g     *router.Generation
	rt    *router.Route // nil: no route takes the event
	limit time.Duration // for the whole answer, from arrival
	said  chan answer   // room for the one

	mu   sync.Mutex
	ev   *router.Event
	busy string          // what the work is at, for whoever gives up
	seq  uint64          // the event's place in the ledger, 0 until it is known
	rev  uint64          // its revision there
	out  *router.Outcome // what came of the event; set once
}

// answer is what an event came to.
type answer struct {
	ev  *router.Event
	out *router.Outcome // nil for a duplicate, and for what was not accepted
	how How
}

// answer takes an event through its scripts, or none if no route takes it, and
// says what is sent. It returns in time.
func (d *Door) answer(v *visit) *router.Reply {
	a := &answering{d: d, g: v.req.gen, rt: v.rt, ev: v.ev, said: make(chan answer, 1), busy: "to be recorded"}
	if a.rt != nil {
		a.limit = a.rt.Deadline(v.ev)
	}
	if a.limit <= 0 {
		a.limit = untimed
	}
	if a.limit+holdSlack > writeTimeout {
		_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(a.limit + holdSlack)) // where there is no connection, there is no deadline
	}
	ctx, cancel := context.WithTimeout(context.Background(), a.limit-d.now().Sub(v.arrived))
	defer cancel()
	d.late.begin()
	go func() {
		deepen(0)
		a.work(ctx)
	}()
	s := a.wait(ctx)
	if s.how.Unrecorded {
		d.counts.Unrecorded.Add(1)
	}
	if s.how.Duplicate {
		d.counts.Duplicates.Add(1)
	}
	s.how.Took = d.now().Sub(v.arrived)
	if s.out != nil || s.how.Duplicate {
		d.tell(s.ev, s.out, s.how)
	}
	return s.how.Reply
}

// wait returns what the work comes to, or gives up on it.
func (a *answering) wait(ctx context.Context) answer {
	select {
	case s := <-a.said:
		return s
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case s := <-a.said:
		return s
	case <-late.C:
	}
	return a.giveUp()
}

// giveUp answers in place of the work: with what came of the event, if only the
// record is missing, else as a failure.
func (a *answering) giveUp() answer {
	a.mu.Lock()
	decided := a.out != nil
	if !decided {
		out := a.failed("the answer was not there at the route's timeout: the event still waits " + a.busy)
		a.out = &out
	}
	ev, out, seq, rev, busy := a.ev, *a.out, a.seq, a.rev, a.busy
	a.mu.Unlock()
	if seq != 0 {
		a.d.late.made(seq)
	}
	if !decided {
		a.d.log.Error("an event was not answered by its scripts in time", "event", ev.ID, "kind", ev.Kind, "waits", busy)
		if seq != 0 {
			a.d.afterwards(ev.ID, func() { a.recordLate(seq, rev, out) })
		}
	}
	return answer{ev: ev, out: &out, how: How{Reply: out.Reply, Unrecorded: true}}
}

// work accepts the event, runs it and records what came of it. It may go on
// after the answer has left, or was given without it.
func (a *answering) work(ctx context.Context) {
	defer a.d.late.end()
	defer func() { a.d.late.made(a.seq) }()
	defer func() {
		if p := recover(); p != nil { // of the store, for run has its own
			a.d.panicked(a.ev.ID, p)
			a.broke()
		}
	}()
	receipts, err := a.d.append(a.limit/waitShare, router.Accept{Event: a.ev, State: router.StateRunning, Hold: a.limit + holdSlack})
	switch {
	case err != nil && !a.ev.Wants.Reply():
		a.say(answer{how: How{Reply: a.d.unavailable(1)}})
		return
	case err != nil:
		ev := *a.ev // the store may still hold the other one
		a.replace(&ev)
	case receipts[0].First:
		if !a.place(receipts[0].Seq, firstRev) {
			return
		}
	default:
		if !a.again(ctx, receipts[0].Seq) {
			return
		}
	}
	out := a.run(ctx)
	if !a.decide(&out) {
		a.d.log.Warn("a run that was given up has ended", "event", a.ev.ID, "kind", a.ev.Kind)
		return
	}
	a.record(out)
}

// run waits for a place, not too long, and runs the event. A run that cannot be
// stopped keeps its place: what it takes is accounted for.
func (a *answering) run(ctx context.Context) (out router.Outcome) {
	if a.rt == nil {
		return unmatched(a.g, a.ev)
	}
	a.at("for a place among the events that are run")
	leave, err := a.d.gate.Enter(ctx, a.limit/waitShare)
	if err != nil {
		a.d.counts.Saturated.Add(1)
		out = a.failed("saturated: limits.concurrency events were running and the queue was full or too slow")
		out.Reply = router.Saturated(a.rt, a.ev)
		return out
	}
	defer leave()
	defer func() {
		if p := recover(); p != nil {
			a.d.panicked(a.ev.ID, p)
			out = a.failed("internal error; the log has it under this event's id")
		}
	}()
	a.at("for its scripts to end")
	out = a.g.Run(ctx, a.rt, a.ev)
	if out.Reply == nil { // the route runs such events in the background by now
		if out.Reply = router.Empty(a.ev.Wants); out.Verdict == router.Failed {
			out.Reply = a.failure()
		}
	}
	return out
}

// failed is the outcome of an event that could not be run to its end.
func (a *answering) failed(why string) router.Outcome {
	out := router.Outcome{
		Verdict: router.Failed, Reason: why, Reply: a.failure(),
		Generation: a.g.Number, Answer: a.ev.Wants.Reply(),
	}
	if a.rt != nil {
		out.Route = a.rt.Name
	}
	return out
}

// failure is the answer to an event that failed. One that no route takes would
// have had the empty answer, and gets it.
func (a *answering) failure() *router.Reply {
	if a.rt == nil {
		return router.Empty(a.ev.Wants)
	}
	return router.Failure(a.rt, a.ev)
}

// unmatched is the outcome of an event that no route took.
func unmatched(g *router.Generation, ev *router.Event) router.Outcome {
	out := router.Outcome{Verdict: router.Passed, Reason: "no route takes it", Reply: router.Empty(ev.Wants), Generation: g.Number}
	if ev.Wants.Reply() {
		out.Warnings = append(out.Warnings, "no route takes "+ev.Kind+" at this path: it got the empty answer")
	}
	return out
}

// broke answers after a panic.
func (a *answering) broke() {
	out := a.failed("internal error; the log has it under this event's id")
	if !a.decide(&out) {
		a.mu.Lock()
		out = *a.out
		a.mu.Unlock()
	}
	a.say(answer{ev: a.ev, out: &out, how: How{Reply: out.Reply, Unrecorded: true}})
}

// say hands over the answer; only the first counts.
func (a *answering) say(s answer) {
	if a.seq != 0 {
		a.d.late.made(a.seq)
	}
	select {
	case a.said <- s:
	default:
	}
}

func (a *answering) at(busy string) {
	a.mu.Lock()
	a.busy = busy
	a.mu.Unlock()
}

func (a *answering) replace(ev *router.Event) {
	a.mu.Lock()
	a.ev = ev
	a.mu.Unlock()
}

// decide settles what came of the event, unless it is settled.
func (a *answering) decide(out *router.Outcome) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.out != nil {
		return false
	}
	a.out = out
	return true
}

// place notes where the ledger has the event. It reports false if that was too
// late: then nothing is run, and the failure is recorded.
func (a *answering) place(seq, rev uint64) bool {
	a.d.late.make(seq)
	a.mu.Lock()
	a.seq, a.rev = seq, rev
	out := a.out
	a.mu.Unlock()
	if out == nil {
		return true
	}
	a.recordLate(seq, rev, *out)
	return false
}

// depth is what a run usually needs of a stack, in bytes.
const depth = 12 << 10

// deepen makes room on the stack of a new goroutine while it is nearly empty.
// Growing it in the midst of a run, by doubling it again and again, costs more
// than all else that the door does for the run.
//
//go:noinline
func deepen(i int) byte {
	var room [depth]byte
	return room[i]
}
