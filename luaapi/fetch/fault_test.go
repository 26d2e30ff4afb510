package fetch

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func newReader(c net.Conn) *bufio.Reader { return bufio.NewReader(c) }

func TestBrokenServers(t *testing.T) {
	answer := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			if _, err := http.ReadRequest(newReader(c)); err == nil {
				io.WriteString(c, text)
			}
		}
	}
	many := strings.Repeat("A: b\r\n", maxResponseHeaders+1)
	for name, c := range map[string]struct {
		serve     func(net.Conn)
		kind      Kind
		says      string
		retriable bool
	}{
		"closes at once":    {func(net.Conn) {}, Connect, "closed the connection before", true},
		"closes mid-header": {answer("HTTP/1.1 200 OK\r\nA: "), Connect, "closed the connection before", true},
		"closes mid-body":   {answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ns3cr3t"), Connect, "in the middle of its answer", true},
		"closes mid-chunk":  {answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\ns3cr3t"), Connect, "in the middle of its answer", true},
		"resets": {func(c net.Conn) {
			c.(*net.TCPConn).SetLinger(0)
			http.ReadRequest(newReader(c))
		}, Connect, "closed the connection before", true},
		"not HTTP":         {answer("SSH-2.0-s3cr3t\r\n"), Protocol, "is not HTTP", false},
		"bad status":       {answer("HTTP/1.1 s3cr3t\r\n\r\n"), Protocol, "is not HTTP", false},
		"bad length":       {answer("HTTP/1.1 200 OK\r\nContent-Length: s3cr3t\r\n\r\n"), Protocol, "is not HTTP", false},
		"two lengths":      {answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), Protocol, "is not HTTP", false},
		"bad chunk":        {answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Protocol, "is not HTTP", false},
		"switches":         {answer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), Protocol, "", false},
		"a large header":   {answer("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("s3cr3t", 20_000) + "\r\n\r\n"), TooLarge, "larger than 64 KiB", false},
		"endless headers":  {func(c net.Conn) { answer("HTTP/1.1 200 OK\r\n")(c); flood(c, "A: b\r\n") }, TooLarge, "larger than 64 KiB", false},
		"many headers":     {answer("HTTP/1.1 200 OK\r\n" + many + "Content-Length: 0\r\n\r\n"), TooLarge, "more than 256 headers", false},
		"endless 1xx":      {func(c net.Conn) { answer("")(c); flood(c, "HTTP/1.1 103 Early Hints\r\nLink: <s3cr3t>\r\n\r\n") }, TooLarge, "larger than 64 KiB", false},
		"a large trailer":  {answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + strings.Repeat("b", 1<<20) + "\r\n\r\n"), Protocol, "is not HTTP", false},
		"endless nothing":  {func(c net.Conn) { answer("")(c); flood(c, "x") }, TooLarge, "larger than 64 KiB", false},
		"a chunk too long": {answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), Protocol, "is not HTTP", false},
	} {
		t.Run(name, func(t *testing.T) {
			origin := rawServer(t, c.serve)
			_, e := get(t, newClient(t, local(t, origin), Options{}), origin)
			wantFault(t, e, c.kind, c.says)
			if e != nil && e.Retriable != c.retriable {
				t.Errorf("retriable is %v", e.Retriable)
			}
		})
	}
	t.Run("refuses", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		origin := "http://" + l.Addr().String()
		l.Close()
		_, e := get(t, newClient(t, local(t, origin), Options{}), origin)
		wantFault(t, e, Connect, "127.0.0.1 refused the connection")
	})
}

func flood(c net.Conn, text string) {
	block := []byte(strings.Repeat(text, 1000))
	for {
		if _, err := c.Write(block); err != nil {
			return
		}
	}
}

func TestHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large-header":
			w.Header().Set("A", strings.Repeat("s3cr3t", 20_000))
		case "/many-headers":
			for i := range 1700 { // 66 KiB, as HTTP/2 counts
				w.Header().Set(fmt.Sprint("A-", 1000+i), "b")
			}
		case "/far-too-many-headers":
			for i := range 20_000 {
				w.Header().Set(fmt.Sprint("A-", i), "b")
			}
		case "/endless":
			flush := strings.Repeat("x", 100_000)
			for {
				if _, err := io.WriteString(w, flush); err != nil {
					return
				}
			}
		case "/abort":
			w.Header().Set("Content-Length", "10")
			io.WriteString(w, "s3cr3t")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/abort-at-once":
			panic(http.ErrAbortHandler)
		case "/hang":
			<-r.Context().Done()
		}
		fmt.Fprint(w, r.Proto, r.Header.Get("Idempotency-Key"))
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t, local(t, s.URL), Options{RootCAs: trust(s.Certificate())})
	resp, e := c.Do(t.Context(), Request{Method: "POST", Body: []byte("x"), URL: s.URL, Header: http.Header{"Idempotency-Key": {"-k"}}})
	wantBody(t, resp, e, 200, "HTTP/2.0-k")
	_, e = get(t, c, s.URL+"/large-header")
	wantFault(t, e, TooLarge, "headers of the answer")
	_, e = get(t, c, s.URL+"/many-headers")
	wantFault(t, e, TooLarge, "headers of the answer")
	_, e = get(t, c, s.URL+"/far-too-many-headers")
	wantFault(t, e, Protocol, "broke off the HTTP/2 exchange")
	_, e = get(t, c, s.URL+"/endless")
	wantFault(t, e, TooLarge, "larger than 1 MiB")
	_, e = get(t, c, s.URL+"/abort")
	wantFault(t, e, Protocol, "broke off the HTTP/2 exchange")
	_, e = get(t, c, s.URL+"/abort-at-once")
	wantFault(t, e, Protocol, "broke off the HTTP/2 exchange")
	_, e = c.Do(t.Context(), Request{URL: s.URL + "/hang", Timeout: 30 * time.Millisecond})
	wantFault(t, e, Timeout, "within 30ms")

	var calls sync.WaitGroup
	for range 300 {
		calls.Go(func() {
			resp, e := get(t, c, s.URL)
			if e != nil || string(resp.Body) != "HTTP/2.0" {
				t.Errorf("%v, %v", resp, e)
			}
		})
	}
	calls.Wait()
}
