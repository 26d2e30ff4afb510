package fetch

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func mustPattern(t testing.TB, s string) Pattern {
	t.Helper()
	p, err := ParsePattern(s)
	if err != nil {
		t.Fatalf("ParsePattern(%q): %v", s, err)
	}
	return p
}

// local is a policy for test servers: these patterns, and loopback.
func local(t testing.TB, patterns ...string) Policy {
	t.Helper()
	p := Policy{AllowPrivate: loopback}
	for _, s := range patterns {
		p.Allow = append(p.Allow, mustPattern(t, s))
	}
	return p
}

func newClient(t testing.TB, p Policy, opts Options) *Client {
	t.Helper()
	c := New(p, opts)
	t.Cleanup(c.Close)
	return c
}

func newServer(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// rawServer answers each connection with serve, which owns it until it returns.
func rawServer(t testing.TB, serve func(net.Conn)) (origin string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// named spells the origin of a server with another host name.
func named(t testing.TB, origin, host string) string {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = host + ":" + u.Port()
	return u.String()
}

// resolveTo is a resolver that gives every name the same addresses.
func resolveTo(addrs ...string) Resolver {
	var parsed []netip.Addr
	for _, a := range addrs {
		parsed = append(parsed, netip.MustParseAddr(a))
	}
	return func(context.Context, string) ([]netip.Addr, error) { return parsed, nil }
}

// get makes a GET whose URL carries something that no error may repeat.
func get(t testing.TB, c *Client, u string) (*Response, *Error) {
	t.Helper()
	return c.Do(t.Context(), Request{URL: u + "?token=s3cr3t", Header: http.Header{"Authorization": {"Bearer s3cr3t"}}})
}

func wantFault(t testing.TB, e *Error, kind Kind, says string) {
	t.Helper()
	if e == nil {
		t.Fatalf("no error; want kind %s", kind)
	}
	if e.Kind != kind || !strings.Contains(e.Message, says) {
		t.Errorf("got %s: %q; want %s: …%s…", e.Kind, e.Message, kind, says)
	}
	plain(t, e)
}

// plain holds that a message is for people: nothing secret, nothing of Go.
func plain(t testing.TB, e *Error) {
	t.Helper()
	for _, s := range []string{"s3cr3t", "net/http", "http2: ", "x509", "tls:", "dial", "lookup", "context",
		"EOF", "syscall", "read tcp", "10.9.8.7", "%!", "\n"} {
		if strings.Contains(e.Message, s) {
			t.Errorf("the message %q has %q in it", e.Message, s)
		}
	}
	if e.Error() != e.Message || e.Message == "" {
		t.Errorf("Error() is %q, the message %q", e.Error(), e.Message)
	}
}

func wantBody(t testing.TB, r *Response, e *Error, status int, body string) {
	t.Helper()
	if e != nil {
		t.Fatalf("%s: %s", e.Kind, e.Message)
	}
	if r.Status != status || string(r.Body) != body {
		t.Fatalf("got %d %.100q; want %d %.100q", r.Status, r.Body, status, body)
	}
}
