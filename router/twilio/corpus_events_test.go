package twilio

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"twirouter/router"
)

// received is a request as the door hands it over.
func received(t testing.TB, method, rawURL, contentType, body string) *Input {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{
		Method: method, BaseURL: u.Scheme + "://" + u.Host, Path: u.EscapedPath(), RawQuery: u.RawQuery,
		ContentType: contentType, Body: []byte(body), Verified: router.VerifiedYes,
		Idempotency: "token-1", Received: time.Unix(1_700_000_000, 0), NewID: func() string { return "id" },
	}
	source := body
	if method == "GET" {
		source = u.RawQuery
	} else if !IsForm(contentType) {
		return in
	}
	if in.Params, err = ParseForm(source, Limits{}); err != nil {
		t.Fatal(err)
	}
	return in
}

// text is what a string that may be null says.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestCorpusNormalised(t *testing.T) {
	dir := corpus(t, "events")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("the corpus has no events")
	}
	for _, file := range files {
		t.Run(file.Name(), func(t *testing.T) {
			var c struct {
				Method, URL, Body, Query string
				ContentType              string `json:"content_type"`
				Expect                   struct {
					Product, Kind, Reply string
					Status, SID          *string
					Pre, Fallback        *bool
					Batch                *int
				}
			}
			readJSON(t, filepath.Join(dir, file.Name()), &c)
			events := Normalise(received(t, c.Method, c.URL, c.ContentType, c.Body))
			want := c.Expect
			if want.Batch != nil && len(events) != *want.Batch {
				t.Fatalf("%d events, want %d", len(events), *want.Batch)
			}
			ev := events[0]
			if ev.Kind != want.Kind || ev.Product != want.Product || string(ev.Wants) != want.Reply {
				t.Errorf("got %s of %s, wants %s; want %s of %s, wants %s", ev.Kind, ev.Product, ev.Wants, want.Kind, want.Product, want.Reply)
			}
			if ev.Status != text(want.Status) || ev.SID != text(want.SID) {
				t.Errorf("got status %q of %q, want %q of %q", ev.Status, ev.SID, text(want.Status), text(want.SID))
			}
			if want.Pre != nil && ev.Pre != *want.Pre {
				t.Errorf("pre is %v", ev.Pre)
			}
			if fallback := want.Fallback != nil && *want.Fallback; (ev.Fallback != nil) != fallback {
				t.Errorf("fallback is %v, want %v", ev.Fallback, fallback)
			}
			if want.Batch != nil && ev.Batch != *want.Batch {
				t.Errorf("batch is %d, want %d", ev.Batch, *want.Batch)
			}
			if _, known := KindInfo(ev.Kind); !known {
				t.Errorf("KindInfo does not know %s", ev.Kind)
			}
			if _, err := json.Marshal(ev); err != nil {
				t.Error(err)
			}
		})
	}
}
