package worker

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"twirouter/router"
)

const (
	pageSize = 64 // events loaded at once
	// passMost is how many events are started before the oldest are looked at
	// again. A pass shows each order key's next event once, so a key with many
	// waiting gets one turn while all others get theirs.
	passMost = 4096
	// idle is how long nothing need be looked at, in case nobody tells: holds
	// that run out do not announce themselves.
	idle = 5 * time.Second
	// callTimeout bounds one call to the store.
	callTimeout = 15 * time.Second
	// laterMost is how many events may be in trouble with the store before all
	// others wait for them.
	laterMost = 256
)

// dispatch starts what is due until ctx ends; runs is the context of what it
// starts.
func (w *Worker) dispatch(ctx, runs context.Context) {
	for tries := 0; ctx.Err() == nil; {
		wait, err := w.pass(ctx, runs)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			if errors.Is(err, router.ErrClosed) {
				w.o.Log.Error("the worker ends, for the store is closed")
				return
			}
			tries++
			w.o.Log.Error("the store does not say what is to be done; trying again", "error", err, "tries", tries)
			within(pause(tries), ctx.Done())
			continue
		}
		tries = 0
		if wait <= 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-w.o.Store.Changed():
		case <-w.ended:
		case <-t.C:
		}
		t.Stop()
	}
}

// pass goes once through all that can be done now and starts it. wait is when
// to come again if nobody calls before.
func (w *Worker) pass(ctx, runs context.Context) (wait time.Duration, err error) {
	defer func() {
		if v := recover(); v != nil {
			w.o.Log.Error("panic in the dispatcher", "panic", v, "stack", string(debug.Stack()))
			wait, err = mostPause, nil
		}
	}()
	if w.o.Live() == nil {
		return time.Second, nil
	}
	started := 0
	for after := uint64(0); ; {
		items, next, err := w.unfinished(ctx, after)
		if err != nil {
			return 0, err
		}
		for i := range items {
			item := &items[i]
			after = item.Seq
			switch {
			case !w.take(item):
				continue
			case item.Inline:
				w.orphan(ctx, item)
				w.release(item)
				continue
			}
			leave, err := w.o.Gate.EnterBackground(ctx)
			if err != nil {
				w.release(item)
				return 0, err
			}
			started++
			w.runs.Add(1)
			go w.one(runs, item, leave)
		}
		wait, crowded := w.trouble()
		switch {
		case crowded:
			return wait, nil
		case len(items) < pageSize:
			if !next.IsZero() {
				wait = min(wait, next.Sub(w.o.Now()))
			}
			return max(wait, 5*time.Millisecond), nil
		case started >= passMost:
			return 0, nil
		}
	}
}

func (w *Worker) unfinished(ctx context.Context, after uint64) ([]router.Item, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return w.o.Store.Unfinished(ctx, after, pageSize)
}

// take reserves an item and its order key, unless one of them is being run or
// the item is postponed.
func (w *Worker) take(item *router.Item) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	order := item.Event.Order
	if item.Inline {
		order = "" // it is not run
	}
	if w.seqs[item.Seq] || order != "" && w.orders[order] {
		w.blocked = true
		return false
	}
	if p, ok := w.later[item.Seq]; ok && w.o.Now().Before(p.until) {
		return false
	}
	w.seqs[item.Seq] = true
	if order != "" {
		w.orders[order] = true
	}
	return true
}

// release ends what take began, and calls the dispatcher if it has met with it.
func (w *Worker) release(item *router.Item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.seqs, item.Seq)
	if !item.Inline {
		delete(w.orders, item.Event.Order)
	}
	if w.blocked {
		w.blocked = false
		select {
		case w.ended <- struct{}{}:
		default: // it was called already
		}
	}
}

// postpone leaves an item for a while, longer each time.
func (w *Worker) postpone(seq uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.later[seq]
	p.tries++
	p.until = w.o.Now().Add(pause(p.tries))
	w.later[seq] = p
}

// settled forgets that an item was postponed.
func (w *Worker) settled(seq uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.later, seq)
}

// trouble is when the first of the postponed items may be tried again, idle at
// most, and whether they are so many that nothing else shall be tried before.
// An item that was not seen again for long is another's by now.
func (w *Worker) trouble() (wait time.Duration, crowded bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait = idle
	now := w.o.Now()
	for seq, p := range w.later {
		left := p.until.Sub(now)
		if left < -2*mostPause {
			delete(w.later, seq)
			continue
		}
		wait = min(wait, max(left, firstPause))
	}
	return wait, len(w.later) >= laterMost
}
