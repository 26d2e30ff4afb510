package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"twirouter/luaapi"
	"twirouter/luaapi/fetch"
	"twirouter/luaapi/twiml"
	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/reload"
	"twirouter/router/twilio"
)

// loader makes generations of the configuration and the scripts: for `serve`
// again and again, for `check` and `run` once.
type loader struct {
	found  config.Found
	source config.Source
	deps   config.Deps
	client *fetch.Client
	number int
	// panicked is told of a panic under a script, which is a fault of ours.
	panicked func(file string, value any, stack []byte)
}

// newLoader finds the configuration. kv is the state that scripts see; offline
// scripts have no http.
func (c *cli) newLoader(kv router.KV, offline bool) *loader {
	found := config.Find(c.configFile, os.LookupEnv, exists)
	l := &loader{found: found, source: config.Source{Path: found.Path, Dir: ".", Getenv: os.LookupEnv}}
	host := luaapi.Host{KV: kv, Now: time.Now, Panicked: func(file string, value any, stack []byte) {
		if l.panicked != nil {
			l.panicked(file, value, stack)
		}
	}}
	if !offline {
		l.client = fetch.New(fetch.Policy{}, fetch.Options{})
		host.Fetch = func(p fetch.Policy) luaapi.Fetcher { return l.client.WithPolicy(p) }
	}
	compiler := luaapi.New(host)
	l.deps = config.Deps{
		Compile:       compiler.Compile,
		Expr:          compiler.Expr,
		CheckFallback: checkFallback,
		CheckPattern:  func(p string) error { _, err := fetch.ParsePattern(p); return err },
		Kinds:         lookUpKind,
		Now:           time.Now,
		IDs:           router.NewIDs(time.Now, rand.Reader),
	}
	return l
}

// close ends what the loader holds open.
func (l *loader) close() {
	if l.client != nil {
		l.client.Close()
	}
}

// Read implements reload.Source.
func (l *loader) Read() (reload.Snapshot, error) {
	files, err := config.Read(l.source)
	s := reload.Snapshot{Hash: files.Hash, Paths: files.Paths, Files: files.Sizes, Data: files}
	if err != nil {
		err = router.Problems{{File: l.source.Path, What: err.Error(), Hint: "twirouter init writes one; --config names another"}}
	}
	return s, err
}

// Build implements reload.Source.
func (l *loader) Build(ctx context.Context, s reload.Snapshot) (*router.Generation, error) {
	g, _, problems := config.Build(ctx, s.Data.(*config.Files), l.deps)
	if g == nil {
		return nil, problems
	}
	l.number++
	g.Number = l.number
	return g, nil
}

// load makes one generation; the problems are all there are, warnings too.
func (l *loader) load(ctx context.Context) (*router.Generation, router.Problems) {
	s, err := l.Read()
	if err != nil {
		return nil, err.(router.Problems)
	}
	g, err := l.Build(ctx, s)
	if err != nil {
		return nil, err.(router.Problems)
	}
	return g, g.Warnings
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// name is the configuration file for people.
func (l *loader) name() string {
	if l.found.Path == "" {
		return "no configuration file, defaults"
	}
	path := l.found.Path
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return fmt.Sprintf("%s (%s)", path, l.found.By)
}

// checkFallback reads a fallback document as strictly as an answer.
func checkFallback(wants router.Wants, text []byte) ([]byte, router.Problems) {
	kind := twiml.Voice
	if wants == router.WantsMessaging {
		kind = twiml.Messaging
	}
	doc, problems := twiml.Parse(kind, string(text))
	var out router.Problems
	for _, p := range problems {
		out = append(out, router.Problem{Line: p.Pos.Line, Col: p.Pos.Col, What: p.What, Hint: p.Hint, Warning: p.Severity == twiml.Warning})
	}
	if problems.Failed() {
		return nil, out
	}
	rendered, err := doc.Render()
	if err != nil {
		return nil, append(out, router.Problem{What: err.Error()})
	}
	return rendered, out
}

// lookUpKind says what is known of a name of a kind. A name that only fits a
// pattern, as a new status of Twilio's would, counts as known if nothing that is
// known is near it.
func lookUpKind(kind string) (wants router.Wants, known bool, suggest string) {
	info, ok := twilio.KindInfo(kind)
	if ok && (info.Listed || info.Product == "app" || info.Product == "router") {
		return info.Wants, true, ""
	}
	near := twilio.NearestKind(kind)
	return info.Wants, ok && near == "", near
}
