package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"twirouter/router"
	"twirouter/router/admin"
)

// Every folder of examples has a story.txtar: a session in a terminal that runs
// the example as its reader would, with these commands beside testscript's own.
//
//	twirouter …                 this program; with & in the background. What `dev` shows is in dev.log
//	ready                       waits for the server that `twirouter dev` runs; $URL is where it listens
//	logged PATTERN              waits until the server has shown it
//	await FILE PATTERN          waits until a file has a line that fits
//	clean                       once all is settled, no script has failed and nothing was warned of
//	answered PATTERN KIND …     sends until the answer fits
//	settled                     waits until no event is queued or running
//	listen NAME                 runs a server for the scripts to call; its port is in $NAME_PORT
//	answers NAME STATUS [JSON]  what that server answers from now on
//	received NAME PATTERN       waits until it got a request, as text, that fits
//	count NAME N PATTERN        once all is settled, N of its requests fit
//	follow KIND [KEY=VALUE…]    goes where the last answer leads for that kind: to the action of
//	                            Gather, Dial or Record, a callback, or Redirect
//
// With ! before them, logged and received say that it has not been so once all
// is settled. PATTERN is a regular expression in which . is any character, a
// line's end too.

// storyMain is main for a story: what dev shows goes to a file, too, where it
// can be looked at while dev runs.
func storyMain() {
	stdio := Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	if len(os.Args) > 1 && os.Args[1] == "dev" {
		f, err := os.OpenFile("dev.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		stdio.Out = io.MultiWriter(os.Stdout, f) // closed with the process
	}
	os.Exit(Main(context.Background(), os.Args[1:], stdio))
}

func TestExamples(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	stories := 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		stories++
		dir := filepath.Join(root, "examples", e.Name())
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"README.md", "config.toml", "scripts", "story.txtar"} {
				if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
					t.Fatalf("an example has a README.md, a config.toml, scripts and a story.txtar: %v", err)
				}
			}
			runStory(t, filepath.Join(dir, "story.txtar"), func(work string) error {
				return os.CopyFS(work, os.DirFS(dir))
			})
		})
	}
	if stories < 11 {
		t.Errorf("only %d stories were found", stories)
	}
}

// What the READMEs of the examples say to try works: the first block of
// commands is dev, the second goes to a second terminal.
func TestExamplesAsTheirReadmesSay(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "examples", "*", "README.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			var blocks []string
			for _, b := range readPage(t, "examples/"+filepath.Base(dir)+"/README.md").blocks {
				if b.lang == "sh" {
					blocks = append(blocks, b.text)
				}
			}
			if len(blocks) != 2 || blocks[0] != "twirouter dev\n" {
				t.Fatalf("blocks of commands: %q", blocks)
			}
			session := "twirouter dev &\nready\nexec sh -e commands\nstdout .\nsettled\n! logged warning:\n-- commands --\n" + blocks[1]
			story := filepath.Join(t.TempDir(), "readme.txtar")
			if err := os.WriteFile(story, []byte(session), 0o600); err != nil {
				t.Fatal(err)
			}
			runStory(t, story, func(work string) error { return os.CopyFS(work, os.DirFS(dir)) })
		})
	}
}

// The scripts of this checkout are what a newcomer meets first.
func TestStarters(t *testing.T) {
	runStory(t, filepath.Join("testdata", "starters.txtar"), func(work string) error {
		return os.CopyFS(filepath.Join(work, "scripts"), os.DirFS(filepath.Join(root, "scripts")))
	})
}

// runStory runs one story in a folder that fill has filled.
func runStory(t *testing.T, file string, fill func(work string) error) {
	s := &story{servers: map[string]*calledServer{}}
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Setup: func(e *testscript.Env) error {
			e.Setenv("PORT", "0")
			e.Setenv("ADMIN_PORT", "0")
			e.Setenv("NO_COLOR", "1")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("GORACE", "atexit_sleep_ms=10 "+os.Getenv("GORACE")) // or every command takes a second under -race
			e.Defer(s.close)
			return fill(e.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready": s.ready, "logged": s.logged, "clean": s.clean, "settled": s.settled, "follow": s.follow,
			"await": await, "answered": answered, "listen": s.listen, "answers": s.answers, "received": s.received, "count": s.count,
		},
	})
}

// storyPatience is how long a story waits for what must happen.
const storyPatience = 20 * time.Second

type story struct {
	servers map[string]*calledServer
}

func (s *story) close() {
	for _, c := range s.servers {
		c.close()
	}
}

// until waits for what to become true, and fails the story with what it saw
// last if it does not.
func until(ts *testscript.TestScript, what string, ok func() (bool, string)) {
	for limit := time.Now().Add(storyPatience); ; time.Sleep(2 * time.Millisecond) {
		done, seen := ok()
		if done {
			return
		}
		if time.Now().After(limit) {
			ts.Fatalf("%s did not come true; last seen:\n%s", what, seen)
		}
	}
}

// pattern is the one argument behind the first n.
func pattern(ts *testscript.TestScript, args []string, n int) *regexp.Regexp {
	if len(args) != n+1 {
		ts.Fatalf("%d arguments are wanted, the last a pattern", n+1)
	}
	p, err := regexp.Compile("(?ms)" + args[n])
	ts.Check(err)
	return p
}

// dev is the server that the story runs.
func (s *story) dev(ts *testscript.TestScript) (d devServer, err error) {
	text, err := os.ReadFile(ts.MkAbs(devFile))
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	return d, err
}

func (s *story) ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: ready")
	}
	until(ts, "a ready server", func() (bool, string) {
		d, err := s.dev(ts)
		if err != nil {
			return false, err.Error()
		}
		resp, err := http.Get(d.Admin + "/readyz")
		if err != nil {
			return false, err.Error()
		}
		defer resp.Body.Close()
		ts.Setenv("URL", d.URL)
		return resp.StatusCode == http.StatusOK, resp.Status
	})
}

// settled waits until nothing is under way: what is not there then will not
// come, unless a clock brings it.
func (s *story) settled(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: settled")
	}
	d, err := s.dev(ts)
	ts.Check(err)
	until(ts, "a settled server", func() (bool, string) {
		resp, err := http.Get(d.Admin + "/api/v1/status")
		if err != nil {
			return false, err.Error()
		}
		defer resp.Body.Close()
		var st admin.Status
		if err := json.NewDecoder(resp.Body).Decode(&st); err != nil {
			return false, err.Error()
		}
		text, _ := json.Marshal(st.Events)
		return st.Events[string(router.StateQueued)]+st.Events[string(router.StateRunning)] == 0, string(text)
	})
}

func (s *story) logged(ts *testscript.TestScript, neg bool, args []string) {
	p := pattern(ts, args, 0)
	look := func() (bool, string) {
		text, err := os.ReadFile(ts.MkAbs("dev.log"))
		if err != nil {
			return false, err.Error()
		}
		return p.Match(text), string(text)
	}
	if !neg {
		until(ts, "logged "+args[0], look)
		return
	}
	s.settled(ts, false, nil)
	if found, text := look(); found {
		ts.Fatalf("it was logged:\n%s", text)
	}
}

func (s *story) clean(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: clean")
	}
	s.logged(ts, true, []string{`^ +(error|warning): |  failed( by |  )`})
}

// leads says by which element and attribute an answer leads to a request of a
// kind; the text of the element, where the attribute is "".
var leads = []struct{ kind, element, attribute string }{
	{"gather.finished", "Gather", "action"},
	{"gather.partial", "Gather", "partialResultCallback"},
	{"dial.finished", "Dial", "action"},
	{"record.finished", "Record", "action"},
	{"enqueue.finished", "Enqueue", "action"},
	{"recording.", `\w+`, "recordingStatusCallback"},
	{"transcription.", "Record", "transcribeCallback"},
	{"call.twiml-requested", "Redirect", ""},
	{"call.", `\w+`, "statusCallback"},
}

func (s *story) follow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: follow KIND [KEY=VALUE…]")
	}
	answer := ts.ReadFile("stdout")
	for _, l := range leads {
		if !strings.HasPrefix(args[0], l.kind) {
			continue
		}
		p := regexp.MustCompile(`<` + l.element + `\b[^>]*\s` + l.attribute + `="([^"]*)"`)
		if l.attribute == "" {
			p = regexp.MustCompile(`<` + l.element + `\b[^>]*>([^<]*)<`)
		}
		m := p.FindStringSubmatch(answer)
		if m == nil {
			ts.Fatalf("the last answer leads nowhere for %s:\n%s", args[0], answer)
		}
		ts.Check(ts.Exec("twirouter", append([]string{"send", "--to", html.UnescapeString(m[1])}, args...)...))
		return
	}
	ts.Fatalf("no verb leads to %s", args[0])
}
