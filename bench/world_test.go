package bench

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"twirouter/luaapi"
	"twirouter/luaapi/fetch"
	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/memory"
	"twirouter/router/twilio"
	"twirouter/router/webhook"
)

const (
	settings = `
[server]
public_url = "https://hooks.example.com"
[account.main]
sid         = "AC265f381fc67c685df84225a8410d78fa"
auth_tokens = ["0123456789abcdef0123456789abcdef"]
`
	// script is a typical one: it looks for an opt-out, then for a word, and
	// answers.
	script = `
local hours = "We are open from 9 to 5."
local stop = { stop = true, unsubscribe = true, cancel = true, quit = true }
on("message.received", function(event)
  local body = event.Body:lower()
  if stop[body:match("^%s*(%a+)%s*$")] then return drop("opted out") end
  if body:match("hours") then
    return Message(hours .. " You wrote from " .. event.from .. ".")
  end
end)
on("message.delivered", function(event) end)
`
	want = `<?xml version="1.0" encoding="UTF-8"?><Response><Message>We are open from 9 to 5. You wrote from +15005550010.</Message></Response>`
)

// inbound is a text message with 20 parameters, as Twilio sends it.
func inbound(sid string) router.Params {
	return router.Params{
		{Key: "ToCountry", Value: "US"}, {Key: "ToState", Value: "CA"}, {Key: "SmsMessageSid", Value: sid},
		{Key: "NumMedia", Value: "0"}, {Key: "ToCity", Value: "SAN FRANCISCO"}, {Key: "FromZip", Value: "94105"},
		{Key: "SmsSid", Value: sid}, {Key: "FromState", Value: "CA"}, {Key: "SmsStatus", Value: "received"},
		{Key: "FromCity", Value: "SAN FRANCISCO"}, {Key: "Body", Value: "Hello, what are your hours? Thanks!"},
		{Key: "FromCountry", Value: "US"}, {Key: "To", Value: "+15005550006"}, {Key: "ToZip", Value: "94108"},
		{Key: "NumSegments", Value: "1"}, {Key: "MessageSid", Value: sid},
		{Key: "AccountSid", Value: "AC265f381fc67c685df84225a8410d78fa"}, {Key: "From", Value: "+15005550010"},
		{Key: "ApiVersion", Value: "2010-04-01"}, {Key: "MessagingServiceSid", Value: "MG265f381fc67c685df84225a8410d78fa"},
	}
}

// headers are what Twilio's proxy adds.
var headers = [][2]string{
	{"Accept", "*/*"}, {"Cache-Control", "max-age=259200"}, {"User-Agent", twilio.UserAgent},
	{"I-Twilio-Idempotency-Token", "5f0c1d6e-3b1e-4f0e-9f52-6d2a8a3c1b77"}, {"X-Home-Region", "us1"},
}

// nobody watches.
type nobody struct{}

func (nobody) Handled(*router.Event, *router.Outcome, webhook.How) {}
func (nobody) Refused(router.Refusal)                              {}

// world is a door as the program wires it.
type world struct {
	store router.Store
	gen   *router.Generation
	door  *webhook.Door
}

func newWorld(b *testing.B) *world {
	b.Helper()
	dir := b.TempDir()
	for name, text := range map[string]string{"config.toml": settings, "scripts/20-autoreply.lua": script} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	// Nothing is a duplicate for long, for the same requests come again and again;
	// and the store is soon as full as it gets.
	w := &world{store: memory.New(memory.Options{Dedupe: time.Nanosecond, MaxEvents: 10_000})}
	b.Cleanup(func() { _ = w.store.Close() })
	compiler := luaapi.New(luaapi.Host{KV: w.store})
	ids := router.NewIDs(time.Now, rand.Reader)
	files, err := config.Read(config.Source{Path: filepath.Join(dir, "config.toml"), Getenv: os.LookupEnv})
	if err != nil {
		b.Fatal(err)
	}
	g, _, problems := config.Build(context.Background(), files, config.Deps{
		Compile: compiler.Compile, Expr: compiler.Expr, Now: time.Now, IDs: ids,
		CheckFallback: func(_ router.Wants, doc []byte) ([]byte, router.Problems) { return doc, nil },
		CheckPattern:  func(p string) error { _, err := fetch.ParsePattern(p); return err },
		Kinds: func(kind string) (router.Wants, bool, string) {
			info, ok := twilio.KindInfo(kind)
			return info.Wants, ok, twilio.NearestKind(kind)
		},
	})
	if g == nil {
		b.Fatal(problems)
	}
	w.gen = g
	live := new(router.Live)
	live.Swap(g)
	w.door = webhook.New(webhook.Config{
		Live: live, Ledger: w.store, Refusals: w.store, Gate: router.NewGate(g.Limits.Concurrency), IDs: ids,
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Watch: nobody{},
	})
	return w
}

// sign signs a message.
func sign(b *testing.B, sid string) twilio.Message {
	b.Helper()
	m, err := twilio.Credential{Secret: "0123456789abcdef0123456789abcdef"}.SignForm("https://hooks.example.com/twilio", inbound(sid))
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// minimal is a ResponseWriter that keeps what matters and costs next to nothing.
type minimal struct {
	header http.Header
	status int
	body   []byte
}

func (m *minimal) Header() http.Header         { return m.header }
func (m *minimal) WriteHeader(status int)      { m.status = status }
func (m *minimal) Write(p []byte) (int, error) { m.body = append(m.body, p...); return len(p), nil }

func (m *minimal) reset() {
	clear(m.header)
	m.status, m.body = 0, m.body[:0]
}

// body is a request body that can be read again.
type body struct {
	text []byte
	at   int
}

func (r *body) Read(p []byte) (int, error) {
	if r.at == len(r.text) {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	r.at += n
	return n, nil
}

func (r *body) Close() error { return nil }
