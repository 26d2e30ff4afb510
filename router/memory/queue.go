package memory

import (
	"context"
	"time"

	"twirouter/router"
)

// Unfinished is router.Queue's.
func (s *Store) Unfinished(ctx context.Context, after uint64, limit int) ([]router.Item, time.Time, error) {
	if err := s.enter(ctx); err != nil {
		return nil, time.Time{}, err
	}
	defer s.mu.Unlock()
	now := s.now()
	for e := s.agenda.first(); e != nil && e.at <= now; e = s.agenda.first() {
		s.agenda.remove(e)
		s.beReady(e.thing)
	}
	var next time.Time
	if e := s.agenda.first(); e != nil {
		next = s.time(e.at)
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	var items []router.Item
	for seq := range s.ready.from(after + 1) {
		if len(items) == limit {
			break
		}
		items = append(items, s.records[seq].item())
	}
	return items, next, nil
}

// Changed is router.Queue's.
func (s *Store) Changed() <-chan struct{} { return s.changed }

func (s *Store) announce() {
	select {
	case s.changed <- struct{}{}:
	default: // nobody has looked since the last time
	}
}

// join puts a background record at the end of its order key's line.
func (s *Store) join(r *record) {
	key := r.event.Order
	if key == "" {
		return
	}
	line := s.lines[key]
	if line == nil {
		line = &list{}
		s.lines[key] = line
	}
	line.push(r)
}

// part takes a finished record out of its line and lets the next one come up.
func (s *Store) part(now instant, r *record) {
	line := r.in
	if line == nil {
		return
	}
	r.unlink()
	if line.head == nil {
		delete(s.lines, r.event.Order)
	} else if n := line.head; !n.ready && n.wake.place == 0 {
		s.place(now, n)
	}
}

// leads reports whether no unfinished record of the same order key is before r.
func (r *record) leads() bool { return r.prev == nil }

// place sees to it that Unfinished shows r when it should.
func (s *Store) place(now instant, r *record) {
	switch {
	case r.state == router.StateRunning:
		s.agenda.add(&r.wake, r, r.until)
	case !r.leads():
	case r.due > now:
		s.agenda.add(&r.wake, r, r.due)
		s.announce()
	default:
		s.beReady(r)
		s.announce()
	}
}

func (s *Store) beReady(r *record) {
	r.ready = true
	s.ready.add(r.seq)
}

func (s *Store) unplace(r *record) {
	s.agenda.remove(&r.wake)
	if r.ready {
		r.ready = false
		s.ready.remove(r.seq)
	}
}
