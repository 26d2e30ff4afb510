package worker_test

import (
	"context"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/memory"
)

// shortLeases ends every lease after a second, as a store may that thinks its
// holder gone.
type shortLeases struct{ *memory.Store }

func (s shortLeases) Claim(ctx context.Context, seq uint64, _ time.Duration) (router.Item, error) {
	return s.Store.Claim(ctx, seq, time.Second)
}

// TestLostLease: while a run goes on whose lease was lost, it is not started a
// second time here, nor, when another process has done it, the next of its key.
func TestLostLease(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 8, func(_ context.Context, c router.Call) router.Step {
			if c.Event.ID == "e1" {
				time.Sleep(time.Minute)
			}
			return router.Step{Verdict: router.Passed}
		})
		w.o.Store = shortLeases{w.store}
		seqs := w.queue("a", "a", "b")
		w.start()
		settle(20 * time.Second)
		item, err := w.store.Claim(t.Context(), seqs[0], time.Minute) // another process
		if err != nil || item.Attempt != 2 {
			t.Fatalf("Claim of the lost event: %+v, %v, want the second attempt", item, err)
		}
		if err := w.store.Commit(t.Context(), router.Commit{Seq: seqs[0], Rev: item.Rev, State: router.StateDone, Outcome: router.Outcome{Verdict: router.Passed, Reason: "elsewhere"}}); err != nil {
			t.Fatal(err)
		}
		settle(20 * time.Second)
		w.wantState(seqs[1], router.StateQueued, "") // the old run still goes on here
		w.wantState(seqs[2], router.StateDone, router.Passed)
		settle(20 * time.Second)
		w.wantState(seqs[1], router.StateDone, router.Passed)
		if out := w.wantState(seqs[0], router.StateDone, router.Passed).Outcome; out.Reason != "elsewhere" {
			t.Errorf("the outcome that came too late counts: %+v", out)
		}
		if n := len(w.ran()); n != 3 {
			t.Errorf("%d runs, want 3", n)
		}
		w.end()
	})
}

// slowCommits takes a second to say that it has committed.
type slowCommits struct{ *memory.Store }

func (s slowCommits) Commit(ctx context.Context, c router.Commit) error {
	err := s.Store.Commit(ctx, c)
	time.Sleep(time.Second)
	return err
}

// TestNextOfKeyAtOnce: the next of a key comes up in the store before the run
// of the last one has ended here; it starts as soon as that has.
func TestNextOfKeyAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		w.o.Store = slowCommits{w.store}
		seqs := w.queue("a", "a", "a")
		w.start()
		settle(2500 * time.Millisecond)
		for _, seq := range seqs {
			w.wantState(seq, router.StateDone, router.Passed)
		}
		settle(time.Second)
		w.end()
	})
}

// TestOldestAreLookedAtAgain: with ever more events to do, the next of an old
// key does not wait until all of them are done.
func TestOldestAreLookedAtAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 2, func(context.Context, router.Call) router.Step {
			time.Sleep(10 * time.Millisecond)
			return router.Step{Verdict: router.Passed}
		})
		old := w.queue("old", "old", "old")
		w.queue(make([]string, 20_000)...)
		w.start()
		settle(100 * time.Second)
		for _, seq := range old {
			w.wantState(seq, router.StateDone, router.Passed)
		}
		if n := len(w.ran()); n > 11_000 {
			t.Errorf("%d events were run: the case shows nothing", n)
		}
		w.end()
	})
}
