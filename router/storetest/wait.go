package storetest

import (
	"context"
	"testing/synctest"
	"time"

	"twirouter/router"
)

// waited is what a Wait came to.
type waited struct {
	item router.Item
	err  error
}

// wait starts n goroutines that wait for the item.
func (x *trial) wait(ctx context.Context, seq uint64, n int) <-chan waited {
	out := make(chan waited, n)
	for range n {
		go func() {
			item, err := x.Wait(ctx, seq)
			out <- waited{item, err}
		}()
	}
	return out
}

// none fails if anybody has come back.
func (x *trial) none(ch <-chan waited) {
	x.Helper()
	synctest.Wait()
	if len(ch) != 0 {
		w := <-ch
		x.Fatalf("Wait returned too early: %+v, %v", w.item, w.err)
	}
}

var waitCases = []testCase{
	{"many wait for one answer", func(x *trial) {
		seq := x.first(running(x.event()))
		const many = 20
		ch := x.wait(x.ctx, seq, many)
		x.none(ch)
		x.end(seq, 1, router.StateDone, answered)
		for range many {
			w := <-ch
			x.must("Wait", w.err)
			if w.item.State != router.StateDone || w.item.Outcome == nil || string(w.item.Outcome.Reply.Body) != "<Response/>" {
				x.Fatalf("Wait: %+v", w.item)
			}
		}
	}},
	{"at once for what nobody is answering", func(x *trial) {
		done := x.first(running(x.event()))
		x.end(done, 1, router.StateDone, answered)
		background := x.first(queued(x.event()))
		claimed := x.first(queued(x.event()))
		x.claim(claimed)
		for seq, state := range map[uint64]router.State{done: router.StateDone, background: router.StateQueued, claimed: router.StateRunning} {
			ctx, cancel := context.WithTimeout(x.ctx, time.Second)
			item, err := x.Wait(ctx, seq)
			cancel()
			x.must("Wait", err)
			if item.State != state {
				x.Errorf("Wait: %s, want %s", item.State, state)
			}
		}
	}},
	{"a second attempt is waited for too", func(x *trial) {
		seq := x.first(running(x.event()))
		x.end(seq, 1, router.StateDone, broken)
		again := x.claim(seq)
		ch := x.wait(x.ctx, seq, 3)
		x.none(ch)
		x.end(seq, again.Rev, router.StateDone, answered)
		for range 3 {
			if w := <-ch; w.err != nil || w.item.Outcome.Verdict != router.Replied {
				x.Fatalf("Wait: %+v, %v", w.item, w.err)
			}
		}
	}},
	{"until the context ends", func(x *trial) {
		seq := x.first(running(x.event()))
		ctx, cancel := context.WithTimeout(x.ctx, time.Second)
		defer cancel()
		other := x.wait(x.ctx, seq, 1)
		if w := <-x.wait(ctx, seq, 1); w.err == nil {
			x.Fatalf("Wait: %+v", w.item)
		} else {
			x.mustFail("Wait", w.err, context.DeadlineExceeded)
		}
		x.none(other)
		x.end(seq, 1, router.StateDone, answered)
		x.must("the other Wait", (<-other).err)
	}},
	{"an unknown place", func(x *trial) {
		_, err := x.Wait(x.ctx, 99)
		x.mustFail("Wait", err, router.ErrNotFound)
	}},
}

var claimCases = []testCase{
	{"the attempt is counted before the run", func(x *trial) {
		seq := x.first(queued(x.event()))
		item := x.claim(seq)
		if item.Seq != seq || item.State != router.StateRunning || item.Inline || item.Attempt != 1 || item.Event.Attempt != 1 || item.Rev <= 1 {
			x.Errorf("Claim: %+v", item)
		}
		if now := x.item(seq); now.State != router.StateRunning || now.Attempt != 1 || now.Rev != item.Rev {
			x.Errorf("the store has %+v", now)
		}
	}},
	{"one of many at once", func(x *trial) {
		seq := x.first(queued(x.event()))
		const many = 32
		errs := make(chan error)
		for range many {
			go func() {
				_, err := x.Claim(x.ctx, seq, time.Minute)
				errs <- err
			}()
		}
		won := 0
		for range many {
			if err := <-errs; err == nil {
				won++
			} else {
				x.mustFail("Claim", err, router.ErrConflict)
			}
		}
		if won != 1 || x.item(seq).Attempt != 1 {
			x.Errorf("%d claims won, attempt %d, want 1 and 1", won, x.item(seq).Attempt)
		}
	}},
	{"a lease runs out", func(x *trial) {
		seq := x.first(queued(x.event()))
		x.claim(seq)
		time.Sleep(59 * time.Second)
		_, err := x.Claim(x.ctx, seq, time.Minute)
		x.mustFail("Claim while the lease holds", err, router.ErrConflict)
		time.Sleep(2 * time.Second)
		if item := x.claim(seq); item.Attempt != 2 {
			x.Errorf("attempt %d after the lease ran out, want 2", item.Attempt)
		}
	}},
	{"what is answered inline is never taken over", func(x *trial) {
		seq := x.first(running(x.event()))
		_, err := x.Claim(x.ctx, seq, time.Minute)
		x.mustFail("Claim of a running one", err, router.ErrConflict)
		time.Sleep(2 * time.Minute)
		_, err = x.Claim(x.ctx, seq, time.Minute)
		x.mustFail("Claim of an orphan", err, router.ErrConflict)
	}},
	{"what failed inline without an answer is run again", func(x *trial) {
		seq := x.first(running(x.event()))
		x.end(seq, 1, router.StateDone, broken)
		item := x.claim(seq)
		if item.State != router.StateRunning || !item.Inline || item.Attempt != 2 || item.Event.Attempt != 2 {
			x.Errorf("Claim: %+v", item)
		}
		orphan := x.first(running(x.event()))
		x.end(orphan, 1, router.StateDone, router.Outcome{Verdict: router.Failed, Reason: "process died"})
		if item := x.claim(orphan); item.Attempt != 2 {
			x.Errorf("Claim of one whose process died: %+v", item)
		}
	}},
	{"what is settled stays", func(x *trial) {
		settled := map[string]router.Outcome{
			"answered":            answered,
			"dropped":             {Verdict: router.Dropped, Answer: true, Reply: &router.Reply{Status: 200}},
			"a fallback document": {Verdict: router.Failed, Answer: true, Reply: &router.Reply{Status: 200, Body: []byte("x")}},
			"a fact handled":      passed,
		}
		for what, out := range settled {
			seq := x.first(running(x.event()))
			x.end(seq, 1, router.StateDone, out)
			_, err := x.Claim(x.ctx, seq, time.Minute)
			x.mustFail("Claim: "+what, err, router.ErrConflict)
		}
		for _, state := range []router.State{router.StateDone, router.StateDead} {
			item := x.claim(x.first(queued(x.event())))
			x.end(item.Seq, item.Rev, state, router.Outcome{Verdict: router.Failed})
			_, err := x.Claim(x.ctx, item.Seq, time.Minute)
			x.mustFail("Claim of background work that is "+string(state), err, router.ErrConflict)
		}
	}},
	{"not before it is due", func(x *trial) {
		seq := x.first(router.Accept{Event: x.event(), State: router.StateQueued, Due: time.Now().Add(time.Hour)})
		_, err := x.Claim(x.ctx, seq, time.Minute)
		x.mustFail("Claim", err, router.ErrConflict)
		time.Sleep(time.Hour)
		x.claim(seq)
	}},
	{"not out of order", func(x *trial) {
		first := x.first(queued(x.event(order("CA1"))))
		second := x.first(queued(x.event(order("CA1"))))
		_, err := x.Claim(x.ctx, second, time.Minute)
		x.mustFail("Claim of the second", err, router.ErrConflict)
		item := x.claim(first)
		_, err = x.Claim(x.ctx, second, time.Minute)
		x.mustFail("Claim of the second while the first runs", err, router.ErrConflict)
		x.end(first, item.Rev, router.StateDead, router.Outcome{Verdict: router.Failed})
		x.claim(second)
	}},
	{"an unknown place", func(x *trial) {
		_, err := x.Claim(x.ctx, 99, time.Minute)
		x.mustFail("Claim", err, router.ErrNotFound)
	}},
}
