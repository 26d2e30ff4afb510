package storetest

import (
	"slices"
	"time"

	"twirouter/router"
)

// wantOpen fails unless exactly these can be done something about.
func (x *trial) wantOpen(want ...uint64) {
	x.Helper()
	if got, _ := x.open(); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		x.Fatalf("Unfinished: %v, want %v", got, want)
	}
}

var queueCases = []testCase{
	{"what is queued, by place", func(x *trial) {
		a := x.first(queued(x.event()))
		x.first(running(x.event()))
		b := x.first(queued(x.event()))
		x.wantOpen(a, b)
		item := x.claim(a)
		x.wantOpen(b)
		x.end(a, item.Rev, router.StateDone, passed)
		x.wantOpen(b)
		x.do(b, passed)
		x.wantOpen()
	}},
	{"an item is whole", func(x *trial) {
		seq := x.first(queued(x.event(sid("SM1"))))
		items, _, err := x.Unfinished(x.ctx, 0, 10)
		x.must("Unfinished", err)
		if len(items) != 1 || items[0].Seq != seq || items[0].Event == nil || items[0].Event.SID != "SM1" || items[0].Rev != 1 || items[0].State != router.StateQueued {
			x.Errorf("Unfinished: %+v", items)
		}
	}},
	{"pages", func(x *trial) {
		var want, got []uint64
		for range 25 {
			want = append(want, x.first(queued(x.event())))
		}
		after := uint64(0)
		for {
			items, _, err := x.Unfinished(x.ctx, after, 10)
			x.must("Unfinished", err)
			if len(items) == 0 {
				break
			}
			if len(items) > 10 {
				x.Fatalf("a page of %d, want 10 at most", len(items))
			}
			got = append(got, places(items)...)
			after = items[len(items)-1].Seq
		}
		if !slices.Equal(got, want) {
			x.Errorf("all pages: %v, want %v", got, want)
		}
	}},
	{"of each order key only the earliest", func(x *trial) {
		a1 := x.first(queued(x.event(order("a"))))
		b1 := x.first(queued(x.event(order("b"))))
		a2 := x.first(queued(x.event(order("a"))))
		free := x.first(queued(x.event()))
		a3 := x.first(queued(x.event(order("a"))))
		x.wantOpen(a1, b1, free)
		item := x.claim(a1)
		x.wantOpen(b1, free)
		x.end(a1, item.Rev, router.StateDone, passed)
		x.wantOpen(b1, a2, free)
		x.do(a2, passed)
		x.wantOpen(b1, free, a3)
		x.do(b1, passed)
		b2 := x.first(queued(x.event(order("b"))))
		x.wantOpen(free, a3, b2)
	}},
	{"an event answered inline holds no place in an order", func(x *trial) {
		x.first(running(x.event(order("a"))))
		seq := x.first(queued(x.event(order("a"))))
		x.wantOpen(seq)
	}},
	{"one that waits for its next attempt holds back its order, no other", func(x *trial) {
		a1 := x.first(queued(x.event(order("a"))))
		a2 := x.first(queued(x.event(order("a"))))
		b := x.first(queued(x.event(order("b"))))
		item := x.claim(a1)
		due := time.Now().Add(time.Hour)
		x.must("Commit", x.Commit(x.ctx, router.Commit{Seq: a1, Rev: item.Rev, State: router.StateQueued, Due: due, Outcome: router.Outcome{Verdict: router.Failed}}))
		x.wantOpen(b)
		time.Sleep(time.Hour)
		x.wantOpen(a1, b)
		item = x.claim(a1)
		x.end(a1, item.Rev, router.StateDead, router.Outcome{Verdict: router.Failed})
		x.wantOpen(a2, b)
	}},
	{"not before it is due", func(x *trial) {
		due := time.Now().Add(time.Hour)
		late := x.first(router.Accept{Event: x.event(), State: router.StateQueued, Due: due.Add(time.Hour)})
		early := x.first(router.Accept{Event: x.event(), State: router.StateQueued, Due: due})
		if seqs, next := x.open(); len(seqs) != 0 || !next.Equal(due) {
			x.Fatalf("Unfinished: %v, next %v, want none and %v", seqs, next, due)
		}
		time.Sleep(time.Hour - time.Second)
		x.wantOpen()
		time.Sleep(time.Second)
		if seqs, next := x.open(); !slices.Equal(seqs, []uint64{early}) || !next.Equal(due.Add(time.Hour)) {
			x.Fatalf("Unfinished: %v, next %v", seqs, next)
		}
		time.Sleep(time.Hour)
		x.wantOpen(late, early)
		if _, next := x.open(); !next.IsZero() {
			x.Errorf("next is %v with nothing to come", next)
		}
	}},
	{"one whose hold has run out", func(x *trial) {
		inline := x.first(running(x.event()))
		background := x.first(queued(x.event(order("a"))))
		behind := x.first(queued(x.event(order("a"))))
		x.claim(background)
		if seqs, next := x.open(); len(seqs) != 0 || !next.Equal(time.Now().Add(time.Minute)) {
			x.Fatalf("Unfinished: %v, next %v, want none and in a minute", seqs, next)
		}
		time.Sleep(time.Minute)
		x.wantOpen(inline, background)
		items, _, err := x.Unfinished(x.ctx, 0, 10)
		x.must("Unfinished", err)
		if items[0].State != router.StateRunning || !items[0].Inline || items[1].State != router.StateRunning || items[1].Inline {
			x.Errorf("orphans: %+v", items)
		}
		x.end(inline, items[0].Rev, router.StateDone, router.Outcome{Verdict: router.Failed, Reason: "process died"})
		x.do(background, passed)
		x.wantOpen(behind)
	}},
	{"Changed tells of what was queued and what came up", func(x *trial) {
		if x.woken() {
			x.Fatal("Changed has a value in an empty store")
		}
		a1 := x.first(queued(x.event(order("a"))))
		x.wake("a queued event")
		a2 := x.first(queued(x.event(order("a"))))
		x.woken()
		item := x.claim(a1)
		x.woken()
		x.end(a1, item.Rev, router.StateDone, passed)
		x.wake("the next of an order")
		x.first(router.Accept{Event: x.event(), State: router.StateQueued, Due: time.Now().Add(time.Second)})
		x.wake("an event due later, for it changes next")
		item = x.claim(a2)
		x.woken()
		x.must("Commit", x.Commit(x.ctx, router.Commit{Seq: a2, Rev: item.Rev, State: router.StateQueued, Outcome: router.Outcome{Verdict: router.Failed}}))
		x.wake("an event queued again")
	}},
	{"Changed never blocks those who cause it", func(x *trial) {
		for range 10 {
			x.first(queued(x.event()))
		}
		x.wake("ten events")
	}},
}

// wake fails unless Changed has a value.
func (x *trial) wake(of string) {
	x.Helper()
	if !x.woken() {
		x.Errorf("Changed has no value after %s", of)
	}
}
