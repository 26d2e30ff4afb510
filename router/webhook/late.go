package webhook

import (
	"context"
	"sync"
)

// late knows what is still done for requests, answered or not.
type late struct {
	mu     sync.Mutex
	n      int
	idle   chan struct{}       // closed when n comes down to 0; nil if nobody waits
	making map[uint64]struct{} // events, by place in the ledger, whose answer is being made here
}

func (l *late) begin() {
	l.mu.Lock()
	l.n++
	l.mu.Unlock()
}

// make notes that the answer to an event is being made.
func (l *late) make(seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.making == nil {
		l.making = make(map[uint64]struct{})
	}
	l.making[seq] = struct{}{}
}

func (l *late) isMaking(seq uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.making[seq]
	return ok
}

// made ends make. Who comes from now on did not wait.
func (l *late) made(seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.making, seq)
}

// end ends what begin began.
func (l *late) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n--; l.n == 0 && l.idle != nil {
		close(l.idle)
		l.idle = nil
	}
}

func (l *late) wait(ctx context.Context) error {
	l.mu.Lock()
	if l.n == 0 {
		l.mu.Unlock()
		return nil
	}
	if l.idle == nil {
		l.idle = make(chan struct{})
	}
	idle := l.idle
	l.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
