package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

type journal struct {
	items   []router.Item
	refused []router.Refusal
	err     error
}

func (j journal) Find(context.Context, router.Query) ([]router.Item, error) { return j.items, j.err }
func (j journal) Refused(context.Context, int) ([]router.Refusal, error)    { return j.refused, j.err }

func config() Config {
	return Config{
		Status: func(context.Context) Status {
			return Status{Version: "1.2.3", Generation: 7, StoreOK: true, Scripts: 2, Loaded: time.Unix(0, 0)}
		},
		Ready:   func(context.Context) error { return nil },
		Reload:  func(context.Context) error { return nil },
		Journal: journal{},
	}
}

func do(c Config, method, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "127.0.0.1:8091"
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	New(c).Handler().ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestWhoMayComeIn(t *testing.T) {
	open, locked := config(), config()
	locked.Token = "s3cret"
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	for _, c := range []struct {
		name   string
		c      Config
		method string
		path   string
		change func(*http.Request)
		want   int
	}{
		{"loopback address", open, "GET", "/api/v1/status", host("127.0.0.1:8091"), 200},
		{"loopback name", open, "GET", "/api/v1/status", host("localhost:8091"), 200},
		{"IPv6 loopback", open, "GET", "/api/v1/status", host("[::1]:8091"), 200},
		{"a name that was made to point here", open, "GET", "/api/v1/status", host("evil.example:8091"), 403},
		{"the page likewise", open, "GET", "/", host("evil.example"), 403},
		{"another site's form", open, "POST", "/api/v1/reload", header("Origin", "https://evil.example"), 403},
		{"another site's fetch", open, "POST", "/api/v1/reload", header("Sec-Fetch-Site", "cross-site"), 403},
		{"its own page", open, "POST", "/api/v1/reload", header("Origin", "http://127.0.0.1:8091"), 200},
		{"a program", open, "POST", "/api/v1/reload", host("127.0.0.1"), 200},
		{"reload by GET", open, "GET", "/api/v1/reload", host("127.0.0.1"), 405},
		{"no token", locked, "GET", "/api/v1/status", host("ops.example"), 401},
		{"wrong token", locked, "GET", "/", header("Authorization", "Bearer nope"), 401},
		{"empty token", locked, "GET", "/", header("Authorization", "Bearer "), 401},
		{"token", locked, "GET", "/api/v1/status", header("Authorization", "Bearer s3cret"), 200},
		{"token as password", locked, "GET", "/", func(r *http.Request) { r.SetBasicAuth("me", "s3cret") }, 200},
		{"health needs none", locked, "GET", "/healthz", host("probe"), 200},
		{"readiness needs none", locked, "GET", "/readyz", host("probe"), 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := do(c.c, c.method, c.path, c.change)
			if w.Code != c.want {
				t.Fatalf("%s %s: %d %s, want %d", c.method, c.path, w.Code, w.Body, c.want)
			}
			if strings.Contains(w.Body.String(), "s3cret") {
				t.Fatalf("the token is in the answer: %s", w.Body)
			}
		})
	}
}

func TestReadiness(t *testing.T) {
	c := config()
	c.Ready = func(context.Context) error { return errors.New("the store cannot be written") }
	w := do(c, "GET", "/readyz")
	if w.Code != 503 || w.Body.String() != "not ready: the store cannot be written\n" {
		t.Fatalf("%d %q", w.Code, w.Body)
	}
	if w := do(c, "GET", "/healthz"); w.Code != 200 {
		t.Fatalf("health: %d", w.Code)
	}
}

func TestReloadTellsEveryProblem(t *testing.T) {
	c := config()
	c.Reload = func(context.Context) error {
		return router.Problems{{File: "config.toml", Line: 3, Col: 1, What: "unknown key"}, {File: "scripts/a.lua", Line: 2, What: "unexpected symbol"}}
	}
	w := do(c, "POST", "/api/v1/reload")
	var got Reloaded
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Code != 409 || got.OK || got.Generation != 7 || len(got.Problems) != 2 || got.Problems[0].String() != "config.toml:3:1: unknown key" {
		t.Fatalf("%d %+v", w.Code, got)
	}
}

func TestPageShowsWhatHappenedAndEscapesIt(t *testing.T) {
	c := config()
	c.Journal = journal{
		items: []router.Item{{
			Event: &router.Event{Kind: "message.received", From: "<script>alert(1)</script>", Route: "sms"}, State: router.StateDone,
			Outcome: &router.Outcome{Verdict: router.Failed, Reason: "x", Steps: []router.Step{{Error: &router.ScriptError{File: "scripts/a.lua", Line: 7, Message: "attempt to index a nil value"}}}},
		}, {Event: &router.Event{Kind: "message.sent"}, State: router.StateQueued}},
		refused: []router.Refusal{{Path: "/twilio", Status: 403, Finding: "the scheme differs", Setting: "server.public_url"}},
	}
	w := do(c, "GET", "/")
	page := w.Body.String()
	for _, want := range []string{"&lt;script&gt;", "scripts/a.lua:7: attempt to index a nil value", "the scheme differs", "server.public_url", "is well", "queued"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script>") {
		t.Error("what a stranger wrote is not escaped")
	}
	if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") {
		t.Errorf("policy %q", got)
	}
	c.Journal = journal{err: errors.New("the disk is gone")}
	if page := do(c, "GET", "/").Body.String(); !strings.Contains(page, "the disk is gone") {
		t.Error("the page hides that the store failed")
	}
}
