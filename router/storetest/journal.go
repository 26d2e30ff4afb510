package storetest

import (
	"fmt"
	"slices"
	"time"

	"twirouter/router"
)

var journalCases = []testCase{
	{"newest first, in pages", func(x *trial) {
		var want, got []uint64
		for range 25 {
			want = append(want, x.first(queued(x.event())))
		}
		slices.Reverse(want)
		before := uint64(0)
		for {
			items, err := x.Find(x.ctx, router.Query{Before: before, Limit: 10})
			x.must("Find", err)
			if len(items) == 0 {
				break
			}
			if len(items) > 10 {
				x.Fatalf("a page of %d, want 10 at most", len(items))
			}
			got = append(got, places(items)...)
			before = items[len(items)-1].Seq
			x.first(queued(x.event(kind("later")))) // what comes meanwhile moves no page
		}
		if !slices.Equal(got, want) {
			x.Errorf("all pages: %v, want %v", got, want)
		}
	}},
	{"50 without a limit", func(x *trial) {
		for range 60 {
			x.first(queued(x.event()))
		}
		items, err := x.Find(x.ctx, router.Query{})
		x.must("Find", err)
		if len(items) != 50 {
			x.Errorf("%d items, want 50", len(items))
		}
	}},
	{"every filter", func(x *trial) {
		begin := time.Now()
		seqs := map[string]uint64{}
		add := func(name string, a router.Accept) {
			a.Event.Received = time.Now()
			seqs[name] = x.first(a)
			time.Sleep(time.Minute)
		}
		add("received", running(x.event(kind("message.received"), sid("SM1"), func(ev *router.Event) { ev.From, ev.To = "+15005550001", "+15005550002" })))
		add("answered", running(x.event(kind("call.in-progress"), sid("CA1"), func(ev *router.Event) { ev.From, ev.To = "+15005550002", "+15005550001" })))
		add("sent", queued(x.event(kind("message.sent"), sid("SM1"))))
		add("dead", queued(x.event(kind("message.failed"), sid("SM2"))))
		x.end(seqs["received"], 1, router.StateDone, answered)
		x.end(seqs["dead"], x.claim(seqs["dead"]).Rev, router.StateDead, router.Outcome{Verdict: router.Failed})
		for _, c := range []struct {
			q    router.Query
			want []string
		}{
			{router.Query{}, []string{"dead", "sent", "answered", "received"}},
			{router.Query{Kind: "message.*"}, []string{"dead", "sent", "received"}},
			{router.Query{Kind: "message.sent"}, []string{"sent"}},
			{router.Query{Kind: "call.answered"}, []string{"answered"}},
			{router.Query{Kind: "*.sen"}, nil},
			{router.Query{SID: "SM1"}, []string{"sent", "received"}},
			{router.Query{From: "+15005550002"}, []string{"answered"}},
			{router.Query{To: "+15005550002"}, []string{"received"}},
			{router.Query{From: "+1500555000"}, nil},
			{router.Query{State: router.StateQueued}, []string{"sent"}},
			{router.Query{State: router.StateRunning}, []string{"answered"}},
			{router.Query{State: router.StateDone}, []string{"received"}},
			{router.Query{State: router.StateDead}, []string{"dead"}},
			{router.Query{Verdict: router.Replied}, []string{"received"}},
			{router.Query{Verdict: router.Failed}, []string{"dead"}},
			{router.Query{Since: begin.Add(time.Minute)}, []string{"dead", "sent", "answered"}},
			{router.Query{Until: begin.Add(2 * time.Minute)}, []string{"answered", "received"}},
			{router.Query{Since: begin.Add(time.Second), Until: begin.Add(2 * time.Minute)}, []string{"answered"}},
			{router.Query{Kind: "message.*", SID: "SM1", State: router.StateDone}, []string{"received"}},
			{router.Query{Kind: "message.*", Limit: 2}, []string{"dead", "sent"}},
			{router.Query{Kind: "message.*", Before: seqs["sent"]}, []string{"received"}},
		} {
			items, err := x.Find(x.ctx, c.q)
			x.must("Find", err)
			var want []uint64
			for _, name := range c.want {
				want = append(want, seqs[name])
			}
			if got := places(items); !slices.Equal(got, want) {
				x.Errorf("Find(%+v): %v, want %v (%v)", c.q, got, want, c.want)
			}
		}
	}},
	{"rare ones among many", func(x *trial) {
		var want []uint64
		for i := range 5000 {
			ev := x.event()
			if i%1000 == 7 {
				ev.Kind = "rare"
				want = append(want, x.first(queued(ev)))
			} else {
				x.append(queued(ev))
			}
		}
		slices.Reverse(want)
		items, err := x.Find(x.ctx, router.Query{Kind: "rare"})
		x.must("Find", err)
		if got := places(items); !slices.Equal(got, want) {
			x.Errorf("Find: %v, want %v", got, want)
		}
	}},
	{"an unknown place", func(x *trial) {
		for _, seq := range []uint64{0, 99, 1<<64 - 1} {
			_, err := x.Item(x.ctx, seq)
			x.mustFail("Item", err, router.ErrNotFound)
		}
	}},
	{"counts by state", func(x *trial) {
		x.wantStats(0, 0, 0, 0)
		a := x.first(queued(x.event()))
		x.first(queued(x.event()))
		b := x.first(running(x.event()))
		x.wantStats(2, 1, 0, 0)
		item := x.claim(a)
		x.wantStats(1, 2, 0, 0)
		x.end(a, item.Rev, router.StateDead, router.Outcome{Verdict: router.Failed})
		x.end(b, 1, router.StateDone, broken)
		x.wantStats(1, 0, 1, 1)
		x.claim(b)
		x.wantStats(1, 1, 0, 1)
	}},
}

func (x *trial) wantStats(queued, running, done, dead int) {
	x.Helper()
	got, err := x.Stats(x.ctx)
	x.must("Stats", err)
	for state, want := range map[router.State]int{
		router.StateQueued: queued, router.StateRunning: running, router.StateDone: done, router.StateDead: dead,
	} {
		if got[state] != want {
			x.Errorf("Stats: %d %s, want %d", got[state], state, want)
		}
	}
}

var refusalCases = []testCase{
	{"newest first", func(x *trial) {
		want := []router.Refusal{}
		for i := range 60 {
			r := router.Refusal{
				ID: fmt.Sprint("r", i), At: time.Now(), Path: "/twilio", Remote: "192.0.2.1", Status: 403,
				Finding: "the URL is another", Hint: "public_url",
			}
			x.must("Refuse", x.Refuse(x.ctx, r))
			want = append(want, r)
			time.Sleep(time.Second)
		}
		slices.Reverse(want)
		for limit, n := range map[int]int{1: 1, 7: 7, 0: 50, 1000: 60} {
			got, err := x.Refused(x.ctx, limit)
			x.must("Refused", err)
			if len(got) != n {
				x.Fatalf("Refused(%d): %d, want %d", limit, len(got), n)
			}
			for i := range got {
				if !got[i].At.Equal(want[i].At) {
					x.Errorf("Refused(%d)[%d].At is %v, want %v", limit, i, got[i].At, want[i].At)
				}
				got[i].At = want[i].At
			}
			if !slices.Equal(got, want[:n]) {
				x.Errorf("Refused(%d): %+v", limit, got)
			}
		}
		x.empty() // none of them is an event
	}},
	{"bounded", func(x *trial) {
		const many = router.MaxRefusals + 500
		for i := range many {
			x.must("Refuse", x.Refuse(x.ctx, router.Refusal{Status: i}))
		}
		got, err := x.Refused(x.ctx, 2*many)
		x.must("Refused", err)
		if len(got) == 0 || len(got) > router.MaxRefusals {
			x.Fatalf("%d refusals are kept, want %d at most", len(got), router.MaxRefusals)
		}
		for i, r := range got {
			if r.Status != many-1-i {
				x.Fatalf("the %dth newest is %d, want %d", i, r.Status, many-1-i)
			}
		}
	}},
}
