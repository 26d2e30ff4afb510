package webhook

import (
	"context"
	"sync"
	"time"
)

// brief is a context for one call of the store. It is what context.WithTimeout
// makes, but starts a timer only for a store that waits for its end: most calls
// are over before that is worth its price.
type brief struct {
	context.Context // of no deadline and no end
	at              time.Time

	mu    sync.Mutex
	ended bool
	done  chan struct{} // nil until somebody asks
	timer *time.Timer
}

// briefly begins a context that ends after the time, or when end is called,
// which must be.
func briefly(most time.Duration) *brief {
	return &brief{Context: context.Background(), at: time.Now().Add(most)}
}

// end releases what the context holds. Whoever still listens is told.
func (b *brief) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.ended = true
	if b.done != nil {
		if b.timer.Stop() {
			close(b.done)
		}
	}
}

// Deadline implements context.Context.
func (b *brief) Deadline() (time.Time, bool) { return b.at, true }

// Done implements context.Context.
func (b *brief) Done() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done == nil {
		done := make(chan struct{})
		b.done = done
		if b.ended {
			close(done)
		} else {
			b.timer = time.AfterFunc(time.Until(b.at), func() { close(done) })
		}
	}
	return b.done
}

// Err implements context.Context.
func (b *brief) Err() error {
	if !time.Now().Before(b.at) {
		return context.DeadlineExceeded
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return context.Canceled
	}
	return nil
}
