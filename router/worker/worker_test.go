package worker_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
)

func TestRunsWhatIsQueued(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var call router.Call
		w := newWorld(t, 4, func(_ context.Context, c router.Call) router.Step {
			call = c
			return router.Step{Verdict: router.Passed}
		})
		var told []string
		w.o.Ran = func(ev *router.Event, out *router.Outcome) {
			told = append(told, ev.ID+" "+string(out.Verdict))
		}
		w.start()
		synctest.Wait() // it sleeps by now
		seq := w.queue("SM1")[0]
		synctest.Wait()
		item := w.wantState(seq, router.StateDone, router.Passed)
		if item.Attempt != 1 || item.Outcome.Generation != 1 || item.Outcome.Route != "default" || item.Outcome.Reply != nil {
			t.Errorf("the item is %+v, its outcome %+v", item, item.Outcome)
		}
		if !slices.Equal(item.Event.Finished, []string{"s"}) {
			t.Errorf("scripts finished: %q", item.Event.Finished)
		}
		if call.Inline || call.Event.Attempt != 1 || call.Event.Seq != seq || call.Limits.BackgroundTimeout != 10*time.Second {
			t.Errorf("the script was called with %+v, event %+v", call, call.Event)
		}
		if !slices.Equal(told, []string{"e1 passed"}) {
			t.Errorf("Ran was told %q", told)
		}
		w.end()
	})
}

func TestWhatWaitedBeforeTheStart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		const many = 1000
		seqs := w.queue(make([]string, many)...)
		w.start()
		synctest.Wait()
		for _, seq := range seqs {
			w.wantState(seq, router.StateDone, router.Passed)
		}
		w.end()
	})
}

func TestFailureIsDeadAfterOneAttempt(t *testing.T) {
	for name, step := range map[string]router.Step{
		"error": {Verdict: router.Failed, Error: &router.ScriptError{File: "scripts/s.lua", Line: 7, Message: "no such field"}},
		"retry": {Verdict: router.Failed, Retry: &router.Retry{After: time.Second}, Error: &router.ScriptError{Message: "later"}},
		"fail":  {Verdict: router.Failed, Final: true, Error: &router.ScriptError{Message: "never"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				failing := true
				w := newWorld(t, 4, func(context.Context, router.Call) router.Step {
					if failing {
						failing = false
						return step
					}
					return router.Step{Verdict: router.Passed}
				})
				seqs := w.queue("SM1", "SM1")
				w.start()
				settle(time.Hour)
				if item := w.wantState(seqs[0], router.StateDead, router.Failed); item.Attempt != 1 || item.Outcome.ErrorText() != step.Error.Error() {
					t.Errorf("attempt %d, error %q", item.Attempt, item.Outcome.ErrorText())
				}
				w.wantState(seqs[1], router.StateDone, router.Passed) // its key goes on
				if !strings.Contains(w.logs.String(), "level=WARN msg=\"a background event is dead\" event=e1") {
					t.Errorf("the log says\n%s", w.logs.String())
				}
				w.end()
			})
		})
	}
}

func TestPanic(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, func(_ context.Context, c router.Call) router.Step {
			if c.Event.ID == "e1" {
				panic("out of cheese")
			}
			return router.Step{Verdict: router.Passed}
		})
		seqs := w.queue("a", "a", "b")
		w.start()
		synctest.Wait()
		out := w.wantState(seqs[0], router.StateDead, router.Failed).Outcome
		if out.Reason != "panic: out of cheese" || len(out.Warnings) != 1 || !strings.Contains(out.Warnings[0], "worker_test.go") {
			t.Errorf("reason %q, warnings %q", out.Reason, out.Warnings)
		}
		if log := w.logs.String(); !strings.Contains(log, "out of cheese") || !strings.Contains(log, "worker_test.go") {
			t.Errorf("the log says\n%s", log)
		}
		w.wantState(seqs[1], router.StateDone, router.Passed)
		w.wantState(seqs[2], router.StateDone, router.Passed)
		w.end()
	})
}

func TestEmittedEventsFollow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, func(_ context.Context, c router.Call) router.Step {
			st := router.Step{Verdict: router.Passed}
			if c.Event.Kind == "message.sent" {
				st.Emits = []router.Emit{
					{Kind: "app.now", Data: []byte(`1`), Key: "k"}, {Kind: "app.now", Data: []byte(`2`), Key: "k"},
					{Kind: "app.later", Due: time.Now().Add(time.Hour)},
				}
				st.Writes = []router.Write{{Bucket: "s", Key: "seen", Val: []byte(`true`)}}
			}
			return st
		})
		w.start()
		seq := w.queue("SM1")[0]
		synctest.Wait()
		w.wantState(seq, router.StateDone, router.Passed)
		if _, _, err := w.store.Get(t.Context(), "s", "seen"); err != nil {
			t.Errorf("the write of the run: %v", err)
		}
		if got := w.ran(); len(got) != 2 {
			t.Errorf("%d events were run at once, want 2", len(got))
		}
		settle(time.Hour)
		synctest.Wait()
		items, err := w.store.Find(t.Context(), router.Query{Kind: "app.*", State: router.StateDone})
		if err != nil || len(items) != 2 {
			t.Fatalf("emitted and done: %d, %v, want 2", len(items), err)
		}
		for _, item := range items {
			if item.Event.Parent != "e1" || item.Event.Depth != 1 || item.Event.Route != "default" {
				t.Errorf("emitted: %+v", item.Event)
			}
		}
		w.end()
	})
}

func TestNewestGeneration(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		var live router.Live
		w.o.Live = live.Load
		seq := w.queue("a")[0]
		w.start()
		settle(time.Minute)
		w.wantState(seq, router.StateQueued, "") // not before there is one
		live.Swap(w.gen)
		settle(2 * time.Second)
		if out := w.wantState(seq, router.StateDone, router.Passed).Outcome; out.Generation != 1 {
			t.Errorf("generation %d, want 1", out.Generation)
		}
		next := w.generation(2, w.gen.Scripts[0])
		next.Routes = nil // its route is gone: it runs all the same
		live.Swap(next)
		seq = w.queue("a")[0]
		synctest.Wait()
		if out := w.wantState(seq, router.StateDone, router.Passed).Outcome; out.Generation != 2 || out.Route != "default" {
			t.Errorf("generation %d, route %q, want 2, default", out.Generation, out.Route)
		}
		w.end()
	})
}

// TestNobodyWaits: what was accepted for the background makes no answer, even
// if its route has come to answer inline meanwhile.
func TestNobodyWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, func(_ context.Context, c router.Call) router.Step {
			if c.Inline {
				t.Error("the script is told that somebody waits")
			}
			return router.Step{Verdict: router.Replied, Reply: &router.Reply{Status: 200}}
		})
		w.gen.Routes[0].Mode = router.ModeInline
		ev := w.event("a")
		ev.Kind, ev.Wants = "message.received", router.WantsMessaging
		rs, err := w.store.Append(t.Context(), router.Accept{Event: ev, State: router.StateQueued})
		if err != nil {
			t.Fatal(err)
		}
		w.start()
		synctest.Wait()
		out := w.wantState(rs[0].Seq, router.StateDone, router.Passed).Outcome
		if out.Reply != nil || len(out.Steps[0].Warnings) == 0 {
			t.Errorf("reply %+v, warnings %q", out.Reply, out.Steps[0].Warnings)
		}
		w.end()
	})
}

func TestOrphans(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		ev := w.event("a")
		ev.Wants = router.WantsMessaging
		rs, err := w.store.Append(t.Context(), router.Accept{Event: ev, State: router.StateRunning, Hold: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		background := w.queue("b", "b")
		if _, err := w.store.Claim(t.Context(), background[0], time.Minute); err != nil { // by a process that dies
			t.Fatal(err)
		}
		w.start()
		settle(59 * time.Second)
		w.wantState(rs[0].Seq, router.StateRunning, "")
		w.wantState(background[1], router.StateQueued, "")
		settle(10 * time.Second)
		if item := w.wantState(rs[0].Seq, router.StateDone, router.Failed); item.Outcome.Reason != "process died" || item.Attempt != 1 {
			t.Errorf("the orphan is %+v, reason %q", item, item.Outcome.Reason)
		}
		if item := w.wantState(background[0], router.StateDone, router.Passed); item.Attempt != 2 {
			t.Errorf("the background event had %d attempts, want 2", item.Attempt)
		}
		w.wantState(background[1], router.StateDone, router.Passed)
		if got := w.ran(); !slices.Equal(got, []string{"e2", "e3"}) {
			t.Errorf("run: %q, want the background events alone", got)
		}
		w.end()
	})
}

// TestOrphanMadeWhileIdle: the worker sleeps when the hold begins, and nobody
// tells it.
func TestOrphanMadeWhileIdle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, nil)
		w.start()
		settle(time.Hour)
		rs, err := w.store.Append(t.Context(), router.Accept{Event: w.event(""), State: router.StateRunning, Hold: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		settle(20 * time.Second)
		w.wantState(rs[0].Seq, router.StateDone, router.Failed)
		w.end()
	})
}

func TestDrain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 8, func(ctx context.Context, c router.Call) router.Step {
			d := 5 * time.Second
			if c.Event.ID == "e2" {
				d = 19 * time.Second
			}
			select {
			case <-time.After(d):
				return router.Step{Verdict: router.Passed}
			case <-ctx.Done():
				return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "time"}}
			}
		})
		w.o.Drain = 10 * time.Second
		w.start()
		seqs := w.queue("a", "b", "a")
		settle(time.Second)
		begin := time.Now()
		w.stop()
		late := w.queue("c")[0]
		<-w.done
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("Run returned %v after the end, want the drain's 10s", took)
		}
		w.wantState(seqs[0], router.StateDone, router.Passed)
		w.wantState(seqs[1], router.StateRunning, "") // left to its lease
		w.wantState(seqs[2], router.StateQueued, "")
		w.wantState(late, router.StateQueued, "")
		w.end()
	})
}

func TestDrainIsShortWhenNothingRuns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		w.queue("a", "b")
		w.start()
		synctest.Wait()
		begin := time.Now()
		w.end()
		if took := time.Since(begin); took != 0 {
			t.Errorf("Run returned after %v", took)
		}
	})
}

// TestDeadline: what escapes its own time-out is ended all the same.
func TestDeadline(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, func(ctx context.Context, _ router.Call) router.Step {
			<-ctx.Done()
			return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "time", Budget: "time"}}
		})
		seq := w.queue("a")[0]
		w.start()
		settle(9 * time.Second)
		w.wantState(seq, router.StateRunning, "")
		settle(time.Minute)
		if item := w.wantState(seq, router.StateDead, router.Failed); item.Attempt != 1 {
			t.Errorf("%d attempts, want 1", item.Attempt)
		}
		w.end()
	})
}

// TestAnswersGoFirst: background events take half of the places at most, and
// wait while answers do.
func TestAnswersGoFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		most := 0
		var w *world
		w = newWorld(t, 6, func(context.Context, router.Call) router.Step {
			running, _ := w.gate.Inside()
			w.mu.Lock()
			most = max(most, running)
			w.mu.Unlock()
			time.Sleep(time.Second)
			return router.Step{Verdict: router.Passed}
		})
		w.queue(make([]string, 30)...)
		w.start()
		settle(9500 * time.Millisecond)
		if n := len(w.ran()); n != 30 || most != 3 {
			t.Errorf("%d events were run, %d at once, want 30 and 3", n, most)
		}
		w.end()
	})
}

// TestFloodOfOneKey: one key with many events takes one place, and others do
// not wait for it, even with one place for all.
func TestFloodOfOneKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, func(context.Context, router.Call) router.Step {
			time.Sleep(time.Second)
			return router.Step{Verdict: router.Passed}
		})
		w.queue(slices.Repeat([]string{"flood"}, 5000)...)
		others := w.queue("a", "b", "c", "d", "a")
		w.start()
		settle(15 * time.Second)
		for _, seq := range others {
			w.wantState(seq, router.StateDone, router.Passed)
		}
		if n := len(w.ran()); n < 14 {
			t.Errorf("%d events in 15 s, want one a second", n)
		}
		w.end()
	})
}

// TestManyWaiting: what waits is not loaded at once.
func TestManyWaiting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		const many = 20_000
		counting := &counting{Store: w.store}
		w.o.Store = counting
		for n := range many / 1000 {
			w.queue(slices.Repeat([]string{"", "", fmt.Sprint("o", n%7), fmt.Sprint("p", n)}, 250)...)
		}
		w.start()
		for {
			settle(time.Second)
			if stats, err := w.store.Stats(t.Context()); err != nil || stats[router.StateDone] == many {
				break
			}
		}
		if most := counting.most.Load(); most > 100 {
			t.Errorf("a page of %d events was loaded", most)
		}
		w.end()
	})
}
