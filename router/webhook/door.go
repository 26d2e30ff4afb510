package webhook

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"

	"twirouter/router"
)

// Config is what a Door is made of. Every field is needed.
type Config struct {
	Live     *router.Live
	Ledger   router.Ledger
	Refusals router.Refusals
	Gate     *router.Gate
	IDs      *router.IDs
	Now      func() time.Time
	Log      *slog.Logger
	Watch    Watch
}

// Watch is told what happens at the door, after the answer is decided. Its
// methods are called from many goroutines and must not block.
type Watch interface {
	// Handled tells of an event that was let in. out is nil for one that was
	// left to the background.
	Handled(ev *router.Event, out *router.Outcome, how How)
	// Refused tells of a request that was not let in because of its signature
	// or its credentials.
	Refused(r router.Refusal)
}

// How tells what was special about an event's way through the door.
type How struct {
	Duplicate  bool // it was known: nothing was run for it again
	Unrecorded bool // the store was gone: it was answered all the same
	Reply      *router.Reply
	Took       time.Duration // from arrival to the answer
}

// Door is the handler that Twilio's webhooks come to.
type Door struct {
	live     *router.Live
	ledger   router.Ledger
	refusals router.Refusals
	gate     *router.Gate
	ids      *router.IDs
	now      func() time.Time
	log      *slog.Logger
	watch    Watch

	prepared atomic.Pointer[prepared]
	doctor   budget
	counts   Counts
	storeBad atomic.Bool
}

// Counts are totals since the start.
type Counts struct {
	Accepted   atomic.Int64 // events let in, duplicates too
	Duplicates atomic.Int64
	Refused    atomic.Int64 // 401 and 403
	Malformed  atomic.Int64 // 404, 405, 413, 415, 400
	Unrecorded atomic.Int64
	Saturated  atomic.Int64
}

// New returns a door.
func New(c Config) *Door {
	return &Door{
		live: c.Live, ledger: c.Ledger, refusals: c.Refusals, gate: c.Gate,
		ids: c.IDs, now: c.Now, log: c.Log, watch: c.Watch,
		doctor: budget{perSecond: examinationsPerSecond},
	}
}

// Counts returns the door's totals.
func (d *Door) Counts() *Counts { return &d.counts }

// StoreFailed reports whether the last attempt to record an event failed.
func (d *Door) StoreFailed() bool { return d.storeBad.Load() }

// Handler returns the door as one prefix of a mux router that neither cleans
// nor decodes paths: the path that was signed is the path that is looked up,
// in a map, so that ten thousand routes cost what ten do.
func (d *Door) Handler() http.Handler {
	m := mux.NewRouter().SkipClean(true).UseEncodedPath()
	m.PathPrefix("/").HandlerFunc(d.knock)
	m.NotFoundHandler = http.HandlerFunc(d.knock) // "*" and other targets without a path
	return m
}
