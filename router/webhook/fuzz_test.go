package webhook_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"twirouter/router"
	"twirouter/router/twilio"
)

// FuzzDoor knocks with anything, at routes that verify, report and do not look.
func FuzzDoor(f *testing.F) {
	w := newWorld(f, nil, func(g *router.Generation) {
		named := func(path string, change func(*router.Route)) {
			r := *g.Routes[0]
			r.Name, r.Path = path, path
			change(&r)
			g.Routes = append(g.Routes, &r)
		}
		named("/open", func(r *router.Route) { r.Verify = router.VerifyOff })
		named("/open/*", func(r *router.Route) { r.Verify, r.Mode = router.VerifyOff, router.ModeInline })
		named("/report", func(r *router.Route) { r.Verify, r.Overrides = router.VerifyReport, "rc=2" })
		named("/locked", func(r *router.Route) {
			r.Verify, r.BasicAuth = router.VerifyOff, &router.BasicAuth{User: "u", Password: "p"}
		})
		g.Server.TrustedProxies = []string{"192.0.2.0/24"}
	})
	for _, seed := range []struct{ method, target, headers, body string }{
		{"POST", "/twilio", "Content-Type: application/x-www-form-urlencoded\nX-Twilio-Signature: x", "MessageSid=SM1&SmsStatus=received&Body=hi"},
		{"POST", "/open", "Content-Type: application/x-www-form-urlencoded", "MessageSid=SM1&SmsStatus=received&From=%2B1&Body=%ZZ;%"},
		{"POST", "/open/x?step=s.next&a=b", "Content-Type: application/x-www-form-urlencoded; charset=x", "CallSid=CA1&CallStatus=ringing&Direction=inbound"},
		{"POST", "/open?bodySHA256=x", "Content-Type: application/json", `[{"specversion":"1.0","type":"x","id":"1"},7,null,{"specversion":1}]`},
		{"GET", "/open?MessageSid=SM1&MessageStatus=delivered&step=", "X-Forwarded-Host: a, b\nX-Forwarded-Proto: https", ""},
		{"POST", "/report", "Content-Type: application/x-www-form-urlencoded\nX-Twilio-Signature: AAAA\nX-Twilio-Signature-Key-Sid: WK1", "AccountSid=" + mainSID},
		{"POST", "/locked", "Authorization: Basic dTpw\nContent-Type: text/plain", "hello"},
		{"OPTIONS", "*", "Host: x", ""}, {"HEAD", "//", "", ""}, {"CONNECT", "host:1", "", ""},
		{"POST", "http://h/open#x", "Content-Type: multipart/form-data", "--x"},
	} {
		f.Add(seed.method, seed.target, seed.headers, []byte(seed.body), int64(len(seed.body)))
	}
	handler := w.door.Handler()
	allowed := []int{200, 204, 400, 401, 403, 404, 405, 413, 415, 500}
	f.Fuzz(func(t *testing.T, method, target, headers string, body []byte, length int64) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			u = &url.URL{Opaque: target} // whatever the server made of it, the door has both
		}
		r := &http.Request{
			Method: method, URL: u, RequestURI: target, Host: "door.example", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: length, RemoteAddr: "192.0.2.1:1",
		}
		if length < -1 || length > int64(len(body)) {
			r.ContentLength = -1
		}
		for line := range strings.Lines(headers) {
			if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok {
				r.Header.Add(name, strings.TrimSpace(value))
			}
		}
		w.forget()
		panics := w.door.Counts().Panics.Load()
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		if err := w.door.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		kind := rec.Header().Get("Content-Type")
		switch {
		case w.door.Counts().Panics.Load() != panics:
			t.Errorf("it panicked: %s", w.logs)
		case !slices.Contains(allowed, rec.Code):
			t.Errorf("status %d", rec.Code)
		case rec.Code == 200 && rec.Body.Len() == 0:
			t.Error("200 without a body")
		case rec.Code == 200 && kind != router.TypeTwiML && kind != router.TypeJSON:
			t.Errorf("200 as %q", kind)
		case rec.Code == 204 && rec.Body.Len() != 0:
			t.Error("204 with a body")
		case rec.Code >= 400 && rec.Code != 500 && strings.Count(rec.Body.String(), "\n") != 1:
			t.Errorf("%d is not told in one line: %q", rec.Code, rec.Body)
		}
		if rec.Code < 300 && target != "" {
			site := w.live.Load().Site(pathOf(target))
			if site == nil || site.Verify() == router.VerifyEnforce {
				t.Errorf("let in at %q with signature %q", target, r.Header.Get(twilio.HeaderSignature))
			}
		}
	})
}

// pathOf is the path of a request target as it is looked up.
func pathOf(target string) string {
	path, _, _ := strings.Cut(twilio.CutURI(target), "?")
	return path
}

// forget empties what the log and the watch have gathered.
func (w *world) forget() {
	w.logs.mu.Lock()
	w.logs.b.Reset()
	w.logs.mu.Unlock()
	w.watch.mu.Lock()
	w.watch.events, w.watch.refused = nil, nil
	w.watch.mu.Unlock()
}
