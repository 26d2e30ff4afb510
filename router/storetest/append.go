package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"twirouter/router"
)

var appendCases = []testCase{
	{"an event is in the store when Append returns", func(x *trial) {
		ev := x.event(sid("SM1"))
		seq := x.first(queued(ev))
		if ev.Seq != seq {
			x.Errorf("the event's Seq is %d, its receipt's %d", ev.Seq, seq)
		}
		item := x.item(seq)
		if item.Seq != seq || item.Event == nil || item.Event.ID != ev.ID || item.Event.SID != "SM1" || item.Event.Seq != seq {
			x.Errorf("Item: %+v with event %+v", item, item.Event)
		}
		if item.State != router.StateQueued || item.Inline || item.Rev != 1 || item.Attempt != 0 || item.Outcome != nil {
			x.Errorf("a queued event is %+v", item)
		}
	}},
	{"a running event counts its first attempt", func(x *trial) {
		ev := x.event()
		item := x.item(x.first(running(ev)))
		if item.State != router.StateRunning || !item.Inline || item.Rev != 1 || item.Attempt != 1 {
			x.Errorf("a running event is %+v", item)
		}
		if ev.Attempt != 1 || item.Event.Attempt != 1 {
			x.Errorf("the event's Attempt is %d, the item's event's %d, want 1", ev.Attempt, item.Event.Attempt)
		}
	}},
	{"places rise in the order of acceptance, across batches too", func(x *trial) {
		var last uint64
		for range 5 {
			for _, r := range x.append(queued(x.event()), running(x.event()), queued(x.event())) {
				if r.Seq <= last {
					x.Fatalf("place %d after %d", r.Seq, last)
				}
				last = r.Seq
			}
		}
	}},
	{"what an event says is kept", func(x *trial) {
		ev := x.event(key("k"), order("SM1"))
		ev.Params = router.Params{{Key: "Body", Value: "a\x00b € \U0001F600"}, {Key: "Body", Value: ""}, {Key: "", Value: "x"}}
		ev.Query = router.Params{{Key: "q", Value: "1"}}
		ev.Headers = router.Params{{Key: "User-Agent", Value: "TwilioProxy/1.1"}}
		ev.Data = []byte(`{"a":[1,null]}`)
		ev.Media = []router.Media{{URL: "https://example.com/1", ContentType: "image/png"}}
		ev.Fallback = &router.Fallback{Code: "11200", Message: "m", URL: "u"}
		ev.Error = &router.Fault{Code: "30003", Message: "unreachable"}
		ev.Pre, ev.OptOut, ev.Batch, ev.Step, ev.Verified = true, "STOP", 3, "ivr.choice", router.VerifiedYes
		ev.Route, ev.Vars, ev.Notes = "support", map[string]any{"n": 1.5, "t": "x", "b": true}, []string{"note"}
		ev.Origin, ev.Parent, ev.Depth = router.OriginBackground, "event-0000", 2
		ev.Handler, ev.Outcome = &router.HandlerRef{Script: "ivr", Index: 1}, []byte(`{"verdict":"passed"}`)
		got := x.item(x.first(queued(ev))).Event
		if !slices.Equal(got.Params, ev.Params) || !slices.Equal(got.Query, ev.Query) || !slices.Equal(got.Headers, ev.Headers) {
			x.Errorf("params %q, query %q, headers %q", got.Params, got.Query, got.Headers)
		}
		if string(got.Data) != string(ev.Data) || !slices.Equal(got.Media, ev.Media) || string(got.Outcome) != string(ev.Outcome) {
			x.Errorf("data %s, media %v, outcome %s", got.Data, got.Media, got.Outcome)
		}
		if got.Fallback == nil || *got.Fallback != *ev.Fallback || got.Error == nil || *got.Error != *ev.Error || got.Handler == nil || *got.Handler != *ev.Handler {
			x.Errorf("fallback %v, error %v, handler %v", got.Fallback, got.Error, got.Handler)
		}
		if fmt.Sprint(got.Vars) != fmt.Sprint(ev.Vars) || !slices.Equal(got.Notes, ev.Notes) || !got.Received.Equal(ev.Received) {
			x.Errorf("vars %v, notes %v, received %v", got.Vars, got.Notes, got.Received)
		}
		a, b := *got, *ev // the rest is compared whole
		for _, e := range []*router.Event{&a, &b} {
			e.Params, e.Query, e.Headers, e.Data, e.Media, e.Outcome = nil, nil, nil, nil, nil, nil
			e.Fallback, e.Error, e.Handler, e.Vars, e.Notes, e.Finished, e.Received = nil, nil, nil, nil, nil, nil, time.Time{}
		}
		if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
			x.Errorf("kept:\n%+v\nappended:\n%+v", a, b)
		}
	}},
	{"a batch with a bad event takes none", func(x *trial) {
		good := x.event(key("k"))
		if _, err := x.Append(x.ctx, queued(good), router.Accept{Event: x.event(), State: router.StateDone}); err == nil {
			x.Fatal("an event was accepted as done")
		}
		if _, err := x.Append(x.ctx, queued(good), router.Accept{State: router.StateQueued}); err == nil {
			x.Fatal("no event was accepted")
		}
		x.empty()
		x.first(queued(good)) // nor is its key known
	}},
	{"a context that has ended takes none", func(x *trial) {
		ctx, cancel := context.WithCancel(x.ctx)
		cancel()
		_, err := x.Append(ctx, queued(x.event()))
		x.mustFail("Append", err, context.Canceled)
		x.empty()
	}},
	{"an empty batch is nothing", func(x *trial) {
		x.append()
		x.empty()
	}},
}

// empty fails unless the store has no events.
func (x *trial) empty() {
	x.Helper()
	items, err := x.Find(x.ctx, router.Query{})
	x.must("Find", err)
	if len(items) != 0 {
		x.Fatalf("the store has %d events, want none", len(items))
	}
}

var duplicateCases = []testCase{
	{"a duplicate points at the first and changes nothing", func(x *trial) {
		seq := x.first(queued(x.event(key("SM1 sent"))))
		again := x.event(key("SM1 sent"))
		again.Track, again.Rank, again.Status = "t", 9, "read"
		if r := x.append(running(again))[0]; r.First || r.Seq != seq {
			x.Fatalf("a duplicate got %+v, want the first's place %d", r, seq)
		}
		if again.Seq != 0 {
			x.Errorf("the duplicate's Seq was set to %d", again.Seq)
		}
		if item := x.item(seq); item.State != router.StateQueued || item.Rev != 1 {
			x.Errorf("the first is now %+v", item)
		}
		later := x.event()
		later.Track, later.Rank = "t", 1
		x.first(queued(later))
		if later.Stale || later.Previous != "" {
			x.Errorf("a duplicate's rank counted: previous %q, stale %v", later.Previous, later.Stale)
		}
	}},
	{"a duplicate is known whatever the first came to", func(x *trial) {
		seq := x.first(running(x.event(key("k"))))
		x.end(seq, 1, router.StateDone, answered)
		if r := x.append(running(x.event(key("k"))))[0]; r.First || r.Seq != seq {
			x.Errorf("a duplicate of a done event got %+v", r)
		}
	}},
	{"what makes an event another is in the key", func(x *trial) {
		x.first(queued(x.event(key("k"))))
		for what, change := range map[string]func(*router.Event){
			"account":  func(ev *router.Event) { ev.Account = "AC2" },
			"path":     func(ev *router.Event) { ev.Path = "/other" },
			"step":     func(ev *router.Event) { ev.Step = "ivr.choice" },
			"kind":     func(ev *router.Event) { ev.Kind = "message.delivered" },
			"fallback": func(ev *router.Event) { ev.Fallback = &router.Fallback{Code: "11200"} },
			"key":      func(ev *router.Event) { ev.Key = "l" },
			"origin":   func(ev *router.Event) { ev.Origin = router.OriginEmit },
		} {
			if r := x.append(queued(x.event(key("k"), change)))[0]; !r.First {
				x.Errorf("with another %s it still is a duplicate", what)
			}
		}
		if r := x.append(queued(x.event(key("k"), origin(router.OriginReplay))))[0]; !r.First {
			x.Error("a replay is a duplicate")
		}
	}},
	{"without a key nothing is a duplicate", func(x *trial) {
		x.first(queued(x.event()))
		x.first(queued(x.event()))
	}},
	{"the window ends", func(x *trial) {
		first := x.first(queued(x.event(key("k"))))
		time.Sleep(Window - time.Second)
		if r := x.append(queued(x.event(key("k"))))[0]; r.First || r.Seq != first {
			x.Fatalf("a second before the window's end: %+v", r)
		}
		time.Sleep(2 * time.Second)
		second := x.first(queued(x.event(key("k"))))
		time.Sleep(Window - time.Second)
		if r := x.append(queued(x.event(key("k"))))[0]; r.First || r.Seq != second {
			x.Fatalf("the second window: %+v, want place %d", r, second)
		}
	}},
	{"within a batch", func(x *trial) {
		rs := x.append(queued(x.event(key("a"))), queued(x.event(key("b"))), queued(x.event(key("a"))))
		if !rs[0].First || !rs[1].First || rs[2].First || rs[2].Seq != rs[0].Seq {
			x.Errorf("receipts %+v", rs)
		}
		rs = x.append(queued(x.event(key("c"))), queued(x.event(key("b"))))
		if !rs[0].First || rs[1].First {
			x.Errorf("a batch with one known event: %+v", rs)
		}
	}},
	{"the same event again is still the first", func(x *trial) {
		for _, k := range []string{"", "k"} {
			first := x.event(key(k))
			first.Track, first.Rank, first.Status = "t"+k, 2, "sent"
			seq := x.first(running(first))
			later := x.event()
			later.Track, later.Rank, later.Status = "t"+k, 3, "read"
			x.first(queued(later))
			again := *first
			again.Seq, again.Attempt = 0, 0
			if r := x.append(running(&again))[0]; !r.First || r.Seq != seq {
				x.Errorf("key %q: appended again it got %+v, want First and %d", k, r, seq)
			}
			if again.Seq != seq || again.Attempt != 1 || again.Stale || again.Previous != "" {
				x.Errorf("key %q: the copy has seq %d, attempt %d, stale %v, previous %q", k, again.Seq, again.Attempt, again.Stale, again.Previous)
			}
			if item := x.item(seq); item.Rev != 1 || item.Attempt != 1 {
				x.Errorf("key %q: appending again changed it to %+v", k, item)
			}
		}
	}},
}

var rankCases = []testCase{
	{"previous and stale", func(x *trial) {
		for i, c := range []struct {
			status   string
			rank     int
			previous string
			stale    bool
		}{
			{"queued", 20, "", false},
			{"delivered", 50, "queued", false},
			{"sent", 40, "delivered", true},
			{"undelivered", 50, "delivered", false},
			{"sending", 30, "undelivered", true},
			{"read", 60, "undelivered", false},
		} {
			ev := x.event(order("SM1"))
			ev.Track, ev.Status, ev.Rank = "SM1", c.status, c.rank
			seq := x.first(queued(ev))
			for where, e := range map[string]*router.Event{"appended": ev, "kept": x.item(seq).Event} {
				if e.Previous != c.previous || e.Stale != c.stale {
					x.Errorf("%d: %s (%s): previous %q, stale %v, want %q, %v", i, c.status, where, e.Previous, e.Stale, c.previous, c.stale)
				}
			}
		}
	}},
	{"tracks are apart, and none is no track", func(x *trial) {
		for _, track := range []string{"SM1", "SM2", "", ""} {
			ev := x.event()
			ev.Track, ev.Status, ev.Rank = track, "read", 60
			x.first(queued(ev))
			low := x.event()
			low.Track, low.Status, low.Rank = track, "sent", 40
			x.first(queued(low))
			if ev.Previous != "" || ev.Stale || low.Stale != (track != "") {
				x.Errorf("track %q: first previous %q stale %v, then stale %v", track, ev.Previous, ev.Stale, low.Stale)
			}
		}
	}},
	{"within a batch, in its order", func(x *trial) {
		a, b := x.event(), x.event()
		a.Track, a.Status, a.Rank = "SM1", "read", 60
		b.Track, b.Status, b.Rank = "SM1", "sent", 40
		x.append(queued(a), queued(b))
		if a.Stale || !b.Stale || b.Previous != "read" {
			x.Errorf("first stale %v, second stale %v after %q", a.Stale, b.Stale, b.Previous)
		}
	}},
}
