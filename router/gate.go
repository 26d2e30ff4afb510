package router

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrSaturated is returned by Gate.Enter when there is no room to wait.
var ErrSaturated = errors.New("too many events at once")

// Gate bounds how many events are run at once in this process. Inline events
// may use all of it and queue for a place in order of arrival; background
// events take at most half, so that an answer never queues behind them.
type Gate struct {
	mu         sync.Mutex
	size       int
	inside     int
	background int
	waiting    []chan struct{} // inline, first come first served
	freed      chan struct{}   // closed and renewed when a background place may be free
}

// queuePerPlace is how many inline events may wait for each place.
const queuePerPlace = 10

// NewGate returns a gate for size events at once, at least one.
func NewGate(size int) *Gate {
	return &Gate{size: max(size, 1), freed: make(chan struct{})}
}

// Resize changes how many events run at once; those inside stay.
func (g *Gate) Resize(size int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.size = max(size, 1)
	g.admit()
}

// Enter takes a place for an inline event, waiting until ctx is done or most
// is over. It returns ErrSaturated then, and at once if the queue is full.
// Every nil error is followed by exactly one call of leave.
func (g *Gate) Enter(ctx context.Context, most time.Duration) (leave func(), err error) {
	g.mu.Lock()
	if g.inside < g.size && len(g.waiting) == 0 {
		g.inside++
		g.mu.Unlock()
		return g.leave, nil
	}
	if len(g.waiting) >= queuePerPlace*g.size {
		g.mu.Unlock()
		return nil, ErrSaturated
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-turn:
		return g.leave, nil
	case <-ctx.Done():
	case <-late.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == turn {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return nil, ErrSaturated
		}
	}
	return g.leave, nil // the turn came at the same moment
}

// EnterBackground takes a place for a background event, waiting until ctx is
// done; the error is then ctx's. Waiting inline events go first.
func (g *Gate) EnterBackground(ctx context.Context) (leave func(), err error) {
	for {
		g.mu.Lock()
		if g.background < max(g.size/2, 1) && g.inside < g.size && len(g.waiting) == 0 {
			g.inside++
			g.background++
			g.mu.Unlock()
			return g.leaveBackground, nil
		}
		freed := g.freed
		g.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Inside is how many events are being run, and how many wait for a place.
func (g *Gate) Inside() (running, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inside, len(g.waiting)
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.admit()
}

func (g *Gate) leaveBackground() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.background--
	g.admit()
}

// admit hands free places to those who wait; g.mu is held.
func (g *Gate) admit() {
	for g.inside < g.size && len(g.waiting) > 0 {
		g.inside++
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
	close(g.freed)
	g.freed = make(chan struct{})
}
