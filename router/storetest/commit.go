package storetest

import (
	"encoding/json"
	"errors"
	"slices"
	"testing/synctest"
	"time"

	"twirouter/router"
)

// effects is an outcome whose two scripts wrote and emitted; the second one
// failed, so that of a fact only the first one's effects count.
func (x *trial) effects(answer bool, verdict router.Verdict) router.Outcome {
	emit := func(key string) router.Emitted {
		return router.Emitted{Event: x.event(kind("app.x"), origin(router.OriginEmit), func(ev *router.Event) { ev.Key = key })}
	}
	return router.Outcome{
		Verdict: verdict, Answer: answer, Generation: 3, Route: "support", Duration: time.Millisecond,
		Warnings: []string{"careful"}, Finished: []string{"a"},
		Steps: []router.Step{
			{Script: "a", Verdict: router.Passed, Reason: "r", Writes: []router.Write{
				{Bucket: "a", Key: "new", Val: []byte(`1`)},
				{Bucket: "a", Key: "old"},
			}, Logs: []router.LogLine{{Level: "info", Message: "m"}}},
			{Script: "b", Verdict: router.Failed, Error: &router.ScriptError{File: "b.lua", Line: 7, Message: "no"}, Writes: []router.Write{
				{Bucket: "b", Key: "new", Val: []byte(`2`)},
			}},
		},
		Emitted: []router.Emitted{emit("one"), emit("two"), emit("one")},
	}
}

var commitCases = []testCase{
	{"an outcome is in the store when Commit returns", func(x *trial) {
		seq := x.first(running(x.event()))
		out := answered
		out.Generation, out.Route, out.Duration, out.Reason = 4, "support", 3*time.Millisecond, "why"
		out.Warnings = []string{"careful"}
		out.Reply = &router.Reply{
			Status: 201, Type: router.TypeJSON, Body: []byte("\x00{}\xff"),
			Headers: router.Params{{Key: "X-A", Value: "1"}, {Key: "X-A", Value: "2"}},
		}
		out.Steps = []router.Step{{
			Script: "ivr", Verdict: router.Replied, Reason: "because", Instructions: 12, Memory: 34, Duration: time.Second,
			Error: &router.ScriptError{File: "ivr.lua", Line: 7, Message: "no", Budget: "time"},
			Logs:  []router.LogLine{{Level: "warn", Message: "m", Line: 3, Fields: map[string]any{"n": 1.0}}},
		}}
		x.end(seq, 1, router.StateDone, out)
		item := x.item(seq)
		got := item.Outcome
		if item.State != router.StateDone || item.Rev <= 1 || got == nil {
			x.Fatalf("Item: %+v", item)
		}
		if got.Verdict != out.Verdict || !got.Answer || got.Generation != 4 || got.Route != "support" || got.Duration != out.Duration || got.Reason != "why" || !slices.Equal(got.Warnings, out.Warnings) {
			x.Errorf("the outcome is now %+v", got)
		}
		if r := got.Reply; r == nil || r.Status != 201 || r.Type != router.TypeJSON || string(r.Body) != "\x00{}\xff" || !slices.Equal(r.Headers, out.Reply.Headers) {
			x.Errorf("the reply is now %+v", r)
		}
		if len(got.Steps) != 1 {
			x.Fatalf("the steps are now %+v", got.Steps)
		}
		st, want := got.Steps[0], out.Steps[0]
		if st.Script != "ivr" || st.Verdict != want.Verdict || st.Reason != want.Reason || st.Instructions != 12 || st.Memory != 34 || st.Duration != time.Second {
			x.Errorf("the step is now %+v", st)
		}
		if st.Error == nil || *st.Error != *want.Error || len(st.Logs) != 1 || st.Logs[0].Message != "m" || st.Logs[0].Fields["n"] != 1.0 {
			x.Errorf("the step's error is now %+v, its logs %+v", st.Error, st.Logs)
		}
	}},
	{"the second of two outcomes loses", func(x *trial) {
		seq := x.first(running(x.event()))
		x.end(seq, 1, router.StateDone, answered)
		out := x.effects(false, router.Passed)
		x.mustFail("the second Commit", x.Commit(x.ctx, router.Commit{Seq: seq, Rev: 1, State: router.StateDone, Outcome: out}), router.ErrConflict)
		now := x.item(seq)
		x.mustFail("a Commit to a done item at its revision", x.Commit(x.ctx, router.Commit{Seq: seq, Rev: now.Rev, State: router.StateDone, Outcome: out}), router.ErrConflict)
		x.nothingCame(seq, now)
	}},
	{"of many at once one wins", func(x *trial) {
		seq := x.first(running(x.event()))
		errs := make(chan error)
		const many = 32
		for range many {
			go func() {
				errs <- x.Commit(x.ctx, router.Commit{Seq: seq, Rev: 1, State: router.StateDone, Outcome: answered})
			}()
		}
		won := 0
		for range many {
			if err := <-errs; err == nil {
				won++
			} else if !errors.Is(err, router.ErrConflict) {
				x.Errorf("Commit: %v", err)
			}
		}
		if won != 1 {
			x.Errorf("%d commits counted, want 1", won)
		}
	}},
	{"a run that lost its lease loses to the next one", func(x *trial) {
		seq := x.first(queued(x.event()))
		first := x.claim(seq)
		time.Sleep(2 * time.Minute)
		second := x.claim(seq)
		x.mustFail("the first run's Commit", x.Commit(x.ctx, router.Commit{Seq: seq, Rev: first.Rev, State: router.StateDone, Outcome: passed}), router.ErrConflict)
		x.end(seq, second.Rev, router.StateDone, passed)
	}},
	{"a hold run out alone loses nothing", func(x *trial) {
		seq := x.first(running(x.event()))
		time.Sleep(2 * time.Minute)
		x.end(seq, 1, router.StateDone, answered)
	}},
	{"what was not claimed has no outcome", func(x *trial) {
		seq := x.first(queued(x.event()))
		x.mustFail("Commit", x.Commit(x.ctx, router.Commit{Seq: seq, Rev: 1, State: router.StateDone, Outcome: passed}), router.ErrConflict)
	}},
	{"an unknown place", func(x *trial) {
		x.mustFail("Commit", x.Commit(x.ctx, router.Commit{Seq: 99, Rev: 1, State: router.StateDone, Outcome: passed}), router.ErrNotFound)
	}},
	{"only states that there are", func(x *trial) {
		inline := x.first(running(x.event()))
		background := x.claim(x.first(queued(x.event())))
		for _, state := range []router.State{"", "failed", router.StateRunning} {
			if err := x.Commit(x.ctx, router.Commit{Seq: background.Seq, Rev: background.Rev, State: state, Outcome: passed}); err == nil {
				x.Errorf("an outcome made the item %q", state)
			}
		}
		for _, state := range []router.State{router.StateDead, router.StateQueued} {
			if err := x.Commit(x.ctx, router.Commit{Seq: inline, Rev: 1, State: state, Outcome: broken}); err == nil {
				x.Errorf("an inline event became %q", state)
			}
		}
		x.end(inline, 1, router.StateDone, broken)
		x.end(background.Seq, background.Rev, router.StateDone, passed)
	}},
	{"writes and emitted events come with a fact, of the scripts that succeeded", func(x *trial) {
		x.put(router.Write{Bucket: "a", Key: "old", Val: []byte(`0`)})
		seq := x.first(queued(x.event()))
		x.woken()
		item := x.claim(seq)
		out := x.effects(false, router.Failed)
		for i := range out.Emitted {
			out.Emitted[i].Due = time.Now().Add(time.Duration(i) * time.Hour)
		}
		x.end(seq, item.Rev, router.StateDead, out)
		x.wantValue("a", "new", "1")
		x.wantNone("a", "old")
		x.wantNone("b", "new")
		items, err := x.Find(x.ctx, router.Query{Kind: "app.*"})
		x.must("Find", err)
		if len(items) != 2 || items[1].Event.Key != "one" || items[0].Event.Key != "two" {
			x.Fatalf("emitted: %d items, want one and two", len(items))
		}
		for i, e := range items {
			if e.State != router.StateQueued || e.Inline || e.Rev != 1 || e.Event.Seq != e.Seq || !e.Due.Equal(out.Emitted[1-i].Due) {
				x.Errorf("emitted: %+v", e)
			}
		}
		if !x.woken() {
			x.Error("Changed says nothing of the emitted event")
		}
		got := x.item(seq).Outcome
		if got.Emitted != nil {
			x.Error("the kept outcome holds the emitted events a second time")
		}
		if !slices.Equal(x.item(seq).Event.Finished, []string{"a"}) {
			x.Errorf("the event's Finished is %q", x.item(seq).Event.Finished)
		}
	}},
	{"nothing comes with an answer that failed", func(x *trial) {
		x.put(router.Write{Bucket: "a", Key: "old", Val: []byte(`0`)})
		out := x.effects(true, router.Failed)
		out.Emitted = nil // the chain leaves them out
		x.end(x.first(running(x.event())), 1, router.StateDone, out)
		x.wantNone("a", "new")
		x.wantValue("a", "old", "0")
	}},
	{"of an answer all or nothing comes", func(x *trial) {
		out := x.effects(true, router.Replied)
		out.Steps[1].Verdict = router.Replied
		x.end(x.first(running(x.event())), 1, router.StateDone, out)
		x.wantValue("a", "new", "1")
		x.wantValue("b", "new", "2")
	}},
	{"an outcome that does not count leaves nothing", func(x *trial) {
		seq := x.first(queued(x.event()))
		item := x.claim(seq)
		err := x.Commit(x.ctx, router.Commit{Seq: seq, Rev: item.Rev + 1, State: router.StateDone, Outcome: x.effects(false, router.Passed)})
		x.mustFail("Commit", err, router.ErrConflict)
		x.nothingCame(seq, x.item(seq))
		x.end(seq, item.Rev, router.StateDone, x.effects(false, router.Passed)) // and the keys of its events are free
		items, err := x.Find(x.ctx, router.Query{Kind: "app.*"})
		x.must("Find", err)
		if len(items) != 2 {
			x.Errorf("%d events were emitted, want 2", len(items))
		}
	}},
	{"emitted events are once per key, between outcomes too", func(x *trial) {
		a, b := x.claim(x.first(queued(x.event()))), x.claim(x.first(queued(x.event())))
		x.end(a.Seq, a.Rev, router.StateDone, x.effects(false, router.Passed))
		x.end(b.Seq, b.Rev, router.StateDone, x.effects(false, router.Passed))
		items, err := x.Find(x.ctx, router.Query{Kind: "app.*"})
		x.must("Find", err)
		if len(items) != 2 {
			x.Errorf("%d events were emitted, want 2", len(items))
		}
	}},
	{"an expiry counts from the outcome", func(x *trial) {
		item := x.claim(x.first(queued(x.event())))
		out := router.Outcome{Verdict: router.Passed, Steps: []router.Step{{
			Verdict: router.Passed, Writes: []router.Write{{Bucket: "a", Key: "k", Val: []byte(`1`), TTL: time.Minute}},
		}}}
		time.Sleep(30 * time.Second)
		x.end(item.Seq, item.Rev, router.StateDone, out)
		time.Sleep(59 * time.Second)
		x.wantValue("a", "k", "1")
		time.Sleep(2 * time.Second)
		x.wantNone("a", "k")
	}},
	{"again, later", func(x *trial) {
		seq := x.first(queued(x.event()))
		item := x.claim(seq)
		due := time.Now().Add(time.Hour)
		out := router.Outcome{Verdict: router.Failed, Finished: []string{"a", "b"}}
		x.must("Commit", x.Commit(x.ctx, router.Commit{Seq: seq, Rev: item.Rev, State: router.StateQueued, Due: due, Outcome: out}))
		if now := x.item(seq); now.State != router.StateQueued || !now.Due.Equal(due) || now.Attempt != 1 || now.Outcome == nil || now.Outcome.Verdict != router.Failed {
			x.Errorf("after an outcome that asks for another attempt: %+v", now)
		}
		if seqs, next := x.open(); len(seqs) != 0 || !next.Equal(due) {
			x.Errorf("Unfinished %v, next %v, want none and %v", seqs, next, due)
		}
		time.Sleep(time.Hour)
		again := x.claim(seq)
		if again.Attempt != 2 || again.Outcome == nil || again.Event.Attempt != 2 || !slices.Equal(again.Event.Finished, []string{"a", "b"}) {
			x.Errorf("the second attempt is %+v, finished %q", again, again.Event.Finished)
		}
		x.end(seq, again.Rev, router.StateDead, router.Outcome{Verdict: router.Failed, Finished: []string{"b", "c"}})
		if got := x.item(seq).Event.Finished; !slices.Equal(got, []string{"a", "b", "c"}) {
			x.Errorf("after both attempts the scripts finished are %q", got)
		}
	}},
}

// nothingCame fails if what effects holds is in the store, or the item at seq
// is not as it was.
func (x *trial) nothingCame(seq uint64, was router.Item) {
	x.Helper()
	synctest.Wait()
	x.wantNone("a", "new")
	x.wantNone("b", "new")
	items, err := x.Find(x.ctx, router.Query{Kind: "app.*"})
	x.must("Find", err)
	if len(items) != 0 {
		x.Errorf("%d events were emitted", len(items))
	}
	now := x.item(seq)
	a, errA := json.Marshal(now.Outcome)
	b, errB := json.Marshal(was.Outcome)
	if errA != nil || errB != nil || string(a) != string(b) || now.State != was.State || now.Rev != was.Rev || now.Attempt != was.Attempt {
		x.Errorf("the item is now %+v, it was %+v (%v, %v)", now, was, errA, errB)
	}
}
