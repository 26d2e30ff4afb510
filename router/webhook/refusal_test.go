package webhook_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"twirouter/router"
	"twirouter/router/twilio"
)

// locked routes want a password besides the signature, and nothing but POST.
func locked(g *router.Generation) {
	each(func(r *router.Route) {
		r.Methods, r.BasicAuth = []string{"POST"}, &router.BasicAuth{User: "twilio", Password: "open sesame"}
	})(g)
}

// One request has everything wrong with it; what is mended one after the other
// shows in which order the door looks.
func TestOrderOfRefusals(t *testing.T) {
	w := newWorld(t, nil, locked).listen()
	path, method, size, kind, password, signed := "/nowhere", "PUT", 70<<10, "multipart/form-data; boundary=x", "wrong", false
	for _, c := range []struct {
		status int
		body   string
		header string
		value  string
		mend   func()
	}{
		{404, "404 no route has this path\n", "", "", func() { path = "/twilio" }},
		{405, "405 this path takes POST\n", "Allow", "POST", func() { method = "POST" }},
		{413, "413 the body is larger than 65536 bytes\n", "", "", func() { size = 100 }},
		{415, "415 Twilio sends forms and JSON, never multipart\n", "", "", func() { kind = "application/x-www-form-urlencoded" }},
		{401, "401 this path wants a user and a password\n", "Www-Authenticate", `Basic realm="twirouter", charset="UTF-8"`, func() { password = "open sesame" }},
		{403, "", "", "", func() { signed = true }},
		{200, hello, "Content-Type", "text/xml; charset=utf-8", nil},
	} {
		r := w.form("/twilio", w.sms()...)
		if !signed {
			var err error
			if r, err = http.NewRequest(method, w.base+path, strings.NewReader("Body="+strings.Repeat("x", size))); err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", kind)
			r.Header.Set(twilio.HeaderSignature, "bm8gc2lnbmF0dXJlIGF0IGFsbCE=")
		}
		r.SetBasicAuth("twilio", password)
		got := w.do(r)
		if got.status != c.status || c.body != "" && got.body != c.body || c.header != "" && got.header.Get(c.header) != c.value {
			t.Errorf("answer %d %q %v, want %d %q with %s: %s", got.status, got.body, got.header, c.status, c.body, c.header, c.value)
		}
		if c.status >= 400 {
			if !strings.HasSuffix(got.body, "\n") || strings.Count(got.body, "\n") != 1 || got.header.Get("Content-Type") != router.TypeText {
				t.Errorf("%d: not one line of text: %q, %s", c.status, got.body, got.header.Get("Content-Type"))
			}
			for _, secret := range []string{"open sesame", token, mainSID, "default", "scripts"} {
				if strings.Contains(got.body, secret) {
					t.Errorf("%d tells %q", c.status, secret)
				}
			}
		}
		if c.mend != nil {
			c.mend()
		}
	}
	n := w.door.Counts()
	if n.Malformed.Load() != 4 || n.Refused.Load() != 2 || n.Accepted.Load() != 1 {
		t.Errorf("counted %d malformed, %d refused, %d accepted, want 4, 2, 1", n.Malformed.Load(), n.Refused.Load(), n.Accepted.Load())
	}
	if len(w.items()) != 1 {
		t.Errorf("%d events in the store: what was refused has no place there", len(w.items()))
	}
}

func TestMethods(t *testing.T) {
	w := newWorld(t, nil).listen()
	for _, method := range []string{"HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "post"} {
		r, err := http.NewRequest(method, w.base+"/twilio", nil)
		if err != nil {
			t.Fatal(err)
		}
		got := w.do(r)
		if got.status != 405 || got.header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: %d, Allow %q", method, got.status, got.header.Get("Allow"))
		}
		if method == "HEAD" && got.body != "" {
			t.Errorf("HEAD has the body %q", got.body)
		}
	}
}

// A body of unknown length is bounded as it comes, one of a known length before
// it does.
func TestBodySize(t *testing.T) {
	w := newWorld(t, nil, func(g *router.Generation) { g.Server.MaxBody = 1000 }).listen()
	for _, c := range []struct {
		size    int
		chunked bool
		status  int
	}{{1000, false, 403}, {1001, false, 413}, {1000, true, 403}, {1001, true, 413}, {5 << 20, true, 413}, {5 << 20, false, 413}} {
		var body io.Reader = strings.NewReader(strings.Repeat("x", c.size))
		if c.chunked {
			body = io.MultiReader(body) // hides the length
		}
		r, err := http.NewRequest("POST", w.base+"/twilio", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := w.do(r); got.status != c.status {
			t.Errorf("%d bytes, chunked %v: %d, want %d", c.size, c.chunked, got.status, c.status)
		}
	}
	// Bodies of every size arrive whole, whatever room they were first given.
	w = newWorld(t, nil, func(g *router.Generation) { g.Server.MaxBody = 1 << 20 }).listen()
	for _, size := range []int{1, 8191, 8192, 8193, 16384, 100_000, 500_000} {
		text := strings.Repeat("y", size)
		for _, chunked := range []bool{false, true} {
			r := w.form("/twilio", w.sms("Long", text)...)
			if chunked {
				r.Body, r.ContentLength = io.NopCloser(io.MultiReader(r.Body)), -1
			}
			w.want(w.do(r), 200, hello)
			if got := w.items()[0].Event.Params.Get("Long"); got != text {
				t.Errorf("%d bytes became %d", size, len(got))
			}
		}
	}
}

// What cannot be read whole cannot be verified: it is refused in every mode.
func TestTooManyParameters(t *testing.T) {
	for _, mode := range []router.Verify{router.VerifyEnforce, router.VerifyReport, router.VerifyOff} {
		w := newWorld(t, nil, each(func(r *router.Route) { r.Verify = mode }))
		r, err := http.NewRequest("POST", w.base+"/twilio", strings.NewReader(strings.Repeat("a&", 20_000)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w.want(w.do(r), 413, "413 more than 10000 parameters\n")
		if n := w.door.Counts().Malformed.Load(); n != 1 {
			t.Errorf("%s: counted %d malformed", mode, n)
		}
		if len(w.refusals())+len(w.items()) != 0 {
			t.Errorf("%s: it was recorded", mode)
		}
	}
	w := newWorld(t, nil)
	params := w.sms()
	for i := range 9_000 {
		params = append(params, fmt.Sprintf("p%d", i), "")
	}
	w.live.Load().Server.MaxBody = 1 << 20
	w.want(w.do(w.form("/twilio", params...)), 200, hello)
}

func TestNothingLoaded(t *testing.T) {
	w := newWorld(t, nil)
	w.live.Swap(nil)
	got := w.do(w.form("/twilio", w.sms()...))
	w.want(got, 503, "503 nothing is loaded yet\n")
	if got.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
}

// A refusal says under which id the reason is to be found.
func TestRefusalIsExplained(t *testing.T) {
	w := newWorld(t, nil).listen()
	r := w.form("/twilio/../twilio", w.sms()...)
	r.URL.Path = "/twilio"
	got := w.do(r)
	refused := w.refusals()
	if got.status != 403 || len(refused) != 1 {
		t.Fatalf("%d %q, %d refusals", got.status, got.body, len(refused))
	}
	if want := "403 the signature does not verify; the log has the reason under " + refused[0].ID + "\n"; got.body != want {
		t.Errorf("%q, want %q", got.body, want)
	}
	f := refused[0]
	if f.Status != 403 || f.Path != "/twilio" || f.Code == "" || f.Finding == "" || f.Hint == "" || !strings.HasPrefix(f.Remote, "127.0.0.1:") {
		t.Errorf("%+v", f)
	}
	if !slices.Contains(w.watch.refused, f) {
		t.Errorf("the watch was told %+v, the store %+v", w.watch.refused, f)
	}
	r = w.form("/twilio", w.sms()...)
	r.Header.Del(twilio.HeaderSignature)
	w.do(r)
	if f := w.refusals()[0]; f.Code != "no-signature" {
		t.Errorf("without a signature: %+v", f)
	}
}

// A flood of forgeries costs the doctor, the store and the log a bounded part of
// each second, and nobody who is let in.
func TestRefusalFlood(t *testing.T) {
	w := newWorld(t, nil).listen()
	const flood = 2000
	var next, ids atomic.Int64
	done := make(chan struct{}, 8)
	for range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			for next.Add(1) <= flood {
				r := w.form("/twilio/"+strings.Repeat("p", 2000), w.sms()...)
				r.Header.Set(twilio.HeaderSignature, "bm8gc2lnbmF0dXJlIGF0IGFsbCE=")
				got, err := w.try(r)
				if err != nil || got.status != 403 {
					t.Errorf("%d %v", got.status, err)
					return
				}
				if strings.Contains(got.body, "under ") {
					ids.Add(1)
				}
			}
		}()
	}
	for range 8 {
		<-done
	}
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
	refused := w.refusals()
	seconds := map[int64]int{}
	examined := map[int64]int{}
	for _, f := range refused {
		seconds[f.At.Unix()]++
		if !strings.Contains(f.Finding, "not examined") {
			examined[f.At.Unix()]++
		}
		if len(f.Path) > 310 || len(f.Finding) > 1010 {
			t.Errorf("a path of %d bytes, a finding of %d", len(f.Path), len(f.Finding))
		}
	}
	if len(examined) == 0 {
		t.Error("none was examined")
	}
	for s, n := range seconds {
		if n > 50+8 || examined[s] > 5+8 { // each goroutine may be late for its second
			t.Errorf("in one second %d were recorded, %d examined", n, examined[s])
		}
	}
	if n := w.door.Counts().Refused.Load(); n != flood {
		t.Errorf("%d were counted, want %d", n, flood)
	}
	if int(ids.Load()) != len(refused) {
		t.Errorf("%d answers name a reason, %d are recorded", ids.Load(), len(refused))
	}
}
