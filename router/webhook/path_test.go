package webhook_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// bodyOf is a body and its length.
func bodyOf(text string) (io.ReadCloser, int64) {
	return io.NopCloser(strings.NewReader(text)), int64(len(text))
}

// dial opens a connection to the door for bytes that no client would send.
func (w *world) dial() (net.Conn, *bufio.Reader) {
	w.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.base, "http://"))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = c.Close() }) // the server may have been quicker
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		w.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// send writes bytes; a server that hung up shows in the answer.
func send(c net.Conn, text string) { _, _ = io.WriteString(c, text) }

// receive reads one answer.
func (w *world) receive(r *bufio.Reader) answer {
	w.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		w.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// raw is a signed POST as it stands on the wire: target may be anything, and
// url is what is signed.
func (w *world) raw(target, url string, params []string) string {
	w.Helper()
	m, err := twilio.Credential{Secret: w.secret}.SignForm(url, pairs(params))
	if err != nil {
		w.Fatal(err)
	}
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s: %s\r\n\r\n%s",
		target, strings.TrimPrefix(w.base, "http://"), m.ContentType, len(m.Body), twilio.HeaderSignature, m.Signature, m.Body)
}

// The bytes of the path are what is signed and what finds the route: nothing is
// cleaned, decoded or redirected.
func TestPaths(t *testing.T) {
	w := newWorld(t, nil, func(g *router.Generation) {
		named := func(name, path string) {
			r := *g.Routes[0]
			r.Name, r.Path = name, path
			g.Routes = append(g.Routes, &r)
		}
		named("deep", "/twilio/deep/*")
		named("exact", "/twilio/deep/er")
		named("escaped", "/a%2Fb")
		named("double", "//double")
		named("dots", "/x/../y")
		named("slash", "/slash/")
	}).listen()
	for _, c := range []struct{ target, route string }{
		{"/twilio", "default"}, {"/twilio?x=1", "default"}, {"/twilio/", "default"}, {"/twilio/a/b", "default"},
		{"/twilio//", "default"}, {"/twilio/%00", "default"}, {"/twilio/..", "default"}, {"/twilio/é", "default"},
		{"/twilio/deep/", "deep"}, {"/twilio/deep/x", "deep"}, {"/twilio/deep/er", "exact"}, {"/twilio/deep/er/", "deep"}, {"/twilio/deep", "default"},
		{"/a%2Fb", "escaped"}, {"//double", "double"}, {"/x/../y", "dots"}, {"/slash/", "slash"},
		{"/twilio?a=b?c=/", "default"}, {"/twilio?", "default"},
		{"/Twilio", ""}, {"/twilio2", ""}, {"/", ""}, {"/a/b", ""}, {"/a%2fb", ""}, {"/double", ""}, {"/y", ""}, {"/slash", ""}, {"///double", ""},
		{"/%74wilio", ""}, {"/x/%2E%2E/y", ""}, {"/./twilio", ""}, {"/foo/../twilio", ""}, {"/twilio;a=b", ""}, {"/twilio#x", ""},
	} {
		conn, r := w.dial()
		params := w.sms()
		send(conn, w.raw(c.target, w.base+c.target, params))
		got := w.receive(r)
		_ = conn.Close()
		if c.route == "" {
			w.want(got, 404, "404 no route has this path\n")
			continue
		}
		if got.status != 200 || got.body != hello {
			t.Errorf("%s: %d %q", c.target, got.status, got.body)
			continue
		}
		path, _, _ := strings.Cut(c.target, "?")
		if ev := w.items()[0].Event; ev.Path != path || ev.Route != c.route || ev.SID != params[1] {
			t.Errorf("%s: path %s, route %s, want %s", c.target, ev.Path, ev.Route, c.route)
		}
	}
}

// Targets that are no paths.
func TestTargets(t *testing.T) {
	w := newWorld(t, nil).listen()
	conn, r := w.dial()
	send(conn, w.raw(w.base+"/twilio?a=1", w.base+"/twilio?a=1", w.sms()))
	w.want(w.receive(r), 200, hello) // the absolute form, to itself
	send(conn, w.raw("http://other.example/twilio", "http://other.example/twilio", w.sms()))
	w.want(w.receive(r), 200, hello) // to another name: what was signed decides
	send(conn, w.raw("http://other.example/twilio", w.base+"/twilio", w.sms()))
	if got := w.receive(r); got.status != 403 {
		t.Errorf("absolute form, signed for the Host header: %d", got.status)
	}
	for _, line := range []string{"OPTIONS * HTTP/1.1", "POST * HTTP/1.1", "POST http://host HTTP/1.1", "GET http://host?q HTTP/1.1", "CONNECT host:443 HTTP/1.1", "GET mailto:x HTTP/1.1"} {
		conn, r := w.dial()
		send(conn, line+"\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
		got := w.receive(r)
		if got.status != 404 && got.status != 400 || got.status == 404 && got.body != "404 no route has this path\n" {
			t.Errorf("%s: %d %q", line, got.status, got.body)
		}
	}
}
