package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"twirouter/router"
)

var crowdCases = []testCase{
	{"of many duplicates at once one is first", func(x *trial) {
		const keys, each = 20, 16
		type taken struct {
			key int
			r   router.Receipt
			err error
		}
		ch := make(chan taken)
		for k := range keys {
			for range each {
				ev := x.event(key(fmt.Sprint(k)))
				go func() {
					rs, err := x.Append(x.ctx, running(ev))
					if err != nil {
						rs = []router.Receipt{{}}
					}
					ch <- taken{k, rs[0], err}
				}()
			}
		}
		firsts, seqs := map[int]int{}, map[int]uint64{}
		for range keys * each {
			t := <-ch
			x.must("Append", t.err)
			if t.r.First {
				firsts[t.key]++
			}
			if seq, known := seqs[t.key]; known && seq != t.r.Seq {
				x.Errorf("key %d is at %d and at %d", t.key, seq, t.r.Seq)
			}
			seqs[t.key] = t.r.Seq
		}
		for k := range keys {
			if firsts[k] != 1 {
				x.Errorf("key %d had %d firsts", k, firsts[k])
			}
		}
	}},
	{"everybody at once", func(x *trial) {
		const doors, workers, events, orders = 4, 4, 60, 7
		ctx, stop := context.WithCancel(x.ctx)
		var door, rest sync.WaitGroup
		var mu sync.Mutex
		busy, last, ran := map[string]uint64{}, map[string]uint64{}, map[uint64]int{}

		for d := range doors {
			evs := make([]*router.Event, events)
			for i := range evs {
				evs[i] = x.event(order(fmt.Sprint("o", (d*events+i)%orders)), key(fmt.Sprint(d, "-", i)))
			}
			door.Go(func() {
				for i, ev := range evs {
					if i%3 == 0 {
						rs, err := x.Append(ctx, running(ev))
						if err == nil {
							err = x.Commit(ctx, router.Commit{Seq: rs[0].Seq, Rev: 1, State: router.StateDone, Outcome: answered})
						}
						if err != nil {
							x.Errorf("an answer: %v", err)
						}
						if item, err := x.Wait(ctx, rs[0].Seq); err != nil || item.State != router.StateDone {
							x.Errorf("Wait: %+v, %v", item, err)
						}
						continue
					}
					if _, err := x.Append(ctx, queued(ev)); err != nil {
						x.Errorf("Append: %v", err)
					}
				}
			})
		}
		for w := range workers {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			rest.Go(func() {
				for ctx.Err() == nil {
					items, _, err := x.Unfinished(ctx, 0, 8)
					if err != nil || len(items) == 0 {
						time.Sleep(time.Millisecond)
						continue
					}
					item, err := x.Claim(ctx, items[random.IntN(len(items))].Seq, time.Hour)
					if err != nil {
						if !errors.Is(err, router.ErrConflict) && ctx.Err() == nil {
							x.Errorf("Claim: %v", err)
						}
						continue
					}
					o := item.Event.Order
					mu.Lock()
					if busy[o] != 0 || item.Seq < last[o] {
						x.Errorf("%d of %s was given out while %d ran, after %d", item.Seq, o, busy[o], last[o])
					}
					busy[o], last[o] = item.Seq, item.Seq
					ran[item.Seq]++
					mu.Unlock()
					time.Sleep(time.Duration(random.IntN(3)) * time.Millisecond)
					mu.Lock()
					busy[o] = 0
					mu.Unlock()
					if err := x.Commit(context.WithoutCancel(ctx), router.Commit{Seq: item.Seq, Rev: item.Rev, State: router.StateDone, Outcome: passed}); err != nil {
						x.Errorf("Commit: %v", err)
					}
				}
			})
		}
		rest.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_, err1 := x.Find(ctx, router.Query{Kind: "message.*", Limit: 20})
				_, err2 := x.Stats(ctx)
				_, err3 := x.Put(ctx, router.Write{Bucket: "b", Key: fmt.Sprint(i % 9), Val: one, TTL: time.Millisecond})
				_, err4 := x.List(ctx, "b", "", "", 0)
				err5 := x.Refuse(ctx, router.Refusal{Status: i})
				if err := errors.Join(err1, err2, err3, err4, err5); err != nil && ctx.Err() == nil {
					x.Errorf("looking on: %v", err)
				}
				time.Sleep(time.Millisecond)
			}
		})
		door.Wait()
		for {
			if stats, err := x.Stats(x.ctx); err != nil || stats[router.StateDone] == doors*events || x.Failed() {
				break
			}
			time.Sleep(time.Millisecond)
		}
		stop()
		rest.Wait()
		if len(ran) != doors*events*2/3 {
			x.Errorf("%d facts were run, want %d", len(ran), doors*events*2/3)
		}
		for seq, n := range ran {
			if n != 1 {
				x.Errorf("%d was run %d times", seq, n)
			}
		}
	}},
}
