package memory

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"twirouter/router"
)

// Options are the clock and the bounds of a Store. A zero field has its
// default.
type Options struct {
	Now       func() time.Time // default time.Now; holds and due times follow its monotonic part
	Dedupe    time.Duration    // how long a duplicate is known, default 24 h
	MaxEvents int              // events kept, default 200,000
	MaxBytes  int64            // what they take, estimated, default 256 MiB
	MaxKeys   int              // duplicates known, and resources whose status is, default 1,000,000
	MaxState  int64            // what the state of scripts takes, estimated, default 64 MiB
	Refusals  int              // refused requests kept, default 1,000, at most router.MaxRefusals
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dedupe <= 0 {
		o.Dedupe = 24 * time.Hour
	}
	if o.MaxEvents <= 0 {
		o.MaxEvents = 200_000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 256 << 20
	}
	if o.MaxKeys <= 0 {
		o.MaxKeys = 1_000_000
	}
	if o.MaxState <= 0 {
		o.MaxState = 64 << 20
	}
	if o.Refusals <= 0 {
		o.Refusals = 1000
	}
	o.Refusals = min(o.Refusals, router.MaxRefusals)
	return o
}

// Store is a router.Store in memory. It starts no goroutine.
type Store struct {
	o    Options
	base time.Time // instants are counted from here, so that a clock set back moves none
	seed [2]maphash.Seed

	changed chan struct{} // holds at most one value
	gone    chan struct{} // closed by Close

	mu              sync.Mutex
	closed          bool
	lastSeq         uint64
	bytes           int64
	unfinishedBytes int64 // of bytes, what may not be forgotten
	records         map[uint64]*record
	seqs            sorted[uint64] // of all records
	counts          map[router.State]int
	seen            window[uint64] // dedupe key → seq
	tracks          window[rank]   // track → the highest status seen

	lines  map[string]*list // unfinished background events of one order key, in order
	ready  sorted[uint64]   // what a worker can do something about
	agenda agenda[*record]  // what will be ready by itself
	done   list             // finished, oldest first
	dead   list             // likewise; kept longer than those that are done

	revs     uint64
	buckets  map[string]*bucket
	expiring agenda[*value]
	stated   int64 // bytes of state

	refused []router.Refusal // a ring once it is full
	oldest  int
}

var _ router.Store = (*Store)(nil)

// New returns an empty store.
func New(o Options) *Store {
	o = o.withDefaults()
	return &Store{
		o:       o,
		base:    o.Now(),
		seed:    [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		changed: make(chan struct{}, 1),
		gone:    make(chan struct{}),
		records: make(map[uint64]*record),
		counts:  make(map[router.State]int),
		seen:    newWindow[uint64](o.Dedupe, o.MaxKeys),
		tracks:  newWindow[rank](o.Dedupe, o.MaxKeys),
		lines:   make(map[string]*list),
		buckets: make(map[string]*bucket),
	}
}

// enter locks the store for a call under ctx; only a nil error is followed by
// unlocking it.
func (s *Store) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return router.ErrClosed
	}
	return nil
}

// Close wakes all who wait.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.gone)
	}
	return nil
}

// instant is a point in time, in nanoseconds from the store's beginning.
type instant int64

func (s *Store) now() instant { return instant(s.o.Now().Sub(s.base)) }

// at is t as an instant; the zero time is before all others.
func (s *Store) at(t time.Time) instant {
	if t.IsZero() {
		return -1 << 63
	}
	return instant(t.Sub(s.base))
}

// after is d beyond i, without running over.
func (i instant) after(d time.Duration) instant {
	if sum := i + instant(d); sum >= i || d < 0 {
		return sum
	}
	return 1<<63 - 1
}

func (s *Store) time(i instant) time.Time { return s.base.Add(time.Duration(i)) }

// hash stands for a text of any length in the windows; the seeds are secret, so
// that nobody can make two texts meet.
type hash [2]uint64

func (s *Store) hash(text string) hash {
	return hash{maphash.String(s.seed[0], text), maphash.String(s.seed[1], text)}
}
