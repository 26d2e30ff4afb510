package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
	"twirouter/router/webhook"
)

// many is how many different messages come in turn.
const many = 512

// BenchmarkDoor is from the handler's call to the whole answer: an SMS with 20
// parameters, a typical script, the memory store.
func BenchmarkDoor(b *testing.B) {
	w := newWorld(b)
	handler := w.door.Handler()
	requests := make([]*http.Request, many)
	for i := range requests {
		requests[i] = received(sign(b, fmt.Sprintf("SM%032d", i)))
	}
	out := &minimal{header: http.Header{}}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r := requests[i%many]
		i++
		r.Body.(*body).at = 0
		out.reset()
		handler.ServeHTTP(out, r)
		if out.status != http.StatusOK || string(out.body) != want {
			b.Fatalf("%d %s", out.status, out.body)
		}
	}
}

// BenchmarkDoorParallel is the same on every core at once.
func BenchmarkDoorParallel(b *testing.B) {
	w := newWorld(b)
	handler := w.door.Handler()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := received(sign(b, "SM"+strings.Repeat("0", 32)))
		out := &minimal{header: http.Header{}}
		for pb.Next() {
			r.Body.(*body).at = 0
			out.reset()
			handler.ServeHTTP(out, r)
			if out.status != http.StatusOK {
				b.Errorf("%d %s", out.status, out.body)
				return
			}
		}
	})
}

// BenchmarkFact is a status callback, which is recorded for a worker.
func BenchmarkFact(b *testing.B) {
	w := newWorld(b)
	handler := w.door.Handler()
	requests := make([]*http.Request, many)
	for i := range requests {
		m, err := twilio.Credential{Secret: "0123456789abcdef0123456789abcdef"}.SignForm("https://hooks.example.com/twilio", router.Params{
			{Key: "MessageSid", Value: fmt.Sprintf("SM%032d", i)}, {Key: "MessageStatus", Value: "delivered"}, {Key: "To", Value: "+15005550006"},
			{Key: "AccountSid", Value: "AC265f381fc67c685df84225a8410d78fa"}, {Key: "From", Value: "+15005550010"}, {Key: "ApiVersion", Value: "2010-04-01"},
		})
		if err != nil {
			b.Fatal(err)
		}
		requests[i] = received(m)
	}
	out := &minimal{header: http.Header{}}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i%9_000 == 8_999 { // nobody works the queue off
			b.StopTimer()
			w = newWorld(b)
			handler = w.door.Handler()
			b.StartTimer()
		}
		r := requests[i%many]
		i++
		r.Body.(*body).at = 0
		out.reset()
		handler.ServeHTTP(out, r)
		if out.status != http.StatusNoContent {
			b.Fatalf("%d %s", out.status, out.body)
		}
	}
}

// BenchmarkRefused is a forgery, beyond what is examined and recorded.
func BenchmarkRefused(b *testing.B) {
	w := newWorld(b)
	handler := w.door.Handler()
	r := received(sign(b, "SM"+strings.Repeat("0", 32)))
	r.Header.Set(twilio.HeaderSignature, "bm8gc2lnbmF0dXJlIGF0IGFsbCE=")
	out := &minimal{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		r.Body.(*body).at = 0
		out.reset()
		handler.ServeHTTP(out, r)
		if out.status != http.StatusForbidden {
			b.Fatalf("%d %s", out.status, out.body)
		}
	}
	if err := w.door.Wait(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkParseVerify is the part of it that asks whose request it is.
func BenchmarkParseVerify(b *testing.B) {
	w := newWorld(b)
	keys, err := twilio.NewKeyring(w.gen.Accounts)
	if err != nil {
		b.Fatal(err)
	}
	m := sign(b, "SM"+strings.Repeat("0", 32))
	origins := []twilio.Origin{{Scheme: "https", Host: "hooks.example.com"}}
	b.ReportAllocs()
	for b.Loop() {
		v := keys.Verify(&twilio.Request{
			Method: m.Method, ContentType: m.ContentType, Body: m.Body, Signatures: []string{m.Signature},
			Target: twilio.Target{URI: "/twilio", Origins: origins},
		})
		if !v.OK() || len(v.Params) != 20 {
			b.Fatal(v.Reason)
		}
	}
}

// BenchmarkRun is the part of it that runs the script, with the whole chain.
func BenchmarkRun(b *testing.B) {
	w := newWorld(b)
	ev := twilio.Normalise(&twilio.Input{
		Method: "POST", BaseURL: "https://hooks.example.com", Path: "/twilio", ContentType: "application/x-www-form-urlencoded",
		Params: inbound("SM" + strings.Repeat("0", 32)), Verified: router.VerifiedYes, Received: time.Now(), NewID: func() string { return "one" },
	})[0]
	rt := w.gen.Match(context.Background(), ev)
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if out := w.gen.Run(ctx, rt, ev); string(out.Reply.Body) != want {
			b.Fatal(out.Reason)
		}
	}
}

// BenchmarkLoopback is one client on one connection, bytes to bytes.
func BenchmarkLoopback(b *testing.B) {
	address := serve(b, newWorld(b))
	c := dial(b, address)
	for i := 0; b.Loop(); i++ {
		c.ask(b, i)
	}
}

// BenchmarkLoopbackParallel is a client on every core, each on a connection.
func BenchmarkLoopbackParallel(b *testing.B) {
	address := serve(b, newWorld(b))
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		c := dial(b, address)
		for i := 0; pb.Next(); i++ {
			c.ask(b, i)
		}
	})
}

// received is a message as net/http hands it to the handler.
func received(m twilio.Message) *http.Request {
	r := &http.Request{
		Method: m.Method, URL: &url.URL{Path: "/twilio"}, RequestURI: "/twilio", Host: "hooks.example.com",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "127.0.0.1:1",
		Header: http.Header{}, ContentLength: int64(len(m.Body)), Body: &body{text: m.Body},
	}
	r.Header.Set("Content-Type", m.ContentType)
	r.Header.Set("Content-Length", strconv.Itoa(len(m.Body)))
	r.Header.Set(twilio.HeaderSignature, m.Signature)
	for _, h := range headers {
		r.Header.Set(h[0], h[1])
	}
	return r
}

func serve(b *testing.B, w *world) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := webhook.NewServer(w.door.Handler(), slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	b.Cleanup(func() {
		_ = s.Close() // what is still open is the benchmark's own
		<-ended
	})
	return l.Addr().String()
}

// client knows as little of HTTP as will do.
type client struct {
	conn     net.Conn
	in       *bufio.Reader
	requests [][]byte
}

func dial(b *testing.B, address string) *client {
	b.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	c := &client{conn: conn, in: bufio.NewReader(conn)}
	for i := range many {
		m := sign(b, fmt.Sprintf("SM%032d", i))
		text := fmt.Appendf(nil, "POST /twilio HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s: %s\r\n", m.ContentType, len(m.Body), twilio.HeaderSignature, m.Signature)
		for _, h := range headers {
			text = fmt.Appendf(text, "%s: %s\r\n", h[0], h[1])
		}
		c.requests = append(c.requests, append(append(text, "\r\n"...), m.Body...))
	}
	return c
}

// ask sends one request and reads its answer.
func (c *client) ask(b *testing.B, i int) {
	if _, err := c.conn.Write(c.requests[i%many]); err != nil {
		b.Fatal(err)
	}
	line, err := c.in.ReadString('\n')
	if err != nil || line != "HTTP/1.1 200 OK\r\n" {
		b.Fatal(line, err)
	}
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if n, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(n)); err != nil {
				b.Fatal(err)
			}
		}
		if len(line) == 2 {
			break
		}
	}
	if length != len(want) {
		b.Fatalf("a body of %d bytes", length)
	}
	if _, err := io.CopyN(io.Discard, c.in, int64(length)); err != nil {
		b.Fatal(err)
	}
}
