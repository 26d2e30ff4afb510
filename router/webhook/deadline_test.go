package webhook_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
)

const slack = 200 * time.Millisecond

// timed does a request and says how long the answer took.
func (w *world) timed(params []string) (answer, time.Duration) {
	r := w.form("/twilio", params...)
	begun := time.Now()
	got := w.do(r)
	return got, time.Since(begun)
}

func within(t *testing.T, what string, took, from time.Duration) {
	t.Helper()
	if took < from || took > from+slack {
		t.Errorf("%s took %s, want %s and little more", what, took, from)
	}
}

// A script that never stops is left to itself: the fallback answers in time, and
// the place in the gate stays taken until it really ends.
func TestRunThatNeverStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			<-release
			return router.Step{Verdict: router.Replied, Reply: twiml("too late"), Writes: []router.Write{{Bucket: "b", Key: "k", Val: []byte("1")}}}
		}, each(func(r *router.Route) { r.Fallback.Messaging = []byte("<Response>sorry</Response>") }))
		params := w.sms()
		got, took := w.timed(params)
		w.want(got, 200, "<Response>sorry</Response>")
		within(t, "the fallback", took, 10*time.Second)
		time.Sleep(time.Second) // the outcome is recorded beside the answer
		synctest.Wait()
		item := w.only()
		if item.State != router.StateDone || item.Outcome.Verdict != router.Failed || !strings.Contains(item.Outcome.Reason, "timeout") {
			t.Errorf("%s %+v", item.State, item.Outcome)
		}
		if running, _ := w.gate.Inside(); running != 1 {
			t.Errorf("%d places are taken, want 1", running)
		}
		got, _ = w.timed(params)
		w.want(got, 200, "<Response>sorry</Response>") // the same again
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if w.door.Wait(ctx) == nil {
			t.Error("Wait does not wait for the run")
		}
		close(release)
		w.settle()
		if running, _ := w.gate.Inside(); running != 0 {
			t.Errorf("%d places are taken at the end", running)
		}
		if item := w.only(); item.Outcome.Verdict != router.Failed || len(item.Outcome.Steps) != 0 {
			t.Errorf("what came too late counts: %+v", item.Outcome)
		}
		if _, _, err := w.store.Get(t.Context(), "b", "k"); err == nil {
			t.Error("what was written too late counts")
		}
		if h := w.watch.all(); h[0].out.Verdict != router.Failed || h[0].how.Took < 10*time.Second {
			t.Errorf("the watch was told %+v", h[0])
		}
	})
}

// Without a fallback it is a 500, and Twilio's next request is a new attempt.
func TestRunThatNeverStopsUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var runs atomic.Int64
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			if runs.Add(1) == 1 {
				<-release
			}
			return router.Step{Verdict: router.Replied, Reply: twiml("second")}
		})
		params := w.sms()
		got, _ := w.timed(params)
		w.want(got, 500, "")
		time.Sleep(time.Second)
		got, _ = w.timed(params)
		w.want(got, 200, router.Declaration+"<Response>second</Response>")
		close(release)
		w.settle()
		if item := w.only(); item.Attempt != 2 || item.Outcome.Verdict != router.Replied {
			t.Errorf("%+v %+v", item, item.Outcome)
		}
	})
}

// A script that stops at its deadline is in time with its own failure; one whose
// kind Twilio waits for 5 s gets 4.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(ctx context.Context, _ router.Call) router.Step {
			<-ctx.Done()
			return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "time is up"}}
		}, each(func(r *router.Route) { r.Timeout = 7 * time.Second }))
		got, took := w.timed(w.sms())
		w.want(got, 500, "")
		within(t, "an SMS", took, 7*time.Second)
		if out := w.only().Outcome; out.ErrorText() != "time is up" {
			t.Errorf("%+v", out)
		}
		got, took = w.timed([]string{"WorkspaceSid", "WS1", "AccountSid", mainSID, "AssignmentStatus", "pending", "TaskSid", "WT1", "ReservationSid", "WR1", "WorkerSid", "WK1", "TaskAttributes", "{}", "WorkerAttributes", "{}"})
		w.want(got, 500, "")
		if kind := w.items()[0].Event.Kind; kind != "taskrouter.assignment" {
			t.Fatalf("it is %s", kind)
		}
		within(t, "an assignment", took, 4*time.Second)
		w.settle()
	})
}

// Time counts from arrival: what the body took is gone, and that is no fault of
// the store's.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(ctx context.Context, _ router.Call) router.Step {
			<-ctx.Done()
			return router.Step{Verdict: router.Failed}
		})
		for _, c := range []struct{ body, more time.Duration }{{6 * time.Second, 4 * time.Second}, {12 * time.Second, 0}} {
			r := w.form("/twilio", w.sms()...)
			r.Body = &slowly{r.Body, c.body}
			begun := time.Now()
			w.want(w.do(r), 500, "")
			within(t, "the answer", time.Since(begun), c.body+c.more)
			if w.door.StoreFailed() {
				t.Error("the store is blamed")
			}
		}
		for _, item := range w.items() {
			if item.State != router.StateDone || item.Outcome.Verdict != router.Failed {
				t.Errorf("%s %+v", item.State, item.Outcome)
			}
		}
		w.settle()
	})
}

// slowly is a body of which nothing comes for a time.
type slowly struct {
	body interface {
		Read([]byte) (int, error)
		Close() error
	}
	pause time.Duration
}

func (s *slowly) Read(p []byte) (int, error) {
	time.Sleep(s.pause)
	s.pause = 0
	return s.body.Read(p)
}

func (s *slowly) Close() error { return s.body.Close() }

// When all places are taken an event waits a quarter of its time, and when the
// queue is full not at all.
func TestSaturation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := newWorld(t, func(ctx context.Context, _ router.Call) router.Step {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return router.Step{Verdict: router.Replied, Reply: twiml("")}
		}, each(func(r *router.Route) { r.Fallback.Voice = []byte("<Response>busy</Response>") }))
		w.gate.Resize(1)
		var wg sync.WaitGroup
		wg.Go(func() { w.do(w.form("/twilio", w.sms()...)) })
		synctest.Wait()

		got, took := w.timed(w.sms())
		w.want(got, 503, "")
		if got.header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
		}
		within(t, "waiting for a place", took, 2500*time.Millisecond)
		got, took = w.timed(w.call())
		w.want(got, 200, "<Response>busy</Response>")
		within(t, "waiting for a place", took, 2500*time.Millisecond)

		for range 10 { // the queue of one place
			wg.Go(func() { w.do(w.form("/twilio", w.sms()...)) })
		}
		synctest.Wait()
		got, took = w.timed(w.sms())
		w.want(got, 503, "")
		within(t, "a full queue", took, 0)
		if n := w.door.Counts().Saturated.Load(); n != 3 {
			t.Errorf("%d saturated, want 3", n)
		}
		got, _ = w.timed(w.fact())
		w.want(got, 204, "") // facts need no place
		close(release)
		wg.Wait()
		w.settle()
		if running, waiting := w.gate.Inside(); running+waiting != 0 {
			t.Errorf("%d inside, %d waiting", running, waiting)
		}
	})
}

// An event that found no place and was not answered is tried again.
func TestSaturatedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			<-release
			return router.Step{Verdict: router.Replied, Reply: twiml("")}
		})
		w.gate.Resize(1)
		go w.do(w.form("/twilio", w.sms()...))
		synctest.Wait()
		params := w.sms()
		got, _ := w.timed(params)
		w.want(got, 503, "")
		close(release)
		synctest.Wait()
		got, _ = w.timed(params)
		w.want(got, 200, router.Declaration+"<Response></Response>")
		w.settle()
	})
}

// The client may hang up: what was accepted goes on.
func TestHangUp(t *testing.T) {
	release := make(chan struct{})
	begun := make(chan struct{})
	w := newWorld(t, func(ctx context.Context, _ router.Call) router.Step {
		close(begun)
		select {
		case <-release:
		case <-ctx.Done():
			t.Error("the run was stopped")
		}
		return router.Step{Verdict: router.Replied, Reply: twiml("")}
	}).listen()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := w.try(w.form("/twilio", w.sms()...).WithContext(ctx))
		failed <- err
	}()
	<-begun
	cancel()
	if err := <-failed; err == nil {
		t.Fatal("the client did not hang up")
	}
	close(release)
	w.settle()
	if item := w.only(); item.State != router.StateDone || item.Outcome.Verdict != router.Replied {
		t.Errorf("%s %+v", item.State, item.Outcome)
	}
}
