package webhook

import (
	"context"
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

// Watch is told what happens at the door. Its methods are called from many
// goroutines and must not block.
type Watch interface {
	// Handled tells of an event that was let in, when its answer is decided.
	// out is nil for one that was left to the background, and for a duplicate.
	Handled(ev *router.Event, out *router.Outcome, how How)
	// Refused tells of a request whose signature or credentials were wrong. A
	// Status below 400 means that it was let in all the same, as its route's
	// verify = "report" has it.
	Refused(r router.Refusal)
}

// How tells what was special about an event's way through the door.
type How struct {
	Duplicate  bool // it was known: nothing was run for it again
	Unrecorded bool // the store did not take it, or its outcome, before the answer
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

	prepared  atomic.Pointer[prepared]
	doctor    budget // refusals that are examined
	kept      budget // refusals that are recorded and told
	counts    Counts
	store     health
	late      late
	recording atomic.Int64 // events that are recorded after their answer
}

// Counts are totals since the start.
type Counts struct {
	Accepted    atomic.Int64 // events let in, duplicates too
	Duplicates  atomic.Int64
	Refused     atomic.Int64 // 401 and 403
	Reported    atomic.Int64 // wrong signatures that verify = "report" let in
	Malformed   atomic.Int64 // 400, 404, 405, 408, 413, 415
	Unrecorded  atomic.Int64 // answered before the store had taken all of it
	Unavailable atomic.Int64 // facts that got 503 because the store did not take them
	Saturated   atomic.Int64
	Panics      atomic.Int64
}

// New returns a door.
func New(c Config) *Door {
	d := &Door{
		live: c.Live, ledger: c.Ledger, refusals: c.Refusals, gate: c.Gate,
		ids: c.IDs, now: c.Now, log: c.Log, watch: c.Watch,
		doctor: budget{perSecond: examinationsPerSecond},
		kept:   budget{perSecond: refusalsPerSecond},
	}
	d.store.log, d.store.now = c.Log, c.Now
	return d
}

// Counts returns the door's totals.
func (d *Door) Counts() *Counts { return &d.counts }

// StoreFailed reports whether the last attempt to record an event failed.
func (d *Door) StoreFailed() bool { return d.store.bad.Load() }

// Wait returns when nothing is left to do for requests that were answered
// already: outcomes that the store took late, refusals that are looked into,
// runs that did not stop at their deadline. It is for the end, when the server
// has been shut down and before the store is closed. The error is ctx's.
func (d *Door) Wait(ctx context.Context) error { return d.late.wait(ctx) }

// Handler returns the door as one prefix of a mux router that neither cleans
// nor decodes paths: the path that was signed is the path that is looked up,
// in a map, so that ten thousand routes cost what ten do.
func (d *Door) Handler() http.Handler {
	m := mux.NewRouter().SkipClean(true).UseEncodedPath()
	m.PathPrefix("/").HandlerFunc(d.knock)
	m.NotFoundHandler = http.HandlerFunc(d.knock) // "*" and other targets without a path
	return m
}
