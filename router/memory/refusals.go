package memory

import (
	"context"

	"twirouter/router"
)

// Refuse is router.Refusals'.
func (s *Store) Refuse(ctx context.Context, r router.Refusal) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if len(s.refused) < s.o.Refusals {
		s.refused = append(s.refused, r)
		return nil
	}
	s.refused[s.oldest] = r
	s.oldest = (s.oldest + 1) % len(s.refused)
	return nil
}

// Refused is router.Refusals'.
func (s *Store) Refused(ctx context.Context, limit int) ([]router.Refusal, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if limit <= 0 {
		limit = defaultLimit
	}
	n := len(s.refused)
	out := make([]router.Refusal, 0, min(limit, n))
	for i := n - 1; i >= 0 && len(out) < limit; i-- {
		out = append(out, s.refused[(s.oldest+i)%n])
	}
	return out, nil
}
