package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"twirouter/router"
)

// Commit is router.Ledger's.
func (s *Store) Commit(ctx context.Context, c router.Commit) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	r := s.records[c.Seq]
	switch {
	case r == nil:
		return router.ErrNotFound
	case r.state != router.StateRunning || r.rev != c.Rev:
		return router.ErrConflict
	case c.State == router.StateDone:
	case c.State != router.StateQueued && c.State != router.StateDead:
		return fmt.Errorf("commit: no event ends as %q", c.State)
	case r.inline:
		return fmt.Errorf("commit: an event that is answered inline cannot become %s", c.State)
	}
	now := s.now()
	out := c.Outcome
	if err := s.writeAll(now, out.Writes()); err != nil {
		return err
	}
	emitted := out.Emitted
	out.Emitted = nil
	s.leave(r)
	r.outcome = &out
	for _, name := range out.Finished {
		if !slices.Contains(r.finished, name) {
			r.finished = append(r.finished, name)
		}
	}
	s.resize(r, sizeOfEvent(r.event)+sizeOfOutcome(&out))
	s.enterState(now, r, c.State, c.Due)
	for i := range emitted {
		s.accept(now, &router.Accept{Event: emitted[i].Event, State: router.StateQueued, Due: emitted[i].Due})
	}
	s.trim()
	return nil
}

// Claim is router.Ledger's.
func (s *Store) Claim(ctx context.Context, seq uint64, lease time.Duration) (router.Item, error) {
	if err := s.enter(ctx); err != nil {
		return router.Item{}, err
	}
	defer s.mu.Unlock()
	now := s.now()
	r := s.records[seq]
	switch {
	case r == nil:
		return router.Item{}, router.ErrNotFound
	case !r.claimable(now):
		return router.Item{}, router.ErrConflict
	}
	s.leave(r)
	r.attempt++
	r.until = now.after(lease)
	s.enterState(now, r, router.StateRunning, time.Time{})
	return r.item(), nil
}

// claimable reports whether r may be taken for another attempt.
func (r *record) claimable(now instant) bool {
	switch r.state {
	case router.StateQueued:
		return r.due <= now && r.leads()
	case router.StateRunning:
		return !r.inline && r.until <= now
	case router.StateDone:
		return r.inline && r.outcome.Verdict == router.Failed && !r.outcome.Reply.Answers()
	}
	return false
}

// Wait is router.Ledger's.
func (s *Store) Wait(ctx context.Context, seq uint64) (router.Item, error) {
	if err := s.enter(ctx); err != nil {
		return router.Item{}, err
	}
	r := s.records[seq]
	if r == nil {
		s.mu.Unlock()
		return router.Item{}, router.ErrNotFound
	}
	for r.answering() {
		if r.settled == nil {
			r.settled = make(chan struct{})
		}
		settled := r.settled
		s.mu.Unlock()
		select {
		case <-settled:
		case <-s.gone:
			return router.Item{}, router.ErrClosed
		case <-ctx.Done():
			return router.Item{}, ctx.Err()
		}
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	if s.closed {
		return router.Item{}, router.ErrClosed
	}
	return r.item(), nil
}

// leave takes r out of everything that its state put it in.
func (s *Store) leave(r *record) {
	s.counts[r.state]--
	s.unplace(r)
	if r.unfinished() {
		s.unfinishedBytes -= r.size
	} else {
		r.unlink()
	}
}

// enterState puts r, which has left its last one, in a new state.
func (s *Store) enterState(now instant, r *record, state router.State, due time.Time) {
	r.rev++
	r.state = state
	r.dueTime, r.due = time.Time{}, 0
	if state == router.StateQueued {
		r.dueTime, r.due = due, s.at(due)
	}
	s.counts[state]++
	if r.unfinished() {
		s.unfinishedBytes += r.size
		s.place(now, r)
	} else {
		s.part(now, r)
		if state == router.StateDead {
			s.dead.push(r)
		} else {
			s.done.push(r)
		}
	}
	if !r.answering() && r.settled != nil {
		close(r.settled)
		r.settled = nil
	}
}

// resize sets what r takes; it is in no state.
func (s *Store) resize(r *record, size int64) {
	s.bytes += size - r.size
	r.size = size
}
