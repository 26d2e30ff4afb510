package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twirouter/luaapi"
	"twirouter/luaapi/fetch"
	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/memory"
	"twirouter/router/twilio"
)

// A block of Lua in a document is a whole script, whose first line may be a
// comment that names its file. A block of "lua fragment" is what stands inside
// of a handler. Words behind that say what it is run with, as for `twirouter
// send`: a kind and KEY=VALUE; step=NAME runs a step. Behind a block of Lua,
//
//	xml   is what it answers
//	json  is what it answers, where JSON is wanted
//	text  is what it logs, and then its error
//
// A block of "lua broken" does not load; the text behind it says why.
// Modules (scripts/lib/…) and settings (a block of toml) count for the blocks
// below them under the same heading.

// moment is the time in all documents: a Monday at noon.
var moment = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestScriptsInDocuments(t *testing.T) {
	ran := map[string]int{}
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			if b.lang == "lua" {
				t.Run(strings.ReplaceAll(b.String(), "/", "_"), func(t *testing.T) { runBlock(t, p, b, ran) })
			}
		}
	}
	for what, least := range map[string]int{"lua": 20, "xml": 5, "text": 5, "json": 1} {
		if ran[what] < least {
			t.Errorf("%d blocks of %s were run, there must be %d", ran[what], what, least)
		}
	}
}

var fileComment = regexp.MustCompile(`^-- (scripts/\S+\.lua)\b`)

// file is the file that a block stands for, and its text.
func (b *block) file() (name, text string) {
	if len(b.words) > 0 && b.words[0] == "fragment" {
		kind, _ := b.event()
		return "scripts/example.lua", fmt.Sprintf("on(%q, function(event) %send)", kind, b.text)
	}
	if m := fileComment.FindStringSubmatch(b.text); m != nil {
		return m[1], b.text
	}
	return "scripts/example.lua", b.text
}

// event is what a block is run with.
func (b *block) event() (kind string, set router.Params) {
	kind = "message.received"
	for _, w := range b.words {
		if key, value, ok := strings.Cut(w, "="); ok {
			set = append(set, router.Param{Key: key, Value: strings.ReplaceAll(value, "_", " ")})
		} else if w != "fragment" {
			kind = w
		}
	}
	return kind, set
}

func runBlock(t *testing.T, p *page, b *block, ran map[string]int) {
	ran["lua"]++
	file, text := b.file()
	files := map[string]string{file: text, "config.toml": ""}
	for _, other := range p.blocks {
		if other == b {
			break
		}
		if other.section != b.section {
			continue
		}
		if name, text := other.file(); other.lang == "lua" && strings.HasPrefix(name, "scripts/lib/") {
			files[name] = text
		}
		if other.lang == "toml" {
			files["config.toml"] = other.text
		}
	}
	g, problems := loadDocument(t, files)
	if slices.Contains(b.words, "broken") {
		if got := problems.Error() + "\n"; b.next == nil || got != b.next.text {
			t.Errorf("%s: the problems are\n%s", b, got)
		}
		return
	}
	if g == nil {
		t.Fatalf("%s: %v", b, problems)
	}
	for _, w := range g.Warnings {
		if !strings.HasPrefix(file, "scripts/lib/") || !strings.Contains(w.What, "no script in this folder") {
			t.Errorf("%s: %s", b, w)
		}
	}
	expected := ""
	if b.next != nil && slices.Contains([]string{"xml", "json", "text"}, b.next.lang) {
		expected = b.next.lang
		ran[expected]++
	}
	if expected == "" && !slices.Contains(b.words, "fragment") {
		return
	}
	out := runDocument(t, g, b)
	body := ""
	if out.Reply != nil {
		body = strings.TrimPrefix(string(out.Reply.Body), router.Declaration)
	}
	switch expected {
	case "xml":
		if got, want := body, compact(b.next.text); got != want || out.Verdict == router.Failed {
			t.Errorf("%s answers\n%s\nnot\n%s\n%s", b, got, want, out.ErrorText())
		}
	case "json":
		var want bytes.Buffer
		if err := json.Compact(&want, []byte(b.next.text)); err != nil {
			t.Errorf("%s: %v", b.next, err)
		}
		if body != want.String() || out.Verdict == router.Failed {
			t.Errorf("%s answers\n%s\nnot\n%s\n%s", b, body, want.String(), out.ErrorText())
		}
	case "text":
		if got := said(out); got != b.next.text {
			t.Errorf("%s says\n%snot\n%s", b, got, b.next.text)
		}
	default:
		if out.Verdict == router.Failed {
			t.Errorf("%s fails: %s", b, out.ErrorText())
		}
	}
	if expected != "text" {
		for _, w := range warnings(out) {
			t.Errorf("%s: %s", b, w)
		}
	}
}

// compact is a document without the line ends and blanks between its elements.
func compact(xml string) string {
	return strings.TrimSpace(regexp.MustCompile(`>\s+<`).ReplaceAllString(xml, "><"))
}

// said is what a run logs, and its error.
func said(out router.Outcome) string {
	var b strings.Builder
	for _, st := range out.Steps {
		for _, l := range st.Logs {
			fields := ""
			if len(l.Fields) > 0 {
				text, err := json.Marshal(l.Fields)
				fields = fmt.Sprintf(" %s", errorOr(text, err))
			}
			if l.Level != "info" {
				b.WriteString(l.Level + ": ")
			}
			b.WriteString(l.Message + fields + "\n")
		}
	}
	for _, w := range warnings(out) {
		b.WriteString("warning: " + w + "\n")
	}
	if text := out.ErrorText(); text != "" {
		b.WriteString("error: " + text + "\n")
	}
	return b.String()
}

func errorOr(text []byte, err error) string {
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func warnings(out router.Outcome) []string {
	var all []string
	for _, st := range out.Steps {
		all = append(all, st.Warnings...)
	}
	return all
}

// loadDocument makes a generation of files.
func loadDocument(t *testing.T, files map[string]string) (*router.Generation, router.Problems) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	store := memory.New(memory.Options{})
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	host := luaapi.Host{
		KV: store, Now: func() time.Time { return moment }, Rand: func() uint64 { return 7 },
		Fetch: func(p fetch.Policy) luaapi.Fetcher { return printedNet{p} },
	}
	compiler := luaapi.New(host)
	c := &cli{Stdio: Stdio{Out: io.Discard, Err: io.Discard}, configFile: "config.toml"}
	l := c.newLoader(nil, true)
	defer l.close()
	l.deps.Compile, l.deps.Expr, l.deps.Now = compiler.Compile, compiler.Expr, host.Now
	l.source.Getenv = func(string) (string, bool) { return "from-the-environment", true }
	snapshot, err := l.Read()
	if err != nil {
		t.Fatal(err)
	}
	g, _, problems := config.Build(t.Context(), snapshot.Data.(*config.Files), l.deps)
	return g, problems
}

// printedNet is the network of the documents: api.example.com answers {"name":
// "Ada"}, other hosts that may be called time out.
type printedNet struct{ policy fetch.Policy }

func (n printedNet) Do(_ context.Context, r fetch.Request) (*fetch.Response, *fetch.Error) {
	allowed := slices.ContainsFunc(n.policy.Allow, func(p fetch.Pattern) bool { return p.Match(r.URL) })
	switch {
	case !allowed:
		return nil, &fetch.Error{Kind: fetch.Denied, Message: "this may not be called"}
	case !strings.HasPrefix(r.URL, "https://api.example.com/"):
		return nil, &fetch.Error{Kind: fetch.Timeout, Message: "no answer in time", Retriable: true}
	}
	return &fetch.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"name":"Ada"}`)}, nil
}

// runDocument runs a block's event through the generation.
func runDocument(t *testing.T, g *router.Generation, b *block) router.Outcome {
	t.Helper()
	kind, set := b.event()
	step := ""
	set = slices.DeleteFunc(set, func(p router.Param) bool {
		if p.Key == "step" {
			step = g.Scripts[0].Name + "." + p.Value
		}
		return p.Key == "step"
	})
	random := rand.NewChaCha8([32]byte{1})
	ids := router.NewIDs(func() time.Time { return moment }, random)
	d, err := twilio.Build(kind, set, twilio.BuildOptions{Account: devAccount, Now: moment, Rand: random})
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	in := twilio.Input{
		Method: "POST", BaseURL: "https://hooks.example.com", Path: "/twilio", Headers: d.Headers, Params: d.Params, Body: d.JSON,
		ContentType: "application/x-www-form-urlencoded", Step: step, Account: devAccount, Verified: router.VerifiedYes, Received: moment, NewID: ids.Next,
	}
	if d.JSON != nil {
		in.ContentType = "application/json"
	}
	ev := twilio.Normalise(&in)[0]
	rt := g.Match(t.Context(), ev)
	if rt == nil {
		t.Fatalf("%s: no route takes %s", b, ev.Kind)
	}
	return g.Run(t.Context(), rt, ev)
}
