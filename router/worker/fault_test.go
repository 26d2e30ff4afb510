package worker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
	"twirouter/router/memory"
	"twirouter/router/storetest"
)

// TestEveryCallFailsOnce: whichever call to the store fails, before or after it
// took effect, every event is run once, in order, and what it did counts once.
func TestEveryCallFailsOnce(t *testing.T) {
	storetest.EachCall(t, func(t *testing.T, wrap func(router.Store) *storetest.Faulty) {
		bubble(t, func(t *testing.T) {
			w := newWorld(t, 4, func(_ context.Context, c router.Call) router.Step {
				st := router.Step{Verdict: router.Passed}
				if c.Event.Kind == "message.sent" {
					st.Emits = []router.Emit{{Kind: "app.x"}}
				}
				return st
			})
			w.o.Store = wrap(w.store)
			told := atomic.Int32{}
			w.o.Ran = func(*router.Event, *router.Outcome) { told.Add(1) }
			seqs := w.queue("a", "a", "b", "")
			w.start()
			settle(10 * time.Minute) // longer than any lease
			for _, seq := range seqs {
				w.wantState(seq, router.StateDone, router.Passed)
			}
			got := w.ran()
			if a1, a2 := slices.Index(got, "e1"), slices.Index(got, "e2"); a1 > a2 {
				t.Errorf("run: %q, want e1 before e2", got)
			}
			slices.Sort(got)
			if n := len(slices.Compact(got)); n != 8 || len(got) != 8 || told.Load() != 8 {
				t.Errorf("run: %q, Ran was told %d times, want 4 events and what they emitted, each once", got, told.Load())
			}
			items, err := w.store.Find(t.Context(), router.Query{Kind: "app.x", State: router.StateDone})
			if err != nil || len(items) != 4 {
				t.Errorf("%d emitted events are done, %v, want 4", len(items), err)
			}
			w.end()
		})
	})
}

// TestStoreGone: while the store fails, the worker tries again now and then,
// and goes on when it is back.
func TestStoreGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		var gone atomic.Bool
		var calls atomic.Int32
		w.o.Store = &storetest.Faulty{Store: w.store, Fail: func(int, string) storetest.Fault {
			if gone.Load() {
				calls.Add(1)
				return storetest.FaultBefore
			}
			return storetest.FaultNone
		}}
		gone.Store(true)
		seqs := w.queue("a", "a", "b")
		w.start()
		settle(10 * time.Minute)
		if n := calls.Load(); n < 50 || n > 200 {
			t.Errorf("%d calls to a store that is gone in 10 minutes", n)
		}
		gone.Store(false)
		settle(10 * time.Second)
		for _, seq := range seqs {
			w.wantState(seq, router.StateDone, router.Passed)
		}
		w.end()
	})
}

// TestRecordIsTriedAgain: the record of a finished run is, the run never; its
// key waits for it, and no other does.
func TestRecordIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		var fails atomic.Bool
		fails.Store(true)
		w.o.Store = &failingFor{Store: w.store, seq: 1, fails: &fails}
		seqs := w.queue("a", "a", "b")
		w.start()
		settle(time.Minute)
		w.wantState(seqs[0], router.StateRunning, "")
		w.wantState(seqs[1], router.StateQueued, "")
		w.wantState(seqs[2], router.StateDone, router.Passed)
		fails.Store(false)
		settle(10 * time.Second)
		if item := w.wantState(seqs[0], router.StateDone, router.Passed); item.Attempt != 1 {
			t.Errorf("%d attempts, want 1", item.Attempt)
		}
		w.wantState(seqs[1], router.StateDone, router.Passed)
		if got := w.ran(); !slices.Equal(got, []string{"e1", "e3", "e2"}) && !slices.Equal(got, []string{"e3", "e1", "e2"}) {
			t.Errorf("run: %q, want each event once", got)
		}
		w.end()
	})
}

// failingFor fails the commits of one event while fails is set.
type failingFor struct {
	*memory.Store
	seq   uint64
	fails *atomic.Bool
}

func (f *failingFor) Commit(ctx context.Context, c router.Commit) error {
	if c.Seq == f.seq && f.fails.Load() {
		return storetest.ErrFault
	}
	return f.Store.Commit(ctx, c)
}

// TestRecordAtTheEnd: what cannot be recorded by the end of the drain is left
// to its lease, and Run returns.
func TestRecordAtTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		var fails atomic.Bool
		fails.Store(true)
		w.o.Store = &failingFor{Store: w.store, seq: 1, fails: &fails}
		w.o.Drain = 3 * time.Second
		seq := w.queue("a")[0]
		w.start()
		settle(time.Second)
		begin := time.Now()
		w.stop()
		<-w.done
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("Run returned after %v, want the drain's 3s", took)
		}
		w.wantState(seq, router.StateRunning, "")
		if !strings.Contains(w.logs.String(), "the event will be run again") {
			t.Errorf("the log says\n%s", w.logs.String())
		}
		w.end()
	})
}

// badClaims never lets some events be claimed.
type badClaims struct {
	*memory.Store
	err   error
	bad   func(seq uint64) bool
	off   atomic.Bool
	tries atomic.Int32
}

func (b *badClaims) Claim(ctx context.Context, seq uint64, lease time.Duration) (router.Item, error) {
	if !b.off.Load() && b.bad(seq) {
		b.tries.Add(1)
		return router.Item{}, b.err
	}
	return b.Store.Claim(ctx, seq, lease)
}

// TestEventsThatCannotBeClaimed hold up no other, more of them than a page
// has, and are tried now and then.
func TestEventsThatCannotBeClaimed(t *testing.T) {
	for name, err := range map[string]error{"error": storetest.ErrFault, "conflict": router.ErrConflict} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, 4, nil)
				bad := &badClaims{Store: w.store, err: err, bad: func(seq uint64) bool { return seq <= 150 }}
				w.o.Store = bad
				w.queue(make([]string, 150)...)
				w.start()
				for range 10 {
					good := w.queue("a", "b")
					settle(time.Minute)
					w.wantState(good[0], router.StateDone, router.Passed)
					w.wantState(good[1], router.StateDone, router.Passed)
				}
				if n := bad.tries.Load(); n < 150*50 || n > 150*200 {
					t.Errorf("%d tries for 150 events in 10 minutes", n)
				}
				w.end()
			})
		})
	}
}

// TestNothingCanBeClaimed: with more events in trouble than are kept account
// of, the worker waits instead of going through all.
func TestNothingCanBeClaimed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, nil)
		bad := &badClaims{Store: w.store, err: storetest.ErrFault, bad: func(uint64) bool { return true }}
		w.o.Store = bad
		seqs := w.queue(make([]string, 5000)...)
		w.start()
		settle(10 * time.Minute)
		if n := bad.tries.Load(); n > 100_000 {
			t.Errorf("%d tries in 10 minutes", n)
		}
		bad.off.Store(true)
		settle(time.Minute)
		for _, seq := range seqs {
			w.wantState(seq, router.StateDone, router.Passed)
		}
		w.end()
	})
}

func TestPanicInTheStore(t *testing.T) {
	for _, method := range []string{"Unfinished", "Claim", "Commit"} {
		t.Run(method, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, 4, nil)
				var once atomic.Bool
				w.o.Store = &storetest.Faulty{Store: w.store, Fail: func(_ int, m string) storetest.Fault {
					if m == method && !once.Swap(true) {
						panic("disk on fire")
					}
					return storetest.FaultNone
				}}
				seqs := w.queue("a", "a", "b")
				w.start()
				settle(10 * time.Minute)
				for _, seq := range seqs {
					w.wantState(seq, router.StateDone, router.Passed)
				}
				if got := w.ran(); len(got) != 3 {
					t.Errorf("run: %q, want each event once", got)
				}
				if !strings.Contains(w.logs.String(), "disk on fire") {
					t.Errorf("the log says\n%s", w.logs.String())
				}
				w.end()
			})
		})
	}
}

func TestStoreIsClosed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, func(context.Context, router.Call) router.Step {
			time.Sleep(time.Second)
			return router.Step{Verdict: router.Passed}
		})
		w.queue("a", "b", "c", "d")
		w.start()
		synctest.Wait()
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		<-w.done // by itself: there is nothing left to do
		w.end()
	})
}

// TestNoRoomForState: a run whose writes do not fit is a failure without them,
// and others go on.
func TestNoRoomForState(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, func(_ context.Context, c router.Call) router.Step {
			st := router.Step{Verdict: router.Passed}
			if c.Event.ID == "e1" {
				st.Writes = []router.Write{{Bucket: "s", Key: "big", Val: make([]byte, 20_000)}}
				st.Emits = []router.Emit{{Kind: "app.x"}}
			}
			return st
		})
		w.store = memory.New(memory.Options{MaxState: 10_000})
		w.o.Store = w.store
		seqs := w.queue("a", "a")
		w.start()
		settle(time.Minute)
		out := w.wantState(seqs[0], router.StateDead, router.Failed).Outcome
		if out.Reason != router.ErrQuota.Error() {
			t.Errorf("reason %q", out.Reason)
		}
		w.wantState(seqs[1], router.StateDone, router.Passed)
		if _, _, err := w.store.Get(t.Context(), "s", "big"); !errors.Is(err, router.ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		if got := w.ran(); !slices.Equal(got, []string{"e1", "e2"}) {
			t.Errorf("run: %q", got)
		}
		w.end()
	})
}

// TestRandomFaults: a tenth of all calls fail, half of them after they took
// effect; nothing is lost, nothing runs out of order, nothing counts twice.
func TestRandomFaults(t *testing.T) {
	for seed := range 10 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := newWorld(t, 6, func(_ context.Context, c router.Call) router.Step {
					time.Sleep(time.Millisecond)
					return router.Step{Verdict: router.Passed}
				})
				faults := dice(seed)
				w.o.Store = &storetest.Faulty{Store: w.store, Fail: func(int, string) storetest.Fault { return faults() }}
				var seqs []uint64
				w.start()
				for n := range 100 {
					seqs = append(seqs, w.queue(fmt.Sprint("o", n%7), fmt.Sprint("p", n%3))...)
					time.Sleep(5 * time.Millisecond)
				}
				settle(24 * time.Hour)
				for _, seq := range seqs {
					w.wantState(seq, router.StateDone, router.Passed)
				}
				if n := len(w.ran()); n != len(seqs) {
					t.Errorf("%d runs of %d events", n, len(seqs))
				}
				w.end()
			})
		})
	}
}
