package webhook_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twirouter/router/twilio"
	"twirouter/router/webhook"
)

func TestServerBounds(t *testing.T) {
	s := webhook.NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for what, d := range map[string]time.Duration{
		"ReadHeaderTimeout": s.ReadHeaderTimeout, "ReadTimeout": s.ReadTimeout, "WriteTimeout": s.WriteTimeout, "IdleTimeout": s.IdleTimeout,
	} {
		if d <= 0 || d > 2*time.Minute {
			t.Errorf("%s is %s", what, d)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 || s.ReadHeaderTimeout > 10*time.Second {
		t.Errorf("headers of %d bytes in %s", s.MaxHeaderBytes, s.ReadHeaderTimeout)
	}
}

// impatient shortens the time-outs of a server, so that the test does not take
// as long as they do.
func impatient(s *http.Server) {
	s.ReadHeaderTimeout, s.ReadTimeout = 300*time.Millisecond, 600*time.Millisecond
}

// drip writes one byte every few milliseconds until the other side hangs up.
func drip(c net.Conn) {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// closed waits for the other side to hang up and returns what it said before.
func closed(t *testing.T, c io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(c)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Error("the connection is still open")
	}
	return string(text)
}

// Who sends too slowly is hung up on, and nobody else notices.
func TestSlowLoris(t *testing.T) {
	w := newWorld(t, nil).listen(impatient)
	var ended []chan struct{}
	for i := range 20 {
		c, _ := w.dial()
		if i%2 == 0 {
			send(c, "POST /twilio HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		} else {
			send(c, "POST /twilio HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nBody=")
		}
		done := make(chan struct{})
		ended = append(ended, done)
		go drip(c)
		go func() {
			defer close(done)
			if text := closed(t, c); i%2 == 1 && text != "" && !strings.HasPrefix(text, "HTTP/1.1 408 ") {
				t.Errorf("the slow body got %q", text)
			}
		}()
	}
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
	for _, done := range ended {
		<-done
	}
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
	w.count(2)
}

// count expects n events in the store.
func (w *world) count(n int) {
	w.Helper()
	if got := len(w.items()); got != n {
		w.Errorf("%d events in the store, want %d", got, n)
	}
}

// The body that never came whole is no event.
func TestLengthLies(t *testing.T) {
	w := newWorld(t, nil).listen(impatient)
	whole := w.raw("/twilio", w.base+"/twilio", w.sms())
	head, body, _ := strings.Cut(whole, "\r\n\r\n")

	c, r := w.dial() // fewer bytes than promised, then nothing
	send(c, strings.Replace(head, fmt.Sprintf("Content-Length: %d", len(body)), fmt.Sprintf("Content-Length: %d", len(body)+10), 1)+"\r\n\r\n"+body)
	if got := w.receive(r); got.status != 408 || got.body != "408 the body did not arrive in time\n" {
		t.Errorf("too few bytes: %d %q", got.status, got.body)
	}
	closed(t, c)

	c, r = w.dial() // fewer, then the end
	send(c, strings.Replace(head, fmt.Sprintf("Content-Length: %d", len(body)), fmt.Sprintf("Content-Length: %d", len(body)+10), 1)+"\r\n\r\n"+body)
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got := w.receive(r); got.status != 400 || got.body != "400 the body did not arrive whole\n" {
		t.Errorf("an early end: %d %q", got.status, got.body)
	}

	c, r = w.dial() // more: what is beyond belongs to no request
	send(c, whole+"&More=1\r\n\r\n")
	if got := w.receive(r); got.status != 200 {
		t.Errorf("more bytes: %d", got.status)
	}
	if rest := closed(t, r); !strings.HasPrefix(rest, "HTTP/1.1 400 ") {
		t.Errorf("what was beyond got %q", rest)
	}
	if ev := w.only().Event; ev.Params.Has("More") {
		t.Error("the event has what was beyond its body")
	}

	for _, bad := range []string{"Content-Length: -1", "Content-Length: 9999999999999999999999", "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"} {
		c, _ := w.dial()
		send(c, "POST /twilio HTTP/1.1\r\nHost: x\r\n"+bad+"\r\n\r\nBody=")
		if text := closed(t, c); !strings.HasPrefix(text, "HTTP/1.1 400 ") && !strings.HasPrefix(text, "HTTP/1.1 501 ") {
			t.Errorf("%s: %q", bad, text)
		}
	}
	c, _ = w.dial()
	send(c, "POST /twilio HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")
	if text := closed(t, c); !strings.HasPrefix(text, "HTTP/1.1 400 ") {
		t.Errorf("a bad chunk: %q", text)
	}
	w.count(1)
}

func TestHeaderBomb(t *testing.T) {
	w := newWorld(t, nil).listen()
	for _, bomb := range []string{
		"X-Bomb: " + strings.Repeat("x", 100<<10),
		strings.Repeat("X: y\r\n", 20_000) + "Z: z",
		strings.Repeat("x", 100<<10),
	} {
		c, _ := w.dial()
		go send(c, "POST /twilio HTTP/1.1\r\nHost: x\r\n"+bomb+"\r\n\r\n")
		if text := closed(t, c); text != "" && !strings.HasPrefix(text, "HTTP/1.1 431 ") {
			t.Errorf("%.40q", text)
		}
	}
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
}

// Requests that are sent at once are answered in order, refusals between them.
func TestPipelining(t *testing.T) {
	w := newWorld(t, nil).listen()
	c, r := w.dial()
	var all strings.Builder
	for i := range 30 {
		switch i % 3 {
		case 0:
			all.WriteString(w.raw("/twilio", w.base+"/twilio", w.sms()))
		case 1:
			all.WriteString(w.raw("/twilio", "http://elsewhere/twilio", w.sms()))
		case 2:
			all.WriteString(w.raw("/nowhere", w.base+"/nowhere", w.sms()))
		}
	}
	go send(c, all.String())
	for i := range 30 {
		if got, want := w.receive(r).status, []int{200, 403, 404}[i%3]; got != want {
			t.Errorf("answer %d: %d, want %d", i, got, want)
		}
	}
	w.count(10)
}

// HTTP/2, as TLS brings it, has its own ways for method, path and host.
func TestHTTP2(t *testing.T) {
	w := newWorld(t, nil)
	s := httptest.NewUnstartedServer(w.door.Handler())
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	w.client, w.base = s.Client(), s.URL
	r := w.form("/twilio?a=%2F", w.sms()...)
	resp, err := w.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.ProtoMajor != 2 || resp.StatusCode != 200 || string(body) != hello {
		t.Errorf("HTTP/%d: %d %q %v", resp.ProtoMajor, resp.StatusCode, body, err)
	}
	if ev := w.only().Event; ev.BaseURL != w.base || ev.Path != "/twilio" {
		t.Errorf("%s%s", ev.BaseURL, ev.Path)
	}
	r = w.form("/twilio", w.sms()...)
	r.Header.Set(twilio.HeaderSignature, "forged")
	if got := w.do(r); got.status != 403 {
		t.Errorf("forged: %d", got.status)
	}
	w.want(w.do(w.form("/twilio", w.fact()...)), 204, "")
	w.settle()
}
