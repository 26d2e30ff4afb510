package fetch

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestConnectionsAreReused(t *testing.T) {
	var mu sync.Mutex
	peers := map[string]bool{}
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		peers[r.RemoteAddr] = true
		mu.Unlock()
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(gzipped(t, []byte("hello")))
	})
	c := newClient(t, local(t, s.URL), Options{})
	for range 20 {
		resp, e := get(t, c.WithPolicy(local(t, s.URL+"/*")), s.URL+"/")
		wantBody(t, resp, e, 200, "hello")
	}
	if len(peers) != 1 {
		t.Errorf("twenty calls took %d connections", len(peers))
	}
}

func TestClose(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	entered, release := make(chan struct{}, 1), make(chan struct{})
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			entered <- struct{}{}
			<-release
		}
		io.WriteString(w, "hello")
	})
	c := New(local(t, s.URL), Options{})
	other := c.WithPolicy(Policy{Allow: []Pattern{mustPattern(t, s.URL)}, AllowPrivate: only("127.0.0.1/32")})
	resp, e := get(t, other, s.URL)
	wantBody(t, resp, e, 200, "hello")
	done := make(chan struct{})
	go func() {
		defer close(done)
		resp, e := get(t, c, s.URL+"/wait")
		wantBody(t, resp, e, 200, "hello")
	}()
	<-entered
	c.Close()
	c.Close()
	for _, cl := range []*Client{c, other, c.WithPolicy(Policy{})} {
		_, e = get(t, cl, s.URL)
		wantFault(t, e, Canceled, "is closed")
	}
	close(release)
	<-done
	s.Close()
	goleak.VerifyNone(t, ignore)
	if c.pool.conns != nil || c.pool.running != 0 {
		t.Errorf("%d connections and %d calls are left", len(c.pool.conns), c.pool.running)
	}
}

// A dial does not outlive its call: neither a name that is never answered nor a
// client that is closed leaves anything behind.
func TestDialsEnd(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	ended := make(chan error, 1)
	c := New(local(t, "http://name.test"), Options{Resolver: func(ctx context.Context, _ string) ([]netip.Addr, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}})
	_, e := c.Do(t.Context(), Request{URL: "http://name.test", Timeout: 10 * time.Millisecond})
	wantFault(t, e, Timeout, "within 10ms")
	select {
	case <-ended:
	case <-time.After(connectTimeout / 2):
		t.Error("the look-up goes on after its call")
	}
	c.Close()
	goleak.VerifyNone(t, ignore)
}

func TestLanesAreForgotten(t *testing.T) {
	var mu sync.Mutex
	now := time.Unix(1, 0)
	s := newServer(t, func(http.ResponseWriter, *http.Request) {})
	c := newClient(t, local(t, s.URL), Options{Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	for i := range 50 {
		p := local(t, s.URL)
		p.AllowPrivate = append(p.AllowPrivate, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i), 0}), 24))
		resp, e := get(t, c.WithPolicy(p), s.URL)
		wantBody(t, resp, e, 200, "")
		mu.Lock()
		now = now.Add(idleTimeout)
		mu.Unlock()
	}
	if n := len(c.pool.lanes); n > 4 {
		t.Errorf("%d lanes after 50 reconfigurations", n)
	}
}

func TestConcurrency(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	c := newClient(t, local(t, s.URL), Options{})
	var calls sync.WaitGroup
	for range 4 * maxPerHost {
		calls.Go(func() {
			p := local(t, s.URL)
			p.MaxResponse = 5
			if resp, e := get(t, c.WithPolicy(p), s.URL); e != nil || string(resp.Body) != "hello" {
				t.Errorf("%v, %v", resp, e)
			}
		})
	}
	calls.Wait()
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	if n := len(c.pool.conns); n > maxPerHost {
		t.Errorf("%d connections to one host", n)
	}
}
