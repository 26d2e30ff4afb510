package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// readmeSays is what every command of README.md must print, in the order in
// which they stand there: who adds a command there adds a line here. For dev
// and serve, which go on, it is the line with which they are ready.
var readmeSays = []struct{ command, pattern string }{
	{"go run ./cmd/twirouter dev", `Twilio's requests go to  http://127\.0\.0\.1:\d+/twilio`},
	{"go test ./...", ""}, // what runs this test
	{"go run ./cmd/twirouter send sms Body=hours", `(?s)^200 OK .*<Response><Message>We are open from 9 to 5\.</Message></Response>`},
	{"go run ./cmd/twirouter send call", `(?s)^200 OK .*<Response><Gather action="http://127\.0\.0\.1:\d+/twilio\?step=ivr\.choice"`},
	{"go run ./cmd/twirouter new message.failed", `^scripts/\d+-message-failed\.lua\n`},
	{"go run ./cmd/twirouter send message.failed ErrorCode=30003", `^204 `},
	{"go run ./cmd/twirouter check", `: ok, 4 scripts, \d+ routes?`},
	{"go run ./cmd/twirouter routes", `(?s)/twilio.*message-failed`},
	{"go build -o twirouter ./cmd/twirouter", `^$`},
	{"./twirouter init myproject", `^myproject/config\.toml\n`},
	{"./twirouter serve --config myproject/config.toml", `twirouter serves.*listen"?[=:]"?(127\.0\.0\.1:\d+)`},
}

// patienceOfReaders is how long one command may take.
const patienceOfReaders = 2 * time.Minute

// TestReadme does what README.md says, in a copy of the repository: every line
// of its blocks of commands, one after the other.
func TestReadme(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	var commands []string
	for _, b := range readPage(t, "README.md").blocks {
		if b.lang == "sh" {
			commands = append(commands, strings.FieldsFunc(b.text, func(c rune) bool { return c == '\n' })...)
		}
	}
	for i, line := range commands {
		if i >= len(readmeSays) || readmeSays[i].command != line {
			t.Fatalf("README.md has the command %q, and readmeSays does not say what it prints", line)
		}
		out := r.run(line, readmeSays[i].pattern)
		t.Logf("$ %s\n%s", line, out)
		switch line {
		case "go run ./cmd/twirouter send call":
			r.edits()
		case "./twirouter init myproject":
			r.settings()
		}
	}
	if len(commands) != len(readmeSays) {
		t.Errorf("README.md has %d commands, readmeSays %d", len(commands), len(readmeSays))
	}
	r.throughTheTunnel()
}

// reader does what a reader does.
type reader struct {
	t       *testing.T
	dir     string
	env     []string
	program string // what `go run ./cmd/twirouter` runs
	serving *going
	address string // where serve listens
}

// going is a command that goes on.
type going struct {
	cmd  *exec.Cmd
	done chan error // what it ended with
	once sync.Once
}

func newReader(t *testing.T) *reader {
	r := &reader{t: t, dir: filepath.Join(t.TempDir(), "checkout")}
	copyCheckout(t, r.dir)
	r.env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "TWILIO_") || strings.HasPrefix(v, "TWIROUTER_") || strings.HasPrefix(v, "GOFLAGS=")
	})
	// With trimmed paths the build finds in the cache what the last one left.
	r.env = append(r.env, "GOFLAGS=-trimpath -buildvcs=false", "NO_COLOR=1")
	r.replace("config.toml", `[":8090"]`, `["127.0.0.1:0"]`) // any free port
	r.replace("config.toml", `"127.0.0.1:8091"`, `"127.0.0.1:0"`)
	r.program = filepath.Join(t.TempDir(), "twirouter")
	r.command("go", "build", "-o", r.program, "./cmd/twirouter")
	return r
}

// copyCheckout copies what belongs to the repository.
func copyCheckout(t *testing.T, to string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules") {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		goal := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(goal, 0o755)
		case !d.Type().IsRegular() || rel == "twirouter":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(goal, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (r *reader) replace(name, old, with string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		r.t.Fatalf("%s has no %s", name, old)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(text, []byte(old), []byte(with)), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// run runs one line as a shell would, and holds what it prints to a pattern.
func (r *reader) run(line, pattern string) string {
	r.t.Helper()
	if strings.ContainsAny(line, "|&;<>$`\"'*#\\") {
		r.t.Fatalf("%s: no test runs what a shell does with this", line)
	}
	words := strings.Fields(line)
	program := words[0]
	switch {
	case line == "go test ./...":
		r.sameAsCI(line)
		return ""
	case strings.HasPrefix(line, "go run ./cmd/twirouter"):
		program, words = r.program, words[2:]
	case program == "./twirouter":
		program = filepath.Join(r.dir, "twirouter")
	case program != "go":
		r.t.Fatalf("%s: no test runs this", line)
	}
	if len(words) > 1 && (words[1] == "dev" || words[1] == "serve") {
		return r.begin(pattern, program, words[1:]...)
	}
	out := r.command(program, words[1:]...)
	if !regexp.MustCompile(pattern).MatchString(out) {
		r.t.Errorf("%s prints\n%s\nwhich does not match %s", line, out, pattern)
	}
	return out
}

// sameAsCI holds .ci/run to running that very command: this test is part of it.
func (r *reader) sameAsCI(line string) {
	text, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		r.t.Fatal(err)
	}
	if !slices.Contains(strings.Split(string(text), "\n"), line) {
		r.t.Errorf(".ci/run does not run %q", line)
	}
}

// command runs a program to its end, which must be a good one.
func (r *reader) command(program string, args ...string) string {
	r.t.Helper()
	out, code := r.try(program, args...)
	if code != exitDone {
		r.t.Fatalf("%s %s: exit code %d\n%s", filepath.Base(program), strings.Join(args, " "), code, out)
	}
	return out
}

func (r *reader) try(program string, args ...string) (string, int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patienceOfReaders)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = r.dir, r.env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		r.t.Fatalf("%s: %v", program, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// begin starts a server in place of the one before and waits until it says that
// it is ready.
func (r *reader) begin(pattern, program string, args ...string) string {
	r.t.Helper()
	if r.serving != nil {
		r.serving.end(r.t)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = r.dir, r.env
	from, to := io.Pipe()
	cmd.Stdout, cmd.Stderr = to, to
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.serving = &going{cmd: cmd, done: make(chan error, 1)}
	go func(s *going) {
		err := s.cmd.Wait()
		_ = to.Close() // of a pipe in memory
		s.done <- err
	}(r.serving)
	r.t.Cleanup(func() { r.serving.end(r.t) })
	ready := make(chan []string, 1)
	wanted := regexp.MustCompile(pattern)
	go func() {
		var all []string
		lines := bufio.NewScanner(from)
		for lines.Scan() {
			all = append(all, lines.Text())
			if m := wanted.FindStringSubmatch(lines.Text()); m != nil {
				ready <- append(m, all...)
			}
		}
		close(ready)
	}()
	select {
	case m, ok := <-ready:
		if !ok {
			r.t.Fatalf("%s ended", args[0])
		}
		if wanted.NumSubexp() > 0 {
			r.address = m[1]
		}
		return strings.Join(m[1+wanted.NumSubexp():], "\n")
	case <-time.After(patienceOfReaders):
		r.t.Fatalf("%s is not ready", args[0])
	}
	return ""
}

// end asks the server to end, as a service manager does, and waits for it.
func (s *going) end(t *testing.T) {
	t.Helper()
	s.once.Do(func() {
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := <-s.done; err != nil {
			t.Errorf("%s: %v", s.cmd.Args[1], err)
		}
	})
}

// edits does what README.md suggests: change a text, break the script.
func (r *reader) edits() {
	const script = "scripts/20-autoreply.lua"
	r.replace(script, "We are open from 9 to 5.", "We are open all night.")
	r.command(r.program, "reload")
	if out := r.command(r.program, "send", "sms", "Body=hours"); !strings.Contains(out, "<Message>We are open all night.</Message>") {
		r.t.Errorf("after the edit the answer is %s", out)
	}
	r.replace(script, `Message("We are open all night.")`, `Message("We are open all night."`)
	if out, code := r.try(r.program, "reload"); code != exitProblem || !regexp.MustCompile(`scripts/20-autoreply\.lua:\d+:\d+: `).MatchString(out) {
		r.t.Errorf("reload of a broken script: exit code %d\n%s", code, out)
	}
	if out := r.command(r.program, "send", "sms", "Body=hours"); !strings.Contains(out, "<Message>We are open all night.</Message>") {
		r.t.Errorf("after the script was broken the answer is %s", out)
	}
	r.replace(script, `Message("We are open all night."`, `Message("We are open all night.")`)
}

// settings writes the settings that README.md shows into the new project.
func (r *reader) settings() {
	for _, b := range readPage(r.t, "README.md").blocks {
		if b.lang != "toml" || !strings.Contains(b.text, "[account.main]") {
			continue
		}
		text := strings.Replace(b.text, "[server]\n", "[server]\nlisten = [\"127.0.0.1:0\"]\n", 1) + "[admin]\nlisten = \"127.0.0.1:0\"\n"
		if err := os.WriteFile(filepath.Join(r.dir, "myproject", "config.toml"), []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
		r.env = append(r.env, "TWILIO_AUTH_TOKEN="+tunnelToken)
		return
	}
	r.t.Fatal("README.md shows no settings with an account")
}

const tunnelToken = "a-token-for-the-test-of-the-readme"

// throughTheTunnel sends what Twilio would send to the public URL, signed for
// it, to where the tunnel would bring it.
func (r *reader) throughTheTunnel() {
	params := router.Params{
		{Key: "MessageSid", Value: "SM00000000000000000000000000000001"}, {Key: "AccountSid", Value: "AC0123456789abcdef0123456789abcdef"},
		{Key: "SmsStatus", Value: "received"}, {Key: "From", Value: "+15005550006"}, {Key: "To", Value: "+15005550007"}, {Key: "Body", Value: "hours"},
	}
	m, err := twilio.Credential{Secret: tunnelToken}.SignForm("https://abc.example.net/twilio", params)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), m.Method, "http://"+r.address+"/twilio", bytes.NewReader(m.Body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.ContentType)
	req.Header.Set(twilio.HeaderSignature, m.Signature)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it is read
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "<Message>") {
		r.t.Errorf("the number that README.md sets up answers %d %s (%v)", resp.StatusCode, body, err)
	}
}
