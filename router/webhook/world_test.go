package webhook_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"twirouter/router"
	"twirouter/router/memory"
	"twirouter/router/twilio"
	"twirouter/router/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	mainSID = "AC00000000000000000000000000000001"
	subSID  = "AC00000000000000000000000000000002"
	token   = "0123456789abcdef0123456789abcdef"
	subTok  = "fedcba9876543210fedcba9876543210"
	keySID  = "WK00000000000000000000000000000001"
	keyText = "a shared key of the configuration API"
)

// runner is a script of a test.
type runner func(ctx context.Context, c router.Call) router.Step

func (r runner) Run(ctx context.Context, c router.Call) router.Step { return r(ctx, c) }

// says is a runner that answers with a message.
func says(text string) runner {
	return func(context.Context, router.Call) router.Step {
		return router.Step{Verdict: router.Replied, Reply: twiml("<Message>" + text + "</Message>")}
	}
}

func twiml(inside string) *router.Reply {
	return &router.Reply{Status: 200, Type: router.TypeTwiML, Body: []byte(router.Declaration + "<Response>" + inside + "</Response>")}
}

// script handles every kind.
func script(name string, run runner, steps ...string) *router.Script {
	return &router.Script{
		Name: name, File: "scripts/" + name + ".lua", Runner: run, Steps: steps,
		Handlers: []router.Handler{{Kinds: []router.KindPattern{"*"}}},
	}
}

// handled is one call of Watch.Handled.
type handled struct {
	ev  *router.Event
	out *router.Outcome
	how webhook.How
}

// watcher remembers what it is told.
type watcher struct {
	mu      sync.Mutex
	events  []handled
	refused []router.Refusal
	panics  bool
}

func (w *watcher) Handled(ev *router.Event, out *router.Outcome, how webhook.How) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, handled{ev, out, how})
	if w.panics {
		panic("the watch broke")
	}
}

func (w *watcher) Refused(r router.Refusal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = append(w.refused, r)
}

func (w *watcher) all() []handled {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]handled(nil), w.events...)
}

// lines is a log for many goroutines.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// world is a door with a memory store behind it.
type world struct {
	testing.TB
	store  router.Store
	live   *router.Live
	gate   *router.Gate
	ids    *router.IDs
	door   *webhook.Door
	watch  *watcher
	logs   *lines
	client *http.Client
	server *http.Server
	base   string // scheme and host that requests go to
	public string // what is signed in place of base, if not empty
	secret router.Secret
	sid    atomic.Int64
}

// newWorld makes a world that nobody listens in: requests go to the handler.
func newWorld(t testing.TB, run runner, change ...func(*router.Generation)) *world {
	t.Helper()
	return newWorldOn(t, memory.New(memory.Options{}), run, change...)
}

func newWorldOn(t testing.TB, store router.Store, run runner, change ...func(*router.Generation)) *world {
	t.Helper()
	w := &world{
		TB: t, store: store, live: new(router.Live), gate: router.NewGate(8), ids: router.NewIDs(time.Now, rand.Reader),
		watch: new(watcher), logs: new(lines), base: "http://door.example", secret: token,
	}
	w.live.Swap(w.generation(1, run, change...))
	w.door = webhook.New(webhook.Config{
		Live: w.live, Ledger: store, Refusals: store, Gate: w.gate, IDs: w.ids, Now: time.Now, Watch: w.watch,
		Log: slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// generation has one route on /twilio and /twilio/*, with one script.
func (w *world) generation(number int, run runner, change ...func(*router.Generation)) *router.Generation {
	if run == nil {
		run = says("hello")
	}
	g := &router.Generation{
		Number: number, Scripts: []*router.Script{script("s", run, "next")}, Server: router.Server{MaxBody: 64 << 10},
		Limits: router.Limits{Timeout: 10 * time.Second},
		Accounts: []router.Account{
			{Name: "main", SID: mainSID, Tokens: []router.Secret{token}, SharedKeys: []router.SharedKey{{SID: keySID, Algorithm: "sha256", Secret: keyText}}},
			{Name: "sub", SID: subSID, Tokens: []router.Secret{"an older token", subTok}},
		},
	}
	g.Routes = []*router.Route{w.route(g, "/twilio"), w.route(g, "/twilio/*")}
	for _, f := range change {
		f(g)
	}
	return g.Finish(time.Now, w.ids)
}

func (w *world) route(g *router.Generation, path string) *router.Route {
	return &router.Route{
		Name: "default", Path: path, Scripts: g.Scripts, Methods: []string{"GET", "POST"},
		Verify: router.VerifyEnforce, Mode: router.ModeAuto, Timeout: 10 * time.Second, Limits: g.Limits,
	}
}

// each changes every route.
func each(f func(*router.Route)) func(*router.Generation) {
	return func(g *router.Generation) {
		for _, r := range g.Routes {
			f(r)
		}
	}
}

// listen serves the door on a loopback address, as the program does.
func (w *world) listen(change ...func(*http.Server)) *world {
	w.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	w.server = webhook.NewServer(w.door.Handler(), slog.New(slog.NewTextHandler(w.logs, nil)))
	for _, f := range change {
		f(w.server)
	}
	var connections sync.WaitGroup // net/http is not done with all of them when Close returns
	w.server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			connections.Add(1)
		case http.StateClosed, http.StateHijacked:
			connections.Done()
		}
	}
	w.base = "http://" + l.Addr().String()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	w.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.server.Serve(l) // ends with ErrServerClosed
	}()
	w.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := w.server.Close(); err != nil {
			w.Error(err)
		}
		<-ended
		connections.Wait()
		w.settle()
	})
	return w
}

// settle waits for what the door does after its answers.
func (w *world) settle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.door.Wait(ctx); err != nil {
		w.Errorf("the door is not done: %v", err)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request, over the wire if somebody listens.
func (w *world) do(r *http.Request) answer {
	w.Helper()
	a, err := w.try(r)
	if err != nil {
		w.Error(err) // not Fatal: it may be another goroutine than the test's
	}
	return a
}

func (w *world) try(r *http.Request) (answer, error) {
	if w.client == nil {
		rec := httptest.NewRecorder()
		r.RequestURI = r.URL.RequestURI()
		if r.Body == nil {
			r.Body = http.NoBody
		}
		w.door.Handler().ServeHTTP(rec, r)
		return answer{rec.Code, rec.Header(), rec.Body.String()}, nil
	}
	resp, err := w.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

// message makes a request of a signed message.
func (w *world) message(m twilio.Message, err error) *http.Request {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	url := m.URL
	if w.public != "" {
		url = w.base + strings.TrimPrefix(url, w.public)
	}
	url, _, _ = strings.Cut(url, "#")
	r, err := http.NewRequest(m.Method, url, bytes.NewReader(m.Body))
	if err != nil {
		w.Fatal(err)
	}
	if m.ContentType != "" {
		r.Header.Set("Content-Type", m.ContentType)
	}
	r.Header.Set(twilio.HeaderSignature, m.Signature)
	if m.KeySID != "" {
		r.Header.Set(twilio.HeaderKeySID, m.KeySID)
	}
	return r
}

// form is a signed POST to a path, which may carry a query.
func (w *world) form(path string, params ...string) *http.Request {
	w.Helper()
	return w.message(twilio.Credential{Secret: w.secret}.SignForm(w.origin()+path, pairs(params)))
}

func (w *world) get(path string, params ...string) *http.Request {
	w.Helper()
	return w.message(twilio.Credential{Secret: w.secret}.SignGet(w.origin()+path, pairs(params)))
}

func (w *world) json(path, body string) *http.Request {
	w.Helper()
	return w.message(twilio.Credential{Secret: w.secret}.SignJSON(w.origin()+path, []byte(body)))
}

func (w *world) origin() string {
	if w.public != "" {
		return w.public
	}
	return w.base
}

func pairs(params []string) router.Params {
	var out router.Params
	for i := 0; i+1 < len(params); i += 2 {
		out = append(out, router.Param{Key: params[i], Value: params[i+1]})
	}
	return out
}

// sms are the parameters of a message; its SID is new.
func (w *world) sms(more ...string) []string {
	return append([]string{
		"MessageSid", fmt.Sprintf("SM%032d", w.sid.Add(1)), "AccountSid", mainSID, "SmsStatus", "received",
		"From", "+15005550006", "To", "+15005550007", "Body", "hi", "NumMedia", "0",
	}, more...)
}

// fact are the parameters of a status callback; its SID is new.
func (w *world) fact() []string {
	return []string{
		"MessageSid", fmt.Sprintf("SM%032d", w.sid.Add(1)), "AccountSid", mainSID, "MessageStatus", "delivered",
		"From", "+15005550006", "To", "+15005550007",
	}
}

// call are the parameters of a call that comes in.
func (w *world) call() []string {
	return []string{
		"CallSid", fmt.Sprintf("CA%032d", w.sid.Add(1)), "AccountSid", mainSID, "CallStatus", "ringing", "Direction", "inbound",
		"From", "+15005550006", "To", "+15005550007", "ApiVersion", "2010-04-01",
	}
}

// items are all that the store knows, newest first.
func (w *world) items() []router.Item {
	w.Helper()
	items, err := w.store.Find(context.Background(), router.Query{Limit: 10_000})
	if err != nil {
		w.Fatal(err)
	}
	return items
}

// only is the one event in the store.
func (w *world) only() router.Item {
	w.Helper()
	items := w.items()
	if len(items) != 1 {
		w.Fatalf("%d events in the store, want 1", len(items))
	}
	return items[0]
}

func (w *world) refusals() []router.Refusal {
	w.Helper()
	w.settle()
	refused, err := w.store.Refused(context.Background(), 10_000)
	if err != nil {
		w.Fatal(err)
	}
	return refused
}

// want compares status and body of an answer.
func (w *world) want(got answer, status int, body string) {
	w.Helper()
	if got.status != status || got.body != body {
		w.Errorf("answer %d %q, want %d %q", got.status, got.body, status, body)
	}
}

const hello = router.Declaration + "<Response><Message>hello</Message></Response>"

const empty = router.Declaration + "<Response/>"
