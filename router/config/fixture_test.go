package config

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

// now is the time of all tests.
var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// environment of all tests.
var environment = map[string]string{
	"TOKEN": "0123456789abcdef0123456789abcdef", "EMPTY": "", "SIZE": "2MiB", "HOST": "hooks.example.com",
	"WORD": "hunter2hunter2", "SPACED": " token ",
}

func getenv(name string) (string, bool) {
	v, ok := environment[name]
	return v, ok
}

// expression is a compiled expression that gives its own source.
type expression string

func (e expression) Eval(context.Context, *router.Event) (any, error) { return string(e), nil }

// deps stands for the rest of the program: a compiler that reads on("kind") and
// step("name") from the lines of a script, expressions that are wrong if they
// contain "(((", TwiML that must be <Response> with known verbs.
func deps() Deps {
	clock := func() time.Time { return now }
	return Deps{
		Compile:       compile,
		Expr:          expr,
		CheckFallback: checkFallback,
		CheckPattern:  checkPattern,
		Kinds:         kinds,
		Now:           clock,
		IDs:           router.NewIDs(clock, rand.Reader),
	}
}

func checkPattern(p string) error {
	if !strings.HasPrefix(p, "https://") {
		return errors.New("the pattern has no scheme")
	}
	return nil
}

var declaration = regexp.MustCompile(`(on|step)\("([^"]*)"`)

func compile(_ context.Context, p router.Program) ([]*router.Script, router.Problems) {
	var out []*router.Script
	var problems router.Problems
	for _, g := range p.Grants {
		for _, pattern := range slices.Concat(p.HTTP.Allow, g.HTTP) {
			if err := checkPattern(pattern); err != nil {
				problems = append(problems, router.Problem{What: "the compiler was given " + pattern})
			}
		}
	}
	for _, src := range p.Scripts {
		if i := bytes.Index(src.Text, []byte("syntax error")); i >= 0 {
			problems = append(problems, router.Problem{File: src.File, Line: bytes.Count(src.Text[:i], []byte("\n")) + 1, What: "unexpected symbol"})
			continue
		}
		s := &router.Script{Name: src.Name, File: src.File}
		for _, m := range declaration.FindAllSubmatch(src.Text, -1) {
			if string(m[1]) == "step" {
				s.Steps = append(s.Steps, string(m[2]))
				continue
			}
			s.Handlers = append(s.Handlers, router.Handler{Kinds: []router.KindPattern{router.KindPattern(m[2])}})
		}
		out = append(out, s)
	}
	return out, problems
}

func expr(src, file string, line, col int) (router.Expr, *router.Problem) {
	before, _, wrong := strings.Cut(src, "(((")
	if !wrong {
		return expression(src), nil
	}
	p := &router.Problem{File: file, Line: line, Col: col + len(before), What: "unexpected (", Hint: "count the parentheses"}
	if n := strings.Count(before, "\n"); n > 0 {
		p.Line, p.Col = line+n, 0
	}
	return nil, p
}

func checkFallback(wants router.Wants, doc []byte) ([]byte, router.Problems) {
	verbs := map[router.Wants][]string{
		router.WantsVoice:     {"Response", "Say", "Redirect"},
		router.WantsMessaging: {"Response", "Message", "Redirect"},
	}[wants]
	dec := xml.NewDecoder(bytes.NewReader(doc))
	elements := 0
	for {
		tok, err := dec.Token()
		line, col := dec.InputPos()
		if tok == nil {
			if elements == 0 || err.Error() != "EOF" {
				return nil, router.Problems{{Line: line, Col: col, What: "is not XML"}}
			}
			return append([]byte(router.Declaration), doc...), nil
		}
		if start, ok := tok.(xml.StartElement); ok {
			elements++
			if !slices.Contains(verbs, start.Name.Local) {
				return nil, router.Problems{{Line: line, Col: col, What: "there is no element " + start.Name.Local}}
			}
		}
	}
}

func kinds(kind string) (router.Wants, bool, string) {
	known := map[string]router.Wants{
		"message.received": router.WantsMessaging, "message.delivered": router.WantsNothing, "call.received": router.WantsVoice,
		"call.in-progress": router.WantsNothing, "taskrouter.assignment": router.WantsTaskRouter, "proxy.intercept": router.WantsStatus,
		"gather.finished": router.WantsVoice,
	}
	if wants, ok := known[kind]; ok {
		return wants, true, ""
	}
	if strings.HasPrefix(kind, "app.") {
		return router.WantsNothing, true, ""
	}
	if kind == "message.recieved" {
		return router.WantsNothing, false, "message.received"
	}
	return router.WantsNothing, false, ""
}

// folder writes files into a new folder; a name that ends in "/" is a folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// load reads and builds the config.toml in dir. Problems name files relative to
// dir.
func load(t testing.TB, dir string, d Deps) (*router.Generation, *Config, []string) {
	t.Helper()
	f, err := Read(Source{Path: filepath.Join(dir, "config.toml"), Getenv: getenv})
	must(t, err)
	g, c, problems := Build(context.Background(), f, d)
	if (g == nil) != (len(problems.Errors()) > 0) {
		t.Fatalf("generation %v with problems %v", g, problems)
	}
	return g, c, lines(dir, problems)
}

// lines are problems as people read them, with files relative to dir.
func lines(dir string, problems router.Problems) []string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.ReplaceAll(p.String(), dir+string(filepath.Separator), ""))
	}
	return out
}

// text loads a config.toml beside one script.
func text(t testing.TB, toml string) (*router.Generation, *Config, []string) {
	t.Helper()
	return load(t, folder(t, map[string]string{
		"config.toml": toml, "scripts/10-all.lua": `on("*")`,
	}), deps())
}

func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(path))
	must(t, err)
	return string(b)
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o600))
}
