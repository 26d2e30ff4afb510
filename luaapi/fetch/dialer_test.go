package fetch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func only(prefix string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(prefix)} }

// A name that gives a permitted address first and a private one afterwards is
// asked for once a connection, and what it says then is what is checked.
func TestRebinding(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "hello")
	})
	var asked atomic.Int32
	resolver := func(_ context.Context, host string) ([]netip.Addr, error) {
		if host != "rebind.test" {
			t.Errorf("asked for %q", host)
		}
		if asked.Add(1) == 1 {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.2")}, nil
	}
	u := named(t, s.URL, "rebind.test")
	p := local(t, u)
	p.AllowPrivate = only("127.0.0.1/32")
	c := newClient(t, p, Options{Resolver: resolver})
	resp, e := get(t, c, u)
	wantBody(t, resp, e, 200, "hello")
	if n := asked.Load(); n != 1 {
		t.Fatalf("one connection asked %d times", n)
	}
	_, e = get(t, c, u)
	wantFault(t, e, Denied, "rebind.test leads to a loopback address")
	if e.Retriable {
		t.Error("a refusal is retriable")
	}
}

func TestNamesThatLeadAstray(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	u := named(t, s.URL, "name.test")
	p := local(t, u)
	p.AllowPrivate = only("127.0.0.1/32")
	refused := func(addrs ...string) {
		t.Helper()
		_, e := get(t, newClient(t, p, Options{Resolver: resolveTo(addrs...)}), u)
		wantFault(t, e, Denied, "name.test leads to ")
		for _, a := range addrs {
			if e != nil && strings.Contains(e.Message, a) {
				t.Errorf("the message says where the name leads: %q", e.Message)
			}
		}
	}
	for _, a := range []string{"127.0.0.2", "10.9.8.7", "0.0.0.0", "169.254.169.254", "100.100.100.200", "::1", "::", "::ffff:127.0.0.2", "::127.0.0.1",
		"64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254", "fe80::1%lo", "::ffff:0.0.0.0", "255.255.255.255"} {
		refused(a)
	}
	refused("10.9.8.7", "::1")
	// Beside addresses that are refused, one that is permitted is used.
	for _, addrs := range [][]string{{"127.0.0.1"}, {"::ffff:127.0.0.1"}, {"10.9.8.7", "127.0.0.1"}, {"::1", "127.0.0.1", "127.0.0.2"}} {
		resp, e := get(t, newClient(t, p, Options{Resolver: resolveTo(addrs...)}), u)
		wantBody(t, resp, e, 200, "hello")
	}
}

// The address is looked at again where the socket connects, whoever asks.
func TestConnectGuards(t *testing.T) {
	var hits atomic.Int32
	origin := rawServer(t, func(net.Conn) { hits.Add(1) })
	to := netip.MustParseAddrPort(strings.TrimPrefix(origin, "http://"))
	d := &dialer{}
	conn, err := d.connect(t.Context(), to)
	var r *refusal
	if !errors.As(err, &r) || conn != nil || hits.Load() != 0 {
		t.Errorf("connect gave %v, %v after %d connections", conn, err, hits.Load())
	}
	d.guard = newGuard(loopback)
	conn, err = d.connect(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// A connection that one policy may use is no way round another's guard.
func TestLanes(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	u := named(t, s.URL, "name.test")
	var asked atomic.Int32
	free := newClient(t, local(t, u), Options{Resolver: func(context.Context, string) ([]netip.Addr, error) {
		asked.Add(1)
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	resp, e := get(t, free, u)
	wantBody(t, resp, e, 200, "hello")
	strict := local(t, u)
	strict.AllowPrivate = only("10.0.0.0/8")
	_, e = get(t, free.WithPolicy(strict), u)
	wantFault(t, e, Denied, "loopback")
	before := asked.Load()
	same := local(t, u)
	same.AllowPrivate = only("127.0.0.1/8")
	resp, e = get(t, free.WithPolicy(same), u)
	wantBody(t, resp, e, 200, "hello")
	if asked.Load() != before {
		t.Error("an equal policy did not use the connection that was there")
	}
	_, e = get(t, free.WithPolicy(local(t, "https://elsewhere.test")), u)
	wantFault(t, e, Denied, "not in the allow list")
}

func TestNoProxy(t *testing.T) {
	proxy := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy of the environment was used") })
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "direct") })
	u := named(t, s.URL, "name.test")
	resp, e := get(t, newClient(t, local(t, u), Options{Resolver: resolveTo("127.0.0.1")}), u)
	wantBody(t, resp, e, 200, "direct")
}

func TestDNSErrors(t *testing.T) {
	for name, c := range map[string]struct {
		err       error
		says      string
		retriable bool
	}{
		"no such host": {&net.DNSError{Err: "no such host", Name: "name.test", Server: "10.9.8.7:53", IsNotFound: true}, "there is no host of the name name.test", false},
		"server fails": {&net.DNSError{Err: "server misbehaving", Name: "name.test", Server: "10.9.8.7:53", IsTemporary: true}, "could not be found out", true},
		"times out":    {&net.DNSError{Err: "i/o timeout", Name: "name.test", Server: "10.9.8.7:53", IsTimeout: true}, "could not be found out in time", true},
		"another":      {errors.New("dial udp 10.9.8.7:53: s3cr3t"), "could not be found out", true},
		"nothing":      {nil, "there is no host", false},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newClient(t, local(t, "http://name.test"), Options{Resolver: func(context.Context, string) ([]netip.Addr, error) { return nil, c.err }})
			_, e := get(t, cl, "http://name.test/")
			wantFault(t, e, DNS, c.says)
			if e != nil && e.Retriable != c.retriable {
				t.Errorf("retriable is %v", e.Retriable)
			}
		})
	}
}

// An address where nobody answers costs a head start, one that refuses nothing.
func TestRace(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	// The test server listens on 127.0.0.1 alone: its port is closed on the others.
	u := named(t, s.URL, "name.test")
	c := newClient(t, local(t, u), Options{Resolver: resolveTo("127.0.0.3", "127.0.0.2", "127.0.0.1")})
	resp, e := get(t, c, u)
	wantBody(t, resp, e, 200, "hello")
	c = newClient(t, local(t, u), Options{Resolver: resolveTo("127.0.0.3", "127.0.0.2")})
	_, e = get(t, c, u)
	wantFault(t, e, Connect, "name.test refused the connection")

	d := &dialer{guard: newGuard(loopback)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cancel()
	if conn, err := d.race(ctx, []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")}, 1); err == nil {
		conn.Close()
		t.Error("a race under a dead context was won")
	}
}

func TestInterleave(t *testing.T) {
	var in, want []netip.Addr
	for _, a := range []string{"2a00::1", "2a00::2", "2a00::3", "1.1.1.1"} {
		in = append(in, netip.MustParseAddr(a))
	}
	for _, i := range []int{0, 3, 1, 2} {
		want = append(want, in[i])
	}
	got := interleave(in)
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	var many []netip.Addr
	for range 100 {
		many = append(many, netip.MustParseAddr("8.8.8.8"))
	}
	if got, _ := (&dialer{}).permitted(many); len(got) != maxAddresses {
		t.Errorf("%d addresses would be tried", len(got))
	}
}
