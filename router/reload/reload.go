package reload

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"twirouter/router"
)

// Times of the reloader.
const (
	quiet = 20 * time.Millisecond  // without news before it looks
	most  = 500 * time.Millisecond // that steady news may put a look off
	hold  = 2 * time.Second        // that a vanished or emptied file may take to come back
	poll  = 2 * time.Second        // between looks that nobody asked for
)

// Snapshot is all that a generation is built from, read in one go.
type Snapshot struct {
	Hash  string           // of every byte
	Paths []string         // every file and folder that was looked at, also what is not there
	Files map[string]int64 // sizes of the files that were read
	Data  any              // what Build wants of Read
}

// Source is where generations come from.
type Source interface {
	// Read reads everything; it fails only if there is nothing to build from,
	// and returns the Paths that were looked at all the same.
	Read() (Snapshot, error)
	// Build makes a generation. Everything that can fail fails here; the error
	// is router.Problems where files are wrong.
	Build(ctx context.Context, s Snapshot) (*router.Generation, error)
}

// Status is what people see of the reloader.
type Status struct {
	Generation int
	Hash       string
	Loaded     time.Time       // when the generation in force was loaded
	Tried      time.Time       // when a change was last looked at
	Problems   router.Problems // of the last try; its warnings if it succeeded
	Failing    bool            // the files on disk are not what is in force
	Restart    []string        // what changed on disk but needs a restart
}

// Config is what a Reloader is made of. Restart and Told may be nil.
type Config struct {
	Source Source
	Live   *router.Live
	Now    func() time.Time
	Log    *slog.Logger
	// Restart names what differs between two generations and cannot change live.
	Restart func(first, now *router.Generation) []string
	// Told is called after every try that did something.
	Told func(Status)
}

// Reloader swaps generations. Load must have succeeded before Run is called.
type Reloader struct {
	c       Config
	asked   chan chan error
	mu      sync.Mutex
	status  Status
	first   *router.Generation
	last    Snapshot // of the last try
	missing time.Time
}

// New returns a reloader that has loaded nothing yet.
func New(c Config) *Reloader {
	return &Reloader{c: c, asked: make(chan chan error)}
}

// Load builds and swaps in the first generation.
func (r *Reloader) Load(ctx context.Context) error {
	s, err := r.c.Source.Read()
	if err != nil {
		return err
	}
	return r.build(ctx, s)
}

// Status returns what people see.
func (r *Reloader) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Reload looks at the files now, holding nothing back, and returns why the
// generation on disk is not in force, nil if it is. Run must be running.
func (r *Reloader) Reload(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case r.asked <- answer:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run watches until ctx is done. It leaves no goroutine behind.
func (r *Reloader) Run(ctx context.Context) {
	r.run(ctx, newWatch(r.c.Log))
}

func (r *Reloader) run(ctx context.Context, w *watch) {
	defer w.close()
	w.cover(r.last.Paths)
	tick := time.NewTicker(poll)
	defer tick.Stop()
	var seen uint64          // stamp of the paths before they were read
	look := time.NewTimer(0) // what changed before the watch began
	defer look.Stop()
	var since time.Time // of the first news that was not looked at yet
	for {
		var answer chan error
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.events():
			if !ok || e.Op == fsnotify.Chmod {
				continue
			}
			if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
				w.forget(e.Name)
			}
			now := time.Now()
			if since.IsZero() {
				since = now
			}
			look.Reset(max(min(quiet, most-now.Sub(since)), 0))
			continue
		case err := <-w.errors():
			r.c.Log.Debug("file notifications were lost", "error", err)
			look.Reset(quiet)
			continue
		case <-tick.C:
			if stamp(r.last.Paths) == seen && r.missing.IsZero() {
				continue
			}
		case answer = <-r.asked:
		case <-look.C:
		}
		since = time.Time{}
		paths := r.last.Paths
		seen = stamp(paths)
		err := r.look(ctx, answer != nil)
		if answer != nil {
			answer <- err
		}
		// A change between the reading of a path and the first watch of it is
		// told by nobody: whatever is new is looked at twice.
		again := w.cover(r.last.Paths)
		switch {
		case again || !slices.Equal(paths, r.last.Paths):
			look.Reset(quiet)
		case !r.missing.IsZero():
			look.Reset(max(hold-time.Since(r.missing), 0) + quiet)
		}
	}
}

// look reads the files and builds if they are others than at the last try.
// Unless asked for, a file that vanished or became empty is given time: an
// editor, or a deployment, may be in the middle of replacing it.
func (r *Reloader) look(ctx context.Context, asked bool) error {
	s, err := r.c.Source.Read()
	if !asked && r.held(s, err) {
		r.last.Paths = s.Paths
		return nil
	}
	r.missing = time.Time{}
	if err != nil {
		s.Hash = unread(err)
	}
	if s.Hash == r.last.Hash && (!asked || !r.Status().Failing) {
		r.last.Paths = s.Paths
		return nil
	}
	if err != nil {
		r.last = s
		return r.refused(err)
	}
	return r.build(ctx, s)
}

// unread stands for the hash of what cannot be read, so that the same trouble
// is told once.
func unread(err error) string { return "unread: " + err.Error() }

// held reports whether files that were there at the last try are gone or empty
// now, or new ones still empty, and have not been for long.
func (r *Reloader) held(s Snapshot, err error) bool {
	lost := err != nil && unread(err) != r.last.Hash
	for name, size := range r.last.Files {
		if now, ok := s.Files[name]; ok && (now > 0 || size == 0) {
			continue
		}
		// It was not read, or read empty: perhaps nobody names it any more.
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			lost = true
		}
	}
	for name, size := range s.Files {
		if _, known := r.last.Files[name]; !known && size == 0 {
			lost = true
		}
	}
	if !lost {
		return false
	}
	if r.missing.IsZero() {
		r.missing = time.Now()
	}
	return time.Since(r.missing) < hold
}

// build makes a generation of s and swaps it in, or keeps the old one.
func (r *Reloader) build(ctx context.Context, s Snapshot) (err error) {
	r.last = s
	defer func() {
		if p := recover(); p != nil {
			r.c.Log.Error("panic while loading", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = r.refused(errors.New("internal error while loading; the log has it"))
		}
	}()
	g, err := r.c.Source.Build(ctx, s)
	if err != nil {
		return r.refused(err)
	}
	if r.first == nil {
		r.first = g
	}
	var restart []string
	if r.c.Restart != nil {
		restart = r.c.Restart(r.first, g)
	}
	old := r.c.Live.Swap(g)
	r.tell(func(st *Status) {
		*st = Status{Generation: g.Number, Hash: g.Hash, Loaded: g.Loaded, Tried: r.c.Now(), Problems: g.Warnings, Restart: restart}
	})
	if old != nil {
		r.c.Log.Info("reloaded", "generation", g.Number, "scripts", len(g.Scripts), "routes", len(g.Routes), "warnings", len(g.Warnings))
	}
	for _, p := range g.Warnings {
		p.Warning = false // the level says it
		r.c.Log.Warn(p.String())
	}
	for _, what := range restart {
		r.c.Log.Warn(what + " changed: this needs a restart")
	}
	return nil
}

// refused tells why the files on disk are not in force.
func (r *Reloader) refused(err error) error {
	problems := router.Problems{{What: err.Error()}}
	var told router.Problems
	if errors.As(err, &told) {
		problems = told
	}
	if r.c.Live.Load() == nil {
		return err
	}
	r.tell(func(st *Status) {
		st.Tried, st.Problems, st.Failing = r.c.Now(), problems, true
	})
	r.c.Log.Error("the change on disk is not in force: the last good generation goes on", "generation", r.Status().Generation, "problems", len(problems.Errors()))
	for _, p := range problems {
		r.c.Log.Error(p.String())
	}
	return err
}

func (r *Reloader) tell(change func(*Status)) {
	r.mu.Lock()
	change(&r.status)
	st := r.status
	r.mu.Unlock()
	if r.c.Told != nil {
		r.c.Told(st)
	}
}
