package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// lockedBuffer is a log that the test and the server share.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a server as `serve` runs it, in this process.
type running struct {
	t     *testing.T
	dir   string
	s     *server
	url   string
	log   *lockedBuffer
	end   func() error
	sid   atomic.Int64
	token router.Secret
}

const testConfig = `
[server]
listen = ["127.0.0.1:0"]
drain  = "5s"
[admin]
listen = "127.0.0.1:0"
[account.main]
sid         = "AC00000000000000000000000000000001"
auth_tokens = ["testing-token"]
[scripts]
dir = "scripts"
`

// startServer serves the files, which are written below a new folder.
func startServer(t *testing.T, files map[string]string) *running {
	t.Helper()
	r := &running{t: t, dir: t.TempDir(), log: new(lockedBuffer), token: "testing-token"}
	if _, ok := files["config.toml"]; !ok {
		r.write("config.toml", testConfig)
	}
	for name, text := range files {
		r.write(name, text)
	}
	c := &cli{Stdio: Stdio{Out: io.Discard, Err: r.log}, configFile: filepath.Join(r.dir, "config.toml")}
	s, err := newServer(t.Context(), c, c.serveLog)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.listen(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	r.s, r.url = s, "http://"+s.public[0].Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.run(ctx, nil) }()
	r.end = sync.OnceValue(func() error {
		cancel()
		err := <-done
		s.close()
		return err
	})
	t.Cleanup(func() {
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *running) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		r.t.Fatal(err)
	}
}

// sms sends a signed message with a SID of its own.
func (r *running) sms(client *http.Client, body string) (int, string, error) {
	params := router.Params{
		{Key: "MessageSid", Value: fmt.Sprintf("SM%032d", r.sid.Add(1))}, {Key: "AccountSid", Value: "AC00000000000000000000000000000001"},
		{Key: "SmsStatus", Value: "received"}, {Key: "From", Value: "+15005550006"}, {Key: "To", Value: "+15005550007"}, {Key: "Body", Value: body},
	}
	m, err := twilio.Credential{Secret: r.token}.SignForm(r.url+"/twilio", params)
	if err != nil {
		return 0, "", err
	}
	req, err := http.NewRequest(m.Method, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", m.ContentType)
	req.Header.Set(twilio.HeaderSignature, m.Signature)
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// until sends messages until the answer has text in it.
func (r *running) until(text string) {
	r.t.Helper()
	limit := time.Now().Add(20 * time.Second)
	for {
		_, answer, err := r.sms(http.DefaultClient, "hi")
		if err != nil {
			r.t.Fatal(err)
		}
		if strings.Contains(answer, text) {
			return
		}
		if time.Now().After(limit) {
			r.t.Fatalf("never answered %q; last %q; log:\n%s", text, answer, r.log)
		}
	}
}

func versionScript(n int) string {
	// Two texts that must agree: a half-loaded script would not.
	return fmt.Sprintf("local a = %d\non('message.received', function(event)\n  return Message('v' .. a .. ' v' .. %d .. ' ' .. require('shared'))\nend)\n", n, n)
}

func shared(n int) string { return fmt.Sprintf("return 's%d'\n", n) }

var versions = regexp.MustCompile(`<Message>v(\d+) v(\d+) s(\d+)</Message>`)

// Under traffic, through every way of saving, not one request is lost or
// answered by a generation that is half there.
func TestReloadUnderTraffic(t *testing.T) {
	r := startServer(t, map[string]string{"scripts/10-version.lua": versionScript(1), "scripts/lib/shared.lua": shared(1)})
	path := filepath.Join(r.dir, "scripts", "10-version.lua")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var sent, highest atomic.Int64
	for range 4 {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			last := 0
			for {
				select {
				case <-stop:
					return
				default:
				}
				status, body, err := r.sms(client, "hi")
				if err != nil {
					t.Errorf("a request was lost: %v", err)
					return
				}
				sent.Add(1)
				m := versions.FindStringSubmatch(body)
				if status != http.StatusOK || m == nil || m[1] != m[2] {
					t.Errorf("%d %q", status, body)
					return
				}
				n, err := strconv.Atoi(m[1])
				if err != nil || n < last {
					t.Errorf("answered by version %d after version %d", n, last)
					return
				}
				last = n
				for old := highest.Load(); int64(n) > old && !highest.CompareAndSwap(old, int64(n)); old = highest.Load() {
				}
			}
		})
	}
	save := []func(text string) error{
		func(text string) error { return os.WriteFile(path, []byte(text), 0o644) },
		func(text string) error {
			return errors.Join(os.WriteFile(path+".swp", []byte(text), 0o644), os.Rename(path+".swp", path))
		},
		func(text string) error {
			return errors.Join(os.Rename(path, path+"~"), os.WriteFile(path, []byte(text), 0o644))
		},
		func(text string) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, []byte(text), 0o644))
		},
		func(text string) error { // a broken edit, then the good one
			err := os.WriteFile(path, []byte("on('message.received', function("), 0o644)
			return errors.Join(err, r.failing(), os.WriteFile(path, []byte(text), 0o644))
		},
		func(text string) error { // two files at once
			return errors.Join(os.WriteFile(filepath.Join(r.dir, "scripts/lib/shared.lua"), []byte(shared(9)), 0o644), os.WriteFile(path, []byte(text), 0o644))
		},
		func(text string) error { // the configuration, replaced
			config := filepath.Join(r.dir, "config.toml")
			return errors.Join(os.WriteFile(config+".new", []byte(testConfig+"[limits]\ntimeout = \"9s\"\n"), 0o644), os.Rename(config+".new", config), os.WriteFile(path, []byte(text), 0o644))
		},
	}
	for i, way := range save {
		if err := way(versionScript(i + 2)); err != nil {
			t.Fatal(err)
		}
		r.until(fmt.Sprintf("v%d v%d", i+2, i+2))
	}
	close(stop)
	wg.Wait()
	if n := highest.Load(); n < int64(len(save)) {
		t.Errorf("the traffic saw versions up to %d of %d", n, len(save)+1)
	}
	if sent.Load() < int64(len(save)) {
		t.Errorf("only %d requests were sent", sent.Load())
	}
}

// logged waits until the log has text in it: refusals are examined and told
// after they are answered.
func (r *running) logged(text string) {
	r.t.Helper()
	for limit := time.Now().Add(20 * time.Second); !strings.Contains(r.log.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			r.t.Fatalf("the log lacks %q:\n%s", text, r.log)
		}
	}
}

// failing waits until the server says that the files on disk are not in force.
func (r *running) failing() error {
	limit := time.Now().Add(20 * time.Second)
	for !r.s.reloader.Status().Failing {
		if time.Now().After(limit) {
			return errors.New("the broken edit was never noticed")
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

func TestBrokenEditIsToldWithItsPlace(t *testing.T) {
	r := startServer(t, map[string]string{"scripts/a.lua": `on("message.received", function() return Message("good") end)`})
	r.until("good")
	r.write("scripts/a.lua", "on('message.received', function(event)\n  return Message(\nend)\n")
	if err := r.failing(); err != nil {
		t.Fatal(err)
	}
	r.write("scripts/b.lua", "local x = = 1\n")
	want := []string{"a.lua:3:1: ", "b.lua:1:11: "}
	limit := time.Now().Add(20 * time.Second)
	for {
		text := r.s.reloader.Status().Problems.Error()
		if strings.Contains(text, want[0]) && strings.Contains(text, want[1]) {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("told %q, want %q in it", text, want)
		}
		time.Sleep(5 * time.Millisecond)
	}
	r.until("good")
	if st := r.s.status(t.Context()); !st.Failing || st.OK() || st.Generation != 1 {
		t.Fatalf("status %+v", st)
	}
	r.write("scripts/a.lua", `on("message.received", function() return Message("better") end)`)
	if err := os.Remove(filepath.Join(r.dir, "scripts/b.lua")); err != nil {
		t.Fatal(err)
	}
	r.until("better")
}

func TestListenChangeNeedsRestart(t *testing.T) {
	r := startServer(t, map[string]string{"scripts/a.lua": `on("message.received", function() return Message("one") end)`})
	r.write("config.toml", strings.Replace(testConfig, `listen = ["127.0.0.1:0"]`, `listen = ["127.0.0.1:1"]`, 1))
	limit := time.Now().Add(20 * time.Second)
	for len(r.s.reloader.Status().Restart) == 0 {
		if time.Now().After(limit) {
			t.Fatalf("never named; log:\n%s", r.log)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if got := r.s.reloader.Status().Restart[0]; !strings.HasPrefix(got, "server.listen") {
		t.Fatalf("named %q", got)
	}
	r.until("one")
}

// SIGTERM: what runs is finished, and nothing is taken any more.
func TestDrainFinishesWhatRuns(t *testing.T) {
	r := startServer(t, map[string]string{"scripts/a.lua": `
on("message.received", function(event)
  if event.Body == "slow" then
    local until_ = os.clock() + 0.3
    while os.clock() < until_ do end
  end
  return Message("done")
end)`, "config.toml": testConfig + "[limits]\ninstructions = 1_000_000_000\n"})
	r.until("done")
	type result struct {
		body string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		_, body, err := r.sms(http.DefaultClient, "slow")
		got <- result{body, err}
	}()
	limit := time.Now().Add(10 * time.Second)
	for {
		if running, _ := r.s.gate.Inside(); running > 0 {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("the slow event never ran")
		}
		time.Sleep(time.Millisecond)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if g := <-got; g.err != nil || !strings.Contains(g.body, "done") {
		t.Fatalf("the running event was cut off: %q %v", g.body, g.err)
	}
	if _, _, err := r.sms(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, "late"); err == nil {
		t.Fatal("a request was answered after the end")
	}
}

// Numbers and bodies of messages are not in the log, nor is the token.
func TestLogIsRedacted(t *testing.T) {
	r := startServer(t, map[string]string{"scripts/a.lua": `
on("message.received", function(event)
  log.info("from " .. event.From, { to = event.To })
  error("no luck with " .. event.From)
end)`})
	if _, _, err := r.sms(http.DefaultClient, "my secret is 1234"); err != nil {
		t.Fatal(err)
	}
	r.token = "wrong"
	if status, _, err := r.sms(http.DefaultClient, "x"); err != nil || status != http.StatusForbidden {
		t.Fatalf("%d %v", status, err)
	}
	for _, must := range []string{"no luck with ***0006", "from ***0006", "turned away"} {
		r.logged(must)
	}
	text := r.log.String()
	for _, never := range []string{"5005550006", "5005550007", "my secret", "testing-token", "wrong"} {
		if strings.Contains(text, never) {
			t.Errorf("the log has %q:\n%s", never, text)
		}
	}
}

// An account is named in on() as the configuration names it, and at() carries
// the route's overrides to Twilio.
func TestScriptsKnowTheConfiguration(t *testing.T) {
	r := startServer(t, map[string]string{
		"config.toml": testConfig + "[account.other]\nsid = \"AC00000000000000000000000000000002\"\nauth_tokens = [\"x\"]\n" +
			"[route.all]\npath = \"/twilio\"\noverrides = \"rc=2&rp=5xx\"\nvars = { incoming = \"event.Body:upper()\" }\n" +
			"[script.b.settings]\nword = \"set\"\n",
		"scripts/a.lua": `on("message.received", { account = "other" }, function() return Message("for the other account") end)`,
		"scripts/b.lua": `on("message.received", { account = "main", to = "+15005550007" }, function(event)
  return { Message{ event.vars.incoming .. " " .. settings.word, action = at() } }
end)`,
	})
	_, body, err := r.sms(http.DefaultClient, "hi")
	if err != nil {
		t.Fatal(err)
	}
	want := `<Message action="` + r.url + `/twilio#rc=2&amp;rp=5xx">HI set</Message>`
	if !strings.Contains(body, want) {
		t.Fatalf("answered %q, want %q in it", body, want)
	}
}
