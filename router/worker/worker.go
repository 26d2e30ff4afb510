package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"twirouter/router"
)

// Store is the part of a router.Store that the worker sees.
type Store interface {
	Unfinished(ctx context.Context, after uint64, limit int) (items []router.Item, next time.Time, err error)
	Changed() <-chan struct{}
	Claim(ctx context.Context, seq uint64, lease time.Duration) (router.Item, error)
	Commit(ctx context.Context, c router.Commit) error
}

// Options are what a Worker works with. Store, Live and Gate are needed.
type Options struct {
	Store Store
	Live  func() *router.Generation // the newest; nil while there is none yet
	Gate  *router.Gate              // bounds how many events are run at once
	Now   func() time.Time          // default time.Now; the store's clock
	Log   *slog.Logger              // default: none
	// Drain is how long runs may go on after Run's context has ended, default
	// 20 s. What is still running then is stopped and left to its lease.
	Drain time.Duration
	// Ran, if set, is told of every attempt whose outcome is in the store. It is
	// called from many goroutines and changes neither.
	Ran func(ev *router.Event, out *router.Outcome)
}

// Worker takes background events from a store and runs them.
type Worker struct {
	o     Options
	runs  sync.WaitGroup
	ended chan struct{} // a run that the dispatcher has met with has ended

	mu      sync.Mutex
	seqs    map[uint64]bool      // being run, or settled
	orders  map[string]bool      // order keys of those
	later   map[uint64]postponed // what the store would not do, not before a time
	blocked bool                 // something was left because of seqs or orders
}

// postponed is an event in whose way the store was.
type postponed struct {
	tries int
	until time.Time
}

// New returns a worker; Run starts it.
func New(o Options) *Worker {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Drain <= 0 {
		o.Drain = 20 * time.Second
	}
	return &Worker{
		o: o, ended: make(chan struct{}, 1),
		seqs: make(map[uint64]bool), orders: make(map[string]bool), later: make(map[uint64]postponed),
	}
}

// errDrained is why a run is stopped whose time after the end is up.
var errDrained = errors.New("the process ends")

// grace is how long a script may take to notice that it was stopped.
const grace = 5 * time.Second

// Run works until ctx ends. Then it starts nothing more, lets what runs finish
// within Options.Drain, stops the rest, and returns when no run is left. It is
// called once.
func (w *Worker) Run(ctx context.Context) {
	runs, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	w.dispatch(ctx, runs)

	done := make(chan struct{})
	go func() {
		w.runs.Wait()
		close(done)
	}()
	if within(w.o.Drain, done) {
		return
	}
	w.o.Log.Warn("background events are stopped; their leases will run out, and they will be run again", "after", w.o.Drain)
	stop(errDrained)
	if !within(grace, done) {
		w.o.Log.Error("background events run on though they were stopped", "after", grace)
	}
}

// within waits for done, for d at most, and reports whether it came.
func within(d time.Duration, done <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// The time between two tries, doubled with each.
const (
	firstPause = 50 * time.Millisecond
	mostPause  = 5 * time.Second
)

// pause is how long to wait after so many failed tries.
func pause(tries int) time.Duration {
	if tries > 10 {
		return mostPause
	}
	return min(firstPause<<max(tries-1, 0), mostPause)
}
