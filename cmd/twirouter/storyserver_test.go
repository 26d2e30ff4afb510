package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// calledServer is somebody else's server in a story: it keeps what it was sent,
// as text.
type calledServer struct {
	server *httptest.Server

	mu       sync.Mutex
	requests []string
	status   int
	body     string
}

func (c *calledServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := httputil.DumpRequest(r, true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		text = []byte(err.Error())
	}
	c.requests = append(c.requests, strings.ReplaceAll(string(text), "\r\n", "\n"))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(c.status)
	_, _ = io.WriteString(w, c.body) // the script's end tells
}

func (c *calledServer) close() { c.server.Close() }

// fitting is how many requests fit, and all of them.
func (c *calledServer) fitting(fits func(string) bool) (n int, all string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.requests {
		if fits(r) {
			n++
		}
	}
	return n, strings.Join(c.requests, "\n---\n")
}

func (s *story) listen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || s.servers[args[0]] != nil {
		ts.Fatalf("usage: listen NAME, once")
	}
	c := &calledServer{status: http.StatusOK, body: `{"ok":true}`}
	c.server = httptest.NewServer(c)
	s.servers[args[0]] = c
	_, port, _ := strings.Cut(strings.TrimPrefix(c.server.URL, "http://"), ":")
	ts.Setenv(strings.ToUpper(args[0])+"_PORT", port)
}

func (s *story) server(ts *testscript.TestScript, args []string) *calledServer {
	if len(args) == 0 || s.servers[args[0]] == nil {
		ts.Fatalf("the first argument is the NAME of a server that listens")
	}
	return s.servers[args[0]]
}

func (s *story) answers(ts *testscript.TestScript, neg bool, args []string) {
	c := s.server(ts, args)
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: answers NAME STATUS [JSON]")
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status, c.body = status, ""
	if len(args) == 3 {
		c.body = args[2]
	}
}

func (s *story) received(ts *testscript.TestScript, neg bool, args []string) {
	c, p := s.server(ts, args), pattern(ts, args, 1)
	if !neg {
		until(ts, fmt.Sprintf("%s received %s", args[0], args[1]), func() (bool, string) {
			n, all := c.fitting(p.MatchString)
			return n > 0, all
		})
		return
	}
	s.settled(ts, false, nil)
	if n, all := c.fitting(p.MatchString); n > 0 {
		ts.Fatalf("%s received it:\n%s", args[0], all)
	}
}

func (s *story) count(ts *testscript.TestScript, neg bool, args []string) {
	c, p := s.server(ts, args), pattern(ts, args, 2)
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if neg {
		ts.Fatalf("usage: count NAME N PATTERN")
	}
	s.settled(ts, false, nil)
	if n, all := c.fitting(p.MatchString); n != want {
		ts.Fatalf("%d requests fit, not %d:\n%s", n, want, all)
	}
}
