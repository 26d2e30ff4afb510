package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
	"twirouter/router/memory"
)

// twice gives two requests that are the same.
func (w *world) twice(params []string) (*http.Request, *http.Request) {
	return w.form("/twilio", params...), w.form("/twilio", params...)
}

func TestDuplicateOfQueued(t *testing.T) {
	w := newWorld(t, nil)
	first, again := w.twice(w.fact())
	w.want(w.do(first), 204, "")
	w.want(w.do(again), 204, "")
	w.only()
	h := w.watch.all()
	if len(h) != 2 || h[0].how.Duplicate || !h[1].how.Duplicate || w.door.Counts().Duplicates.Load() != 1 {
		t.Errorf("the watch was told %+v", h)
	}
}

func TestDuplicateOfAnswered(t *testing.T) {
	var runs atomic.Int64
	w := newWorld(t, func(context.Context, router.Call) router.Step {
		return router.Step{Verdict: router.Replied, Reply: &router.Reply{
			Status: 202, Type: "text/xml", Body: fmt.Appendf(nil, "<Response>%d</Response>", runs.Add(1)), Headers: router.Params{{Key: "X-Own", Value: "1"}},
		}}
	})
	first, again := w.twice(w.sms())
	one, two := w.do(first), w.do(again)
	if one.status != 202 || two.status != 202 || one.body != two.body || fmt.Sprint(one.header) != fmt.Sprint(two.header) || runs.Load() != 1 {
		t.Errorf("%+v, then %+v, of %d runs", one, two, runs.Load())
	}
	h := w.watch.all()
	if len(h) != 2 || !h[1].how.Duplicate || h[1].out != nil || h[1].ev.ID != h[0].ev.ID {
		t.Errorf("the watch was told %+v", h)
	}
	// Another message is another event, and so is the same one at another path.
	w.want(w.do(w.form("/twilio", w.sms()...)), 202, "<Response>2</Response>")
	params := w.sms()
	w.want(w.do(w.form("/twilio", params...)), 202, "<Response>3</Response>")
	w.want(w.do(w.form("/twilio/other", params...)), 202, "<Response>4</Response>")
}

// A script that says 503 has answered, in its own words.
func TestDuplicateOfServerError(t *testing.T) {
	var runs atomic.Int64
	w := newWorld(t, func(context.Context, router.Call) router.Step {
		runs.Add(1)
		return router.Step{Verdict: router.Replied, Reply: &router.Reply{Status: 503, Type: "text/xml", Body: []byte("<busy/>")}}
	})
	first, again := w.twice(w.sms())
	w.want(w.do(first), 503, "<busy/>")
	w.want(w.do(again), 503, "<busy/>")
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

// A fallback is an answer: what failed and was answered is not run again.
func TestDuplicateOfFallback(t *testing.T) {
	var runs atomic.Int64
	w := newWorld(t, func(context.Context, router.Call) router.Step {
		runs.Add(1)
		return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "boom"}}
	}, each(func(r *router.Route) { r.Fallback.Messaging = []byte("<Response>sorry</Response>") }))
	first, again := w.twice(w.sms())
	w.want(w.do(first), 200, "<Response>sorry</Response>")
	w.want(w.do(again), 200, "<Response>sorry</Response>")
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

// What failed and was not answered is tried again: under its first id, on the
// generation in force, with what Twilio says now.
func TestDuplicateOfUnanswered(t *testing.T) {
	var ids []string
	var seen []*router.Event
	run := func(step router.Step) runner {
		return func(_ context.Context, c router.Call) router.Step {
			ids = append(ids, fmt.Sprint(c.Event.ID, " ", c.Event.Attempt))
			seen = append(seen, c.Event)
			return step
		}
	}
	w := newWorld(t, run(router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "boom"}}))
	params := w.sms("Trying", "1")
	w.want(w.do(w.form("/twilio", params...)), 500, "")
	w.live.Swap(w.generation(2, run(router.Step{Verdict: router.Replied, Reply: twiml("")}), each(func(r *router.Route) {
		r.Name, r.Vars = "renamed", []router.Var{{Name: "n", Expr: constant{2.0}}}
	})))
	params[len(params)-1] = "2"
	w.want(w.do(w.form("/twilio", params...)), 200, router.Declaration+"<Response></Response>")
	item := w.only()
	if item.Attempt != 2 || item.Outcome.Verdict != router.Replied || item.Outcome.Route != "renamed" || item.Outcome.Generation != 2 {
		t.Errorf("%+v %+v", item, item.Outcome)
	}
	if want := []string{item.Event.ID + " 1", item.Event.ID + " 2"}; fmt.Sprint(ids) != fmt.Sprint(want) {
		t.Errorf("ran %q, want %q", ids, want)
	}
	if ev := seen[1]; ev.Route != "renamed" || ev.Vars["n"] != 2.0 || ev.Params.Get("Trying") != "2" || !ev.Received.Equal(seen[0].Received) || ev.Seq != item.Seq {
		t.Errorf("the second attempt saw %+v", ev)
	}
	// And then it is answered.
	w.want(w.do(w.form("/twilio", params...)), 200, router.Declaration+"<Response></Response>")
	if len(ids) != 2 {
		t.Errorf("ran %q", ids)
	}
}

type constant struct{ v any }

func (c constant) Eval(context.Context, *router.Event) (any, error) { return c.v, nil }

// What a reload changes does not make of one event two: who was told 204 is told
// 204, and who was answered gets that answer, whatever the route says by now.
func TestDuplicateAfterReload(t *testing.T) {
	background := each(func(r *router.Route) { r.Mode = router.ModeBackground })
	inline := each(func(r *router.Route) { r.Mode = router.ModeInline })
	elsewhere := each(func(r *router.Route) { r.On = []router.KindPattern{"video.*"} })
	var runs atomic.Int64
	run := runner(func(context.Context, router.Call) router.Step {
		runs.Add(1)
		return router.Step{Verdict: router.Replied, Reply: twiml("once")}
	})
	once := router.Declaration + "<Response>once</Response>"
	for _, c := range []struct {
		name          string
		before, after func(*router.Generation)
		fact          bool
		status        int
		body          string
		runs          int64
	}{
		{"answered, then background", inline, background, false, 200, once, 1},
		{"answered, then unmatched", inline, elsewhere, false, 200, once, 1},
		{"queued, then inline", background, inline, false, 200, empty, 0},
		{"unmatched, then inline", elsewhere, inline, false, 200, empty, 0},
		{"a fact queued, then inline", background, inline, true, 204, "", 0},
		{"a fact run inline, then queued", inline, background, true, 204, "", 1},
		{"a fact unmatched, then inline", elsewhere, inline, true, 204, "", 0},
	} {
		runs.Store(0)
		w := newWorld(t, run, c.before)
		params := w.sms()
		if c.fact {
			params = w.fact()
		}
		first, again := w.twice(params)
		w.want(w.do(first), c.status, c.body)
		w.live.Swap(w.generation(2, run, c.after))
		w.want(w.do(again), c.status, c.body)
		if w.only(); runs.Load() != c.runs {
			t.Errorf("%s: %d runs, want %d", c.name, runs.Load(), c.runs)
		}
	}
}

// What failed and was not answered is tried again, also if the route has become
// one of the background: then what the script says is not sent.
func TestRetryInBackgroundMode(t *testing.T) {
	for _, verdict := range []router.Verdict{router.Replied, router.Failed} {
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "boom"}}
		})
		first, again := w.twice(w.sms())
		w.want(w.do(first), 500, "")
		w.live.Swap(w.generation(2, func(context.Context, router.Call) router.Step {
			return router.Step{Verdict: verdict, Reply: twiml("unheard")}
		}, each(func(r *router.Route) { r.Mode = router.ModeBackground })))
		if verdict == router.Failed {
			w.want(w.do(again), 500, "")
		} else {
			w.want(w.do(again), 200, empty)
		}
		if item := w.only(); item.Attempt != 2 || item.Outcome.Verdict == router.Failed && verdict != router.Failed {
			t.Errorf("%s: %+v %+v", verdict, item, item.Outcome)
		}
		if w.door.Counts().Panics.Load() != 0 {
			t.Error("it panicked")
		}
	}
}

// A fact that a worker is running, or that is dead, is not run by the door
// because its route has become inline.
func TestDuplicateOfWorkersFact(t *testing.T) {
	for _, end := range []router.State{router.StateRunning, router.StateDead, router.StateDone} {
		var runs atomic.Int64
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			runs.Add(1)
			return router.Step{Verdict: router.Passed}
		})
		first, again := w.twice(w.fact())
		w.want(w.do(first), 204, "")
		item, err := w.store.Claim(context.Background(), w.only().Seq, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if end != router.StateRunning {
			out := router.Outcome{Verdict: router.Failed, Reason: "boom"}
			if err := w.store.Commit(context.Background(), router.Commit{Seq: item.Seq, Rev: item.Rev, State: end, Outcome: out}); err != nil {
				t.Fatal(err)
			}
		}
		w.live.Load().Routes[0].Mode = router.ModeInline
		w.want(w.do(again), 204, "")
		if item := w.only(); item.State != end || runs.Load() != 0 {
			t.Errorf("%s: %s after %d runs of the door", end, item.State, runs.Load())
		}
	}
}

// Whoever comes while the answer is being made waits for it.
func TestDuplicateOfRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			<-release
			return router.Step{Verdict: router.Replied, Reply: twiml("late")}
		})
		first, again := w.twice(w.sms())
		answers := make(chan answer, 2)
		go func() { answers <- w.do(first) }()
		synctest.Wait()
		go func() { answers <- w.do(again) }()
		synctest.Wait()
		if len(answers) != 0 {
			t.Fatal("somebody did not wait")
		}
		close(release)
		for range 2 {
			w.want(<-answers, 200, router.Declaration+"<Response>late</Response>")
		}
		if n := w.door.Counts().Duplicates.Load(); n != 1 {
			t.Errorf("%d duplicates", n)
		}
		w.settle()
	})
}

// It does not wait for ever: at its own deadline it is answered as a failure.
func TestDuplicateWaitsInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(ctx context.Context, _ router.Call) router.Step {
			<-ctx.Done()
			return router.Step{Verdict: router.Failed}
		}, each(func(r *router.Route) { r.Fallback.Messaging = []byte("sorry") }))
		// Somebody else holds the event: another process, say.
		params := w.sms()
		var held *router.Event
		steal := newWorldOn(t, &thief{Store: w.store, took: &held}, nil)
		steal.base = w.base
		_ = steal.do(steal.form("/twilio", params...))
		begun := time.Now()
		w.want(w.do(w.form("/twilio", params...)), 200, "sorry")
		if took := time.Since(begun); took < 10*time.Second || took > 10*time.Second+200*time.Millisecond {
			t.Errorf("took %s", took)
		}
		w.settle()
		steal.settle()
	})
}

// thief is a store whose outcomes never arrive.
type thief struct {
	router.Store
	took **router.Event
}

func (s *thief) Commit(context.Context, router.Commit) error { return router.ErrNotFound }
func (s *thief) Close() error                                { return nil }

// A process that died left its event to nobody: the worker marks it, and the
// next request of Twilio's is a new attempt.
func TestDuplicateOfDead(t *testing.T) {
	w := newWorld(t, nil)
	params := w.sms()
	ev := func() *router.Event {
		other := newWorldOn(t, &thief{Store: w.store}, nil)
		other.base = w.base
		_ = other.do(other.form("/twilio", params...))
		return other.watch.all()[0].ev
	}()
	out := router.Outcome{Verdict: router.Failed, Reason: "process died"}
	if err := w.store.Commit(context.Background(), router.Commit{Seq: ev.Seq, Rev: 1, State: router.StateDone, Outcome: out}); err != nil {
		t.Fatal(err)
	}
	w.want(w.do(w.form("/twilio", params...)), 200, hello)
	if item := w.only(); item.Attempt != 2 || item.Outcome.Verdict != router.Replied || item.Event.ID != ev.ID {
		t.Errorf("%+v", item)
	}
}

// Who was here and is forgotten is answered, but nothing happens twice.
func TestDuplicateOfForgotten(t *testing.T) {
	var runs atomic.Int64
	w := newWorldOn(t, memory.New(memory.Options{MaxEvents: 3}), func(context.Context, router.Call) router.Step {
		runs.Add(1)
		return router.Step{Verdict: router.Replied, Reply: twiml("first")}
	})
	first, again := w.twice(w.sms())
	w.do(first)
	for range 5 {
		w.do(w.form("/twilio", w.sms()...))
	}
	w.want(w.do(again), 200, empty)
	if runs.Load() != 6 {
		t.Errorf("%d runs", runs.Load())
	}
}

// Two hundred requests of one event are one run and two hundred answers.
func TestDuplicateStorm(t *testing.T) {
	const storm = 200
	var runs atomic.Int64
	w := newWorld(t, func(context.Context, router.Call) router.Step {
		time.Sleep(20 * time.Millisecond) // work; the others come meanwhile
		return router.Step{Verdict: router.Replied, Reply: twiml(fmt.Sprint(runs.Add(1)))}
	}).listen()
	params := w.sms()
	requests := make([]*http.Request, storm)
	for i := range requests {
		requests[i] = w.form("/twilio", params...)
	}
	var wg sync.WaitGroup
	for _, r := range requests {
		wg.Go(func() {
			got, err := w.try(r)
			if err != nil || got.status != 200 || got.body != router.Declaration+"<Response>1</Response>" {
				t.Errorf("%d %q %v", got.status, got.body, err)
			}
		})
	}
	wg.Wait()
	if w.only(); runs.Load() != 1 || w.door.Counts().Duplicates.Load() != storm-1 {
		t.Errorf("%d runs, %d duplicates", runs.Load(), w.door.Counts().Duplicates.Load())
	}
}

// Who waits for an event that fails gets the failure: it is not tried again for
// each of them, but for the next who comes.
func TestFailingStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			runs.Add(1)
			time.Sleep(time.Second)
			return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "boom"}}
		})
		params := w.sms()
		var wg sync.WaitGroup
		for range 100 {
			r := w.form("/twilio", params...)
			wg.Go(func() { w.want(w.do(r), 500, "") })
		}
		wg.Wait()
		w.settle()
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs, want 1", n)
		}
		w.want(w.do(w.form("/twilio", params...)), 500, "")
		w.settle()
		if n := runs.Load(); n != 2 {
			t.Errorf("%d runs, want 2", n)
		}
		if running, waiting := w.gate.Inside(); running+waiting != 0 {
			t.Errorf("%d inside, %d waiting", running, waiting)
		}
	})
}

// A call asks the same again with another token, and tries again with the same.
func TestVoiceDuplicates(t *testing.T) {
	var runs atomic.Int64
	w := newWorld(t, func(context.Context, router.Call) router.Step {
		return router.Step{Verdict: router.Replied, Reply: twiml(fmt.Sprint(runs.Add(1)))}
	})
	params := w.call()
	say := func(token string) string {
		r := w.form("/twilio", params...)
		if token != "" {
			r.Header.Set("I-Twilio-Idempotency-Token", token)
		}
		got := w.do(r).body
		return strings.TrimSuffix(strings.TrimPrefix(got, router.Declaration+"<Response>"), "</Response>")
	}
	var got []string
	for _, token := range []string{"a", "a", "b", "", "", "a"} {
		got = append(got, say(token))
	}
	if fmt.Sprint(got) != "[1 1 2 3 4 1]" {
		t.Errorf("answers %v", got)
	}
}
