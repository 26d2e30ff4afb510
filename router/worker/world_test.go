package worker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"twirouter/router"
	"twirouter/router/memory"
	"twirouter/router/storetest"
	"twirouter/router/worker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// runner is a script of a test.
type runner func(ctx context.Context, c router.Call) router.Step

func (r runner) Run(ctx context.Context, c router.Call) router.Step { return r(ctx, c) }

// world is a store, a generation and a worker in a bubble.
type world struct {
	*testing.T
	store *memory.Store
	gen   *router.Generation
	gate  *router.Gate
	o     worker.Options
	logs  logs

	mu   sync.Mutex
	runs []string // ids of events in the order in which their scripts began
	n    int

	stop context.CancelFunc
	done chan struct{}
}

// logs is a bytes.Buffer for many goroutines.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newWorld makes a world whose one script handles every kind with run; nil
// does nothing. The worker is not started yet.
func newWorld(t *testing.T, size int, run runner) *world {
	w := &world{T: t, store: memory.New(memory.Options{Dedupe: time.Hour}), gate: router.NewGate(size)}
	if run == nil {
		run = func(context.Context, router.Call) router.Step { return router.Step{Verdict: router.Passed} }
	}
	script := &router.Script{
		Name: "s", File: "scripts/s.lua",
		Handlers: []router.Handler{{Kinds: []router.KindPattern{"*"}}},
		Runner: runner(func(ctx context.Context, c router.Call) router.Step {
			w.mu.Lock()
			w.runs = append(w.runs, c.Event.ID)
			w.mu.Unlock()
			return run(ctx, c)
		}),
	}
	w.gen = w.generation(1, script)
	w.o = worker.Options{
		Store: w.store, Live: func() *router.Generation { return w.gen }, Gate: w.gate,
		Log: slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return w
}

func (w *world) generation(number int, scripts ...*router.Script) *router.Generation {
	g := &router.Generation{
		Number: number, Scripts: scripts, Limits: router.Limits{BackgroundTimeout: 10 * time.Second},
		Routes: []*router.Route{{
			Name: "default", Path: "/twilio", Scripts: scripts, Mode: router.ModeAuto, Timeout: 10 * time.Second,
			Limits: router.Limits{BackgroundTimeout: 10 * time.Second},
		}},
	}
	return g.Finish(time.Now, router.NewIDs(time.Now, rand.Reader))
}

// start starts the worker; end stops it and waits for it.
func (w *world) start() {
	ctx, stop := context.WithCancel(w.Context())
	w.stop, w.done = stop, make(chan struct{})
	wk := worker.New(w.o)
	go func() {
		defer close(w.done)
		wk.Run(ctx)
	}()
}

func (w *world) end() {
	w.Helper()
	w.stop()
	<-w.done
	if err := w.store.Close(); err != nil {
		w.Error(err)
	}
	if running, waiting := w.gate.Inside(); running != 0 || waiting != 0 {
		w.Errorf("%d places of the gate are still taken, %d wait", running, waiting)
	}
}

// event is a fact of the route.
func (w *world) event(order string) *router.Event {
	w.n++
	return &router.Event{
		ID: fmt.Sprintf("e%d", w.n), Kind: "message.sent", Route: "default", Path: "/twilio", Order: order,
		Wants: router.WantsNothing, Received: time.Now(), Origin: router.OriginDoor,
	}
}

// queue accepts facts for the background, each of an order key.
func (w *world) queue(orders ...string) []uint64 {
	w.Helper()
	var accepts []router.Accept
	for _, o := range orders {
		accepts = append(accepts, router.Accept{Event: w.event(o), State: router.StateQueued})
	}
	receipts, err := w.store.Append(w.Context(), accepts...)
	if err != nil {
		w.Fatal(err)
	}
	var seqs []uint64
	for _, r := range receipts {
		seqs = append(seqs, r.Seq)
	}
	return seqs
}

func (w *world) item(seq uint64) router.Item {
	w.Helper()
	item, err := w.store.Item(w.Context(), seq)
	if err != nil {
		w.Fatal(err)
	}
	return item
}

func (w *world) wantState(seq uint64, state router.State, verdict router.Verdict) router.Item {
	w.Helper()
	item := w.item(seq)
	got := router.Verdict("")
	if item.Outcome != nil {
		got = item.Outcome.Verdict
	}
	if item.State != state || got != verdict {
		w.Errorf("event %d is %s, verdict %q, want %s, %q", seq, item.State, got, state, verdict)
	}
	return item
}

// ran is which events have begun, in order.
func (w *world) ran() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.runs...)
}

// settle lets time pass, and then everybody come to rest.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// bubble runs f in a bubble, with the worker already stopped at its end.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

var _ worker.Store = (*storetest.Faulty)(nil)
