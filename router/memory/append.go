package memory

import (
	"context"
	"errors"
	"fmt"

	"twirouter/router"
)

// rank is the highest status seen on a track.
type rank struct {
	rank   int
	status string
}

// Append is router.Ledger's.
func (s *Store) Append(ctx context.Context, events ...router.Accept) ([]router.Receipt, error) {
	queued, size := 0, int64(0)
	for i := range events {
		switch a := &events[i]; {
		case a.Event == nil:
			return nil, errors.New("append: no event")
		case a.State == router.StateQueued:
			queued++
			size += sizeOfEvent(a.Event)
		case a.State != router.StateRunning:
			return nil, fmt.Errorf("append: an event cannot begin as %q", a.State)
		}
	}
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	now := s.now()
	if queued > 0 && !s.room(queued, size) {
		return nil, router.ErrFull
	}
	receipts := make([]router.Receipt, len(events))
	for i := range events {
		receipts[i] = s.accept(now, &events[i])
	}
	s.trim()
	return receipts, nil
}

// room reports whether so many more queued events fit beside the unfinished
// ones. Those that are running do not count: the gate bounds them, and an
// answer shall not go unrecorded because facts have piled up.
func (s *Store) room(events int, size int64) bool {
	unfinished := s.counts[router.StateQueued] + s.counts[router.StateRunning]
	return unfinished+events <= s.o.MaxEvents && s.unfinishedBytes+size <= s.o.MaxBytes
}

// accept takes one event, unless it is known.
func (s *Store) accept(now instant, a *router.Accept) router.Receipt {
	ev := a.Event
	key := ev.DedupeKey()
	if key == "" && ev.ID != "" {
		key = "id " + ev.ID
	}
	if key != "" {
		k := s.hash(key)
		if seq, known := s.seen.get(now, k); known {
			return router.Receipt{Seq: seq, First: s.same(seq, ev)}
		}
		s.seen.put(now, k, s.lastSeq+1)
	}
	s.lastSeq++
	r := &record{event: ev, seq: s.lastSeq, rev: 1, state: a.State, inline: a.State == router.StateRunning, size: sizeOfEvent(ev)}
	if r.inline {
		r.attempt = 1
		r.until = now.after(a.Hold)
	} else {
		r.dueTime, r.due = a.Due, s.at(a.Due)
		s.join(r)
	}
	ev.Seq, ev.Attempt = r.seq, r.attempt
	s.rank(now, ev)
	s.records[r.seq] = r
	s.seqs.add(r.seq)
	s.counts[r.state]++
	s.bytes += r.size
	s.unfinishedBytes += r.size
	s.place(now, r)
	return router.Receipt{Seq: r.seq, First: true}
}

// same reports whether the record at seq is of ev itself: its Append is being
// tried again. ev then gets what the first Append set.
func (s *Store) same(seq uint64, ev *router.Event) bool {
	r := s.records[seq]
	if r == nil || ev.ID == "" || r.event.ID != ev.ID {
		return false
	}
	if r.event != ev {
		ev.Seq, ev.Attempt, ev.Previous, ev.Stale = seq, r.event.Attempt, r.event.Previous, r.event.Stale
	}
	return true
}

// rank tells ev what was seen before on its track. Of two statuses of one rank
// the later counts.
func (s *Store) rank(now instant, ev *router.Event) {
	ev.Previous, ev.Stale = "", false
	if ev.Track == "" {
		return
	}
	k := s.hash(ev.Track)
	highest, known := s.tracks.get(now, k)
	if known {
		ev.Previous, ev.Stale = highest.status, ev.Rank < highest.rank
	}
	if !ev.Stale {
		highest = rank{ev.Rank, ev.Status}
	}
	s.tracks.put(now, k, highest)
}
