package memory

import (
	"context"
	"maps"

	"twirouter/router"
)

// defaultLimit is how many entries a list has if its limit is 0.
const defaultLimit = 50

// looked is how many records a search looks at before it lets others in.
const looked = 1024

// Item is router.Journal's.
func (s *Store) Item(ctx context.Context, seq uint64) (router.Item, error) {
	if err := s.enter(ctx); err != nil {
		return router.Item{}, err
	}
	defer s.mu.Unlock()
	r := s.records[seq]
	if r == nil {
		return router.Item{}, router.ErrNotFound
	}
	return r.item(), nil
}

// Find is router.Journal's.
func (s *Store) Find(ctx context.Context, q router.Query) ([]router.Item, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	before := q.Before
	if before == 0 {
		before = 1<<64 - 1
	}
	var items []router.Item
	for {
		if err := s.enter(ctx); err != nil {
			return nil, err
		}
		n := 0
		for seq := range s.seqs.below(before) {
			if n == looked || len(items) == limit {
				break
			}
			n++
			before = seq
			if r := s.records[seq]; r.matches(&q) {
				items = append(items, r.item())
			}
		}
		s.mu.Unlock()
		if n < looked || len(items) == limit {
			return items, nil
		}
	}
}

func (r *record) matches(q *router.Query) bool {
	ev := r.event
	return (q.Kind == "" || q.Kind.Match(ev.Kind)) &&
		(q.SID == "" || q.SID == ev.SID) &&
		(q.From == "" || q.From == ev.From) &&
		(q.To == "" || q.To == ev.To) &&
		(q.State == "" || q.State == r.state) &&
		(q.Verdict == "" || r.outcome != nil && q.Verdict == r.outcome.Verdict) &&
		(q.Since.IsZero() || !ev.Received.Before(q.Since)) &&
		(q.Until.IsZero() || ev.Received.Before(q.Until))
}

// Stats is router.Journal's.
func (s *Store) Stats(ctx context.Context) (map[router.State]int, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return maps.Clone(s.counts), nil
}

// trim forgets finished records, oldest first, until the rest fits: the dead
// only when nothing else is left, for a person shall decide about them. What
// is unfinished is never forgotten.
func (s *Store) trim() {
	for len(s.records) > s.o.MaxEvents || s.bytes > s.o.MaxBytes {
		r := s.done.head
		if r == nil {
			r = s.dead.head
		}
		if r == nil {
			return
		}
		s.leave(r)
		delete(s.records, r.seq)
		s.seqs.remove(r.seq)
		s.bytes -= r.size
	}
}
