package worker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/storetest"
	"twirouter/router/worker"
)

// counting remembers the longest page it gave.
type counting struct {
	worker.Store
	most atomic.Int64
}

func (c *counting) Unfinished(ctx context.Context, after uint64, limit int) ([]router.Item, time.Time, error) {
	items, next, err := c.Store.Unfinished(ctx, after, limit)
	c.most.Store(max(c.most.Load(), int64(len(items)))) // one goroutine lists
	return items, next, err
}

// span is when an event was run.
type span struct {
	seq        uint64
	begin, end time.Time
}

// TestOrder runs events of random keys and lengths, some of which fail, some
// panic, and accepts more while they run: those of one key never overlap and
// begin in the order of acceptance, and no key waits for another.
func TestOrder(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 1))
				var mu sync.Mutex
				spans := map[string][]span{}
				lengths := map[string]time.Duration{}
				w := newWorld(t, 2+random.IntN(12), func(_ context.Context, c router.Call) router.Step {
					begin := time.Now()
					mu.Lock()
					length := lengths[c.Event.ID]
					mu.Unlock()
					time.Sleep(length)
					mu.Lock()
					spans[c.Event.Order] = append(spans[c.Event.Order], span{c.Event.Seq, begin, time.Now()})
					mu.Unlock()
					switch length % 10 {
					case 3:
						return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "no"}}
					case 4:
						panic("no")
					}
					return router.Step{Verdict: router.Passed}
				})
				keys := 1 + random.IntN(15)
				const many = 400
				w.start()
				for range many / 10 {
					var accepts []router.Accept
					for range 10 {
						order := fmt.Sprint("k", random.IntN(keys))
						if random.IntN(10) == 0 {
							order = ""
						}
						ev := w.event(order)
						mu.Lock()
						lengths[ev.ID] = time.Duration(random.IntN(50)) * (time.Millisecond + 1)
						mu.Unlock()
						accepts = append(accepts, router.Accept{Event: ev, State: router.StateQueued})
					}
					if _, err := w.store.Append(t.Context(), accepts...); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
				}
				settle(time.Minute)
				total := 0
				for order, ss := range spans {
					total += len(ss)
					if order == "" {
						continue
					}
					slices.SortStableFunc(ss, func(a, b span) int { return a.begin.Compare(b.begin) })
					for i := 1; i < len(ss); i++ {
						if ss[i].seq < ss[i-1].seq {
							t.Errorf("%s: %d began before %d", order, ss[i-1].seq, ss[i].seq)
						}
						if ss[i].begin.Before(ss[i-1].end) {
							t.Errorf("%s: %d began while %d ran", order, ss[i].seq, ss[i-1].seq)
						}
					}
				}
				if total != many {
					t.Errorf("%d events were run, want %d", total, many)
				}
				w.end()
			})
		})
	}
}

// TestKeysAreIndependent: a key whose event takes for ever blocks itself alone.
func TestKeysAreIndependent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, 4, func(ctx context.Context, c router.Call) router.Step {
			if c.Event.Order == "slow" {
				<-ctx.Done()
				return router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "time"}}
			}
			return router.Step{Verdict: router.Passed}
		})
		slow := w.queue("slow", "slow")
		w.start()
		for range 20 {
			seqs := w.queue("a", "b", "", "a")
			settle(10 * time.Millisecond)
			for _, seq := range seqs {
				w.wantState(seq, router.StateDone, router.Passed)
			}
		}
		w.wantState(slow[0], router.StateRunning, "")
		w.wantState(slow[1], router.StateQueued, "")
		w.end()
	})
}

// dice gives faults at random: one call in ten fails, before or after.
func dice(seed int) func() storetest.Fault {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(uint64(seed), 2))
	return func() storetest.Fault {
		mu.Lock()
		defer mu.Unlock()
		switch random.IntN(20) {
		case 0:
			return storetest.FaultBefore
		case 1:
			return storetest.FaultAfter
		}
		return storetest.FaultNone
	}
}
