package storetest

import (
	"context"
	"time"

	"twirouter/router"
)

// calls makes every call of a Store once.
func (x *trial) calls(ctx context.Context) map[string]error {
	errs := map[string]error{}
	_, errs["Append"] = x.Append(ctx, queued(x.event()))
	errs["Commit"] = x.Commit(ctx, router.Commit{Seq: 1, Rev: 1, State: router.StateDone})
	_, errs["Wait"] = x.Wait(ctx, 1)
	_, errs["Claim"] = x.Claim(ctx, 1, time.Minute)
	_, _, errs["Unfinished"] = x.Unfinished(ctx, 0, 10)
	_, errs["Item"] = x.Item(ctx, 1)
	_, errs["Find"] = x.Find(ctx, router.Query{})
	_, errs["Stats"] = x.Stats(ctx)
	_, _, errs["Get"] = x.Get(ctx, "b", "k")
	_, errs["Put"] = x.Put(ctx, router.Write{Bucket: "b", Key: "k", Val: one})
	_, errs["Incr"] = x.Incr(ctx, "b", "n", 1, 0)
	_, errs["List"] = x.List(ctx, "b", "", "", 0)
	errs["Refuse"] = x.Refuse(ctx, router.Refusal{})
	_, errs["Refused"] = x.Refused(ctx, 0)
	return errs
}

var closeCases = []testCase{
	{"every call ends with ErrClosed", func(x *trial) {
		x.first(running(x.event()))
		x.must("Close", x.Close())
		for call, err := range x.calls(x.ctx) {
			x.mustFail(call, err, router.ErrClosed)
		}
		x.must("Close again", x.Close())
	}},
	{"those who wait are let go", func(x *trial) {
		seq := x.first(running(x.event()))
		ch := x.wait(x.ctx, seq, 5)
		x.none(ch)
		x.must("Close", x.Close())
		for range 5 {
			x.mustFail("Wait", (<-ch).err, router.ErrClosed)
		}
	}},
	{"a context that has ended ends every call before it does anything", func(x *trial) {
		seq := x.first(running(x.event()))
		ctx, cancel := context.WithCancel(x.ctx)
		cancel()
		for call, err := range x.calls(ctx) {
			x.mustFail(call, err, context.Canceled)
		}
		if item := x.item(seq); item.State != router.StateRunning {
			x.Errorf("the item is %s", item.State)
		}
		x.wantStats(0, 1, 0, 0)
		x.wantNone("b", "k")
		x.wantNone("b", "n")
		if refused, err := x.Refused(x.ctx, 0); err != nil || len(refused) != 0 {
			x.Errorf("Refused: %v, %v", refused, err)
		}
	}},
}

var copyCases = []testCase{
	{"an item is the caller's own", func(x *trial) {
		ev := x.event()
		ev.Vars, ev.Data, ev.Notes = map[string]any{"a": "b"}, []byte(`{}`), []string{"note"}
		seq := x.first(queued(ev))
		claimed := x.claim(seq)
		out := router.Outcome{
			Verdict: router.Passed, Warnings: []string{"w"}, Finished: []string{"f"},
			Reply: &router.Reply{Status: 200, Body: []byte("body")},
			Steps: []router.Step{{Script: "s", Warnings: []string{"w"}, Logs: []router.LogLine{{Message: "m"}}}},
		}
		x.end(seq, claimed.Rev, router.StateDone, out)
		spoil := func(item router.Item) {
			e := item.Event
			e.Kind, e.Attempt, e.Params[0].Value, e.Vars["a"], e.Data[0], e.Notes[0] = "x", 77, "x", "x", 'x', "x"
			if item.Outcome == nil {
				return
			}
			e.Finished[0] = "x"
			o := item.Outcome
			o.Verdict, o.Warnings[0], o.Finished[0] = router.Failed, "x", "x"
			o.Reply.Status, o.Reply.Body[0] = 1, 'x'
			o.Steps[0].Script, o.Steps[0].Warnings[0], o.Steps[0].Logs[0].Message = "x", "x", "x"
		}
		found, err := x.Find(x.ctx, router.Query{})
		x.must("Find", err)
		awaited, err := x.Wait(x.ctx, seq)
		x.must("Wait", err)
		for _, item := range []router.Item{claimed, found[0], awaited, x.item(seq)} {
			spoil(item)
		}
		item := x.item(seq)
		if e := item.Event; e.Kind != "message.sent" || e.Attempt != 1 || e.Params[0].Value != "sent" || e.Vars["a"] != "b" || string(e.Data) != "{}" || e.Notes[0] != "note" || e.Finished[0] != "f" {
			x.Errorf("the store's event is now %+v", e)
		}
		o := item.Outcome
		if o.Verdict != router.Passed || o.Warnings[0] != "w" || o.Finished[0] != "f" || o.Reply.Status != 200 || string(o.Reply.Body) != "body" {
			x.Errorf("the store's outcome is now %+v, its reply %+v", o, o.Reply)
		}
		if st := o.Steps[0]; st.Script != "s" || st.Warnings[0] != "w" || st.Logs[0].Message != "m" {
			x.Errorf("the store's step is now %+v", st)
		}
	}},
	{"so is what is unfinished", func(x *trial) {
		x.first(queued(x.event()))
		for range 2 {
			items, _, err := x.Unfinished(x.ctx, 0, 1)
			x.must("Unfinished", err)
			if items[0].Event.Params[0].Value != "sent" || items[0].Event.Kind != "message.sent" {
				x.Fatalf("the store's event is now %+v", items[0].Event)
			}
			items[0].Event.Kind, items[0].Event.Params[0].Value = "x", "x"
		}
	}},
	{"values, in and out", func(x *trial) {
		val := []byte(`"abc"`)
		x.put(router.Write{Bucket: "b", Key: "k", Val: val})
		val[1] = 'x'
		for range 2 {
			got, _, err := x.Get(x.ctx, "b", "k")
			x.must("Get", err)
			entries, err := x.List(x.ctx, "b", "", "", 0)
			x.must("List", err)
			if string(got) != `"abc"` || string(entries[0].Val) != `"abc"` {
				x.Fatalf("the store's value is now %s, in a list %s", got, entries[0].Val)
			}
			got[1], entries[0].Val[1] = 'x', 'x'
		}
	}},
	{"counts and refusals", func(x *trial) {
		x.must("Refuse", x.Refuse(x.ctx, router.Refusal{Path: "/a"}))
		for range 2 {
			stats, err := x.Stats(x.ctx)
			x.must("Stats", err)
			refused, err := x.Refused(x.ctx, 0)
			x.must("Refused", err)
			if stats[router.StateQueued] != 0 || refused[0].Path != "/a" {
				x.Fatalf("the store has %v and %v", stats, refused)
			}
			stats[router.StateQueued], refused[0].Path = 9, "/x"
		}
	}},
}
