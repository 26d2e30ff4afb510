package fetch

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestDo(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", fmt.Sprintf("%s %s %s a=%q body=%q", r.Method, r.RequestURI, r.Host, r.Header.Get("X-A"), body))
		w.Header().Set("X-Agent", r.UserAgent())
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "hello")
	})
	c := newClient(t, local(t, s.URL+"/v1/*"), Options{})
	host := strings.TrimPrefix(s.URL, "http://")
	for _, r := range []struct {
		request Request
		seen    string
	}{
		{Request{URL: s.URL + "/v1/x?a=b c&d=%zz#frag"}, "GET /v1/x?a=b%20c&d=%zz " + host + ` a="" body=""`},
		{Request{Method: "post", URL: s.URL + "/v1/a%2Fb", Body: []byte("in"), Header: http.Header{"x-a": {"1"}}}, "POST /v1/a%2Fb " + host + ` a="1" body="in"`},
		{Request{Method: "PUT", URL: s.URL + "/v1/"}, "PUT /v1/ " + host + ` a="" body=""`},
		{Request{Method: "REPORT", URL: s.URL + "/v1/é"}, "REPORT /v1/%C3%A9 " + host + ` a="" body=""`},
		{Request{Method: "DELETE", URL: "HTTP://127.0.0.1.:" + strings.Split(host, ":")[1] + "/v1/y"}, "DELETE /v1/y " + host + ` a="" body=""`},
	} {
		resp, e := c.Do(t.Context(), r.request)
		wantBody(t, resp, e, http.StatusTeapot, "hello")
		if got := resp.Header.Get("X-Seen"); got != r.seen {
			t.Errorf("the server saw %q, want %q", got, r.seen)
		}
		if resp.Header.Get("X-Agent") != "twirouter" || resp.Duration <= 0 || !strings.HasPrefix(resp.URL, s.URL+"/v1/") {
			t.Errorf("agent %q, duration %v, URL %q", resp.Header.Get("X-Agent"), resp.Duration, resp.URL)
		}
	}
	resp, e := c.Do(t.Context(), Request{Method: "HEAD", URL: s.URL + "/v1/x"})
	wantBody(t, resp, e, http.StatusTeapot, "")

	_, e = get(t, c, s.URL+"/v2")
	wantFault(t, e, Denied, "but not with this path")
	_, e = get(t, newClient(t, Policy{}, Options{}), s.URL+"/v1/")
	wantFault(t, e, Denied, "the allow list is empty")
	p := local(t, s.URL+"/*")
	p.AllowPrivate = nil
	_, e = get(t, c.WithPolicy(p), s.URL+"/v1/")
	wantFault(t, e, Denied, "127.0.0.1 leads to a loopback address")
}

func TestRequestRefused(t *testing.T) {
	s := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	c := newClient(t, local(t, s.URL), Options{})
	header := func(name string, values ...string) Request {
		return Request{URL: s.URL, Header: http.Header{name: values}}
	}
	many := http.Header{}
	for i := range maxRequestHeaders + 1 {
		many.Set(fmt.Sprint("X-", i), "1")
	}
	for _, r := range []struct {
		request Request
		kind    Kind
		says    string
	}{
		{Request{URL: s.URL, Method: "CONNECT"}, Denied, "method CONNECT"},
		{Request{URL: s.URL, Method: "connect"}, Denied, "method CONNECT"},
		{Request{URL: s.URL, Method: "Trace"}, Denied, "method TRACE"},
		{Request{URL: s.URL, Method: "PRI"}, Denied, "method PRI"},
		{Request{URL: s.URL, Method: "GET /s3cr3t HTTP/1.1\r\nX:"}, Invalid, "no method"},
		{Request{URL: s.URL, Method: "GÉT"}, Invalid, "no method"},
		{Request{URL: s.URL, Method: strings.Repeat("A", 33)}, Invalid, "no method"},
		{header("Host", "s3cr3t"), Denied, "header Host cannot"},
		{header("hOsT", "s3cr3t"), Denied, "header Host cannot"},
		{header("Connection", "close"), Denied, "cannot"},
		{header("Keep-Alive", "1"), Denied, "cannot"},
		{header("Transfer-Encoding", "chunked"), Denied, "cannot"},
		{header("Transfer_Encoding", "chunked"), Denied, "cannot"},
		{header("Content-Length", "0"), Denied, "cannot"},
		{header("content_length", "0"), Denied, "cannot"},
		{header("Proxy-Authorization", "s3cr3t"), Denied, "cannot"},
		{header("Proxy-Anything", "s3cr3t"), Denied, "cannot"},
		{header("PROXY_CONNECTION", "s3cr3t"), Denied, "cannot"},
		{header("Upgrade", "h2c"), Denied, "cannot"},
		{header("HTTP2-Settings", "x"), Denied, "cannot"},
		{header("TE", "trailers"), Denied, "cannot"},
		{header("Trailer", "X"), Denied, "cannot"},
		{header("Expect", "100-continue"), Denied, "cannot"},
		{header("Accept-Encoding", "br"), Denied, "cannot"},
		{header("Accept-Encoding"), Denied, "cannot"},
		{header("X-A", "s3cr3t\r\nHost: evil"), Invalid, "line break"},
		{header("X-A", "ok", "s3cr3t\n"), Invalid, "line break"},
		{header("X-A", "s3cr3t\x00"), Invalid, "line break"},
		{header("X-A", "s3cr3t\x7f"), Invalid, "line break"},
		{header("X-A:s3cr3t", "x"), Invalid, "name of a header"},
		{header("X A", "x"), Invalid, "name of a header"},
		{header("X-A\r\nHost", "x"), Invalid, "name of a header"},
		{header("", "x"), Invalid, "name of a header"},
		{header("X-A", strings.Repeat("s3cr3t", 6000)), Invalid, "32 KiB"},
		{Request{URL: s.URL, Header: many}, Invalid, "100 headers"},
		{Request{URL: strings.Replace(s.URL, "//", "//user:s3cr3t@", 1)}, Denied, "user name or password"},
		{Request{URL: s.URL + "/\r\nX: y"}, Invalid, "cannot be read"},
		{Request{URL: ""}, Invalid, "empty"},
	} {
		_, e := c.Do(t.Context(), r.request)
		wantFault(t, e, r.kind, r.says)
	}
}

func TestDoLeavesTheRequestAlone(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header["X-A"], r.Header.Get("Idempotency-Key"), r.UserAgent(), r.Header.Get("Accept-Encoding"))
	})
	c := newClient(t, local(t, s.URL), Options{UserAgent: "ours"})
	header := http.Header{"x-a": {"1"}, "X-A": {"2", "tab\tand é"}, "Idempotency-Key": {"EV1-1"}, "User-Agent": {"theirs"}, "Range": {"bytes=0-"}}
	before := header.Clone()
	resp, e := c.Do(t.Context(), Request{URL: s.URL, Header: header})
	wantBody(t, resp, e, 200, "[2 tab\tand é 1]EV1-1theirsidentity")
	if fmt.Sprint(header) != fmt.Sprint(before) {
		t.Errorf("the header was %v and is %v", before, header)
	}
}

func TestTimeouts(t *testing.T) {
	release := make(chan struct{})
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					io.WriteString(w, ".")
					w.(http.Flusher).Flush()
				case <-r.Context().Done():
					return
				case <-release:
					return
				}
			}
		}
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})
	defer close(release)
	deaf := rawServer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	p := local(t, s.URL, deaf, strings.Replace(deaf, "http:", "https:", 1), "http://slow.test/*")
	p.Timeout = 80 * time.Millisecond
	opts := Options{Resolver: func(ctx context.Context, host string) ([]netip.Addr, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	c := newClient(t, p, opts)
	for u, says := range map[string]string{
		s.URL + "/hang":     "did not answer within 80ms",
		s.URL + "/drip":     "did not finish its answer within 80ms",
		deaf + "/s3cr3t":    "did not answer within 80ms",
		"http://slow.test/": "did not answer within 80ms",
		strings.Replace(deaf, "http:", "https:", 1): "did not answer within 80ms",
	} {
		start := time.Now()
		_, e := get(t, c, u)
		wantFault(t, e, Timeout, says)
		if took := time.Since(start); took < 70*time.Millisecond || took > 5*time.Second {
			t.Errorf("%s: after %v", u, took)
		}
		if e != nil && !e.Retriable {
			t.Errorf("%s: not retriable", u)
		}
	}

	long := p
	long.Timeout = time.Minute
	c = c.WithPolicy(long)
	_, e := c.Do(t.Context(), Request{URL: s.URL, Timeout: 20 * time.Millisecond})
	wantFault(t, e, Timeout, "within 20ms")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, e = c.Do(ctx, Request{URL: s.URL})
	wantFault(t, e, Timeout, "within the time that was left")
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	_, e = c.Do(ctx, Request{URL: s.URL})
	wantFault(t, e, Canceled, "given up")
	if e.Retriable {
		t.Error("a call that was given up is retriable")
	}
	if got := (Policy{Timeout: time.Second}).timeout(time.Minute); got != time.Second {
		t.Errorf("a request lengthened its time to %v", got)
	}
	if got := (Policy{}).timeout(-1); got != DefaultTimeout {
		t.Errorf("the default is %v", got)
	}
}

// A POST that was sent and whose answer was lost is not sent again behind the
// caller's back, whatever header it has.
func TestNothingIsRepeated(t *testing.T) {
	for _, name := range []string{"Idempotency-Key", "idempotency-key", "X-Idempotency-Key", "X-Other"} {
		var posts atomic.Int32
		origin := rawServer(t, func(c net.Conn) {
			for r := newReader(c); ; {
				req, err := http.ReadRequest(r)
				if err != nil {
					return
				}
				io.Copy(io.Discard, req.Body)
				if req.Method == "POST" {
					posts.Add(1)
					return
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		})
		c := newClient(t, local(t, origin), Options{})
		for _, body := range []string{"x", ""} {
			posts.Store(0)
			resp, e := get(t, c, origin)
			wantBody(t, resp, e, 200, "ok")
			_, e = c.Do(t.Context(), Request{Method: "POST", URL: origin, Body: []byte(body), Header: http.Header{name: {"EV1-1"}}})
			wantFault(t, e, Connect, "before it had answered")
			if n := posts.Load(); n != 1 {
				t.Errorf("with %s the POST of %q was sent %d times", name, body, n)
			}
		}
	}
}
