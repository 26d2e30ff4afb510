package reload

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"twirouter/router"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folder is a Source: every *.lua below it, concatenated, is the generation.
// A text with "broken" in it cannot be built, one with "panic" panics.
type folder struct {
	dir string
	mu  sync.Mutex
	n   int
}

func (f *folder) Read() (Snapshot, error) {
	s := Snapshot{Files: map[string]int64{}, Paths: []string{f.dir}}
	var all strings.Builder
	root, err := filepath.EvalSymlinks(f.dir)
	if err != nil {
		return s, fmt.Errorf("%s: there is no such folder", filepath.Base(f.dir))
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it vanished meanwhile: the next look sees it
		}
		s.Paths = append(s.Paths, path)
		if filepath.Ext(path) != ".lua" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		s.Files[path] = int64(len(text))
		fmt.Fprintf(&all, "%s=%s;", filepath.Base(path), text)
		return nil
	})
	s.Data = all.String()
	s.Hash = fmt.Sprintf("%x", sha256.Sum256([]byte(all.String())))
	return s, err
}

func (f *folder) Build(_ context.Context, s Snapshot) (*router.Generation, error) {
	text := s.Data.(string)
	switch {
	case strings.Contains(text, "panic"):
		panic("in the middle of it")
	case strings.Contains(text, "broken"):
		return nil, router.Problems{{File: "a.lua", Line: 3, Col: 1, What: "unexpected symbol"}, {File: "a.lua", Line: 9, What: "another"}}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	return (&router.Generation{Number: f.n, Hash: text}).Finish(time.Now, nil), nil
}

// bench is a reloader at work on a folder.
type bench struct {
	t    *testing.T
	dir  string
	live *router.Live
	r    *Reloader
	told chan Status
}

func start(t *testing.T, dir string, with ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, dir: dir, live: new(router.Live), told: make(chan Status, 100)}
	c := Config{
		Source: &folder{dir: dir}, Live: b.live, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Told: func(s Status) { b.told <- s },
	}
	for _, w := range with {
		w(&c)
	}
	b.r = New(c)
	if err := b.r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-b.told
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	// The answer to a request shows that Run is watching.
	if err := b.r.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// wait returns the first status for which ok holds.
func (b *bench) wait(what string, ok func(Status) bool) Status {
	b.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case s := <-b.told:
			if ok(s) {
				return s
			}
		case <-limit:
			b.t.Fatalf("never saw: %s; now %+v, in force %q", what, b.r.Status(), b.live.Load().Hash)
		}
	}
}

func (b *bench) becomes(text string) {
	b.t.Helper()
	b.wait("generation "+text, func(s Status) bool { return !s.Failing && b.live.Load().Hash == text })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryWayOfSaving(t *testing.T) {
	for _, way := range []struct {
		name string
		save func(b *bench, path string)
	}{
		{"in place", func(b *bench, path string) {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			must(b.t, err)
			_, err = f.WriteAt([]byte("two"), 0)
			must(b.t, errors.Join(err, f.Close()))
		}},
		{"truncate, then write", func(b *bench, path string) { must(b.t, os.WriteFile(path, []byte("two"), 0o644)) }},
		{"rename over", func(b *bench, path string) {
			must(b.t, os.WriteFile(path+".tmp", []byte("two"), 0o644))
			must(b.t, os.Rename(path+".tmp", path))
		}},
		{"backup, then create", func(b *bench, path string) {
			must(b.t, os.Rename(path, path+"~"))
			must(b.t, os.WriteFile(path, []byte("two"), 0o644))
		}},
		{"delete, then create", func(b *bench, path string) {
			must(b.t, os.Remove(path))
			must(b.t, os.WriteFile(path, []byte("two"), 0o644))
		}},
		{"the whole folder replaced", func(b *bench, path string) {
			must(b.t, os.MkdirAll(b.dir+".new", 0o755))
			must(b.t, os.WriteFile(filepath.Join(b.dir+".new", "a.lua"), []byte("two"), 0o644))
			must(b.t, os.Rename(b.dir, b.dir+".old"))
			must(b.t, os.Rename(b.dir+".new", b.dir))
		}},
		{"a link swapped", func(b *bench, path string) {
			other := filepath.Join(b.t.TempDir(), "elsewhere.lua")
			must(b.t, os.WriteFile(other, []byte("two"), 0o644))
			must(b.t, os.Symlink(other, path+".lnk"))
			must(b.t, os.Rename(path+".lnk", path))
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "scripts")
			must(t, os.Mkdir(dir, 0o755))
			must(t, os.WriteFile(filepath.Join(dir, "a.lua"), []byte("one"), 0o644))
			b := start(t, dir)
			path := filepath.Join(dir, "a.lua")
			way.save(b, path)
			b.becomes("a.lua=two;")
			// And once more, in the plainest way: the watch is still on.
			must(t, os.WriteFile(path, []byte("three"), 0o644))
			b.becomes("a.lua=three;")
		})
	}
}

// A Kubernetes ConfigMap: the folder holds links into ..data, itself a link
// that is swapped by rename.
func TestConfigMapSwap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version := func(name, text string) {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name, "a.lua"), []byte(text), 0o644))
		must(t, os.Symlink(name, filepath.Join(dir, "..next")))
		must(t, os.Rename(filepath.Join(dir, "..next"), filepath.Join(dir, "..data")))
	}
	version("..1", "one")
	b := start(t, filepath.Join(dir, "..data"))
	if got := b.live.Load().Hash; got != "a.lua=one;" {
		t.Fatalf("loaded %q", got)
	}
	for i, text := range []string{"two", "three"} {
		version(fmt.Sprintf("..%d", i+2), text)
		must(t, os.RemoveAll(filepath.Join(dir, fmt.Sprintf("..%d", i+1))))
		b.becomes("a.lua=" + text + ";")
	}
}

func TestNewFoldersAreSeen(t *testing.T) {
	t.Parallel()
	b := start(t, t.TempDir())
	b.write("deep/er/b.lua", "b")
	b.becomes("b.lua=b;")
	b.write("deep/er/b.lua", "c")
	b.becomes("b.lua=c;")
}

func TestBadEditKeepsTheLastGood(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "a.lua"), []byte("one"), 0o644))
	b := start(t, dir)
	for i, bad := range []struct{ text, first string }{{"broken", "a.lua:3:1: unexpected symbol"}, {"panic", "internal error while loading; the log has it"}} {
		b.write("a.lua", bad.text)
		s := b.wait("a refusal of "+bad.text, func(s Status) bool { return s.Failing })
		if b.live.Load().Hash != "a.lua=one;" || s.Generation != i+1 {
			t.Fatalf("in force: %q, generation %d", b.live.Load().Hash, s.Generation)
		}
		if got := s.Problems[0].String(); got != bad.first {
			t.Fatalf("told %q, want %q", got, bad.first)
		}
		if err := b.r.Reload(t.Context()); err == nil {
			t.Fatal("a request to reload says that all is well")
		}
		b.wait("the refusal of the request", func(s Status) bool { return s.Failing })
		b.write("a.lua", "one")
		b.wait("recovery", func(s Status) bool { return !s.Failing })
	}
}

func TestVanishedFileIsGivenTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.lua")
	must(t, os.WriteFile(path, []byte("one"), 0o644))
	b := start(t, dir)
	begun := time.Now()
	must(t, os.Truncate(path, 0))
	b.becomes("a.lua=;")
	if took := time.Since(begun); took < hold {
		t.Fatalf("an emptied file counted after %v, before %v", took, hold)
	}
	must(t, os.WriteFile(path, []byte("two"), 0o644))
	b.becomes("a.lua=two;")
	must(t, os.Remove(path))
	b.becomes("")
	must(t, os.Remove(dir))
	s := b.wait("that the folder is gone", func(s Status) bool { return s.Failing })
	if got := s.Problems[0].What; !strings.Contains(got, "no such folder") {
		t.Fatalf("told %q", got)
	}
	b.write("a.lua", "three")
	b.becomes("a.lua=three;")
}

// A new file is empty between its creation and the first write.
func TestNewEmptyFileIsGivenTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, dir)
	f, err := os.Create(filepath.Join(dir, "a.lua"))
	must(t, err)
	time.Sleep(10 * quiet) // longer than it waits for news: it has looked
	_, err = f.WriteString("one")
	must(t, errors.Join(err, f.Close()))
	s := b.wait("the first generation with the file", func(s Status) bool { return s.Generation > 1 })
	if got := b.live.Load().Hash; got != "a.lua=one;" {
		t.Fatalf("generation %d is %q: the empty file was loaded", s.Generation, got)
	}
}

// Lost notifications only cost seconds.
func TestPollAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.lua")
	must(t, os.WriteFile(path, []byte("one"), 0o644))
	before := stamp([]string{dir, path})
	must(t, os.WriteFile(path, []byte("two"), 0o644))
	if stamp([]string{path, dir}) == before {
		t.Fatal("a file of the same length was written and the stamp is the same")
	}
	live := new(router.Live)
	told := make(chan Status, 10)
	r := New(Config{Source: &folder{dir: dir}, Live: live, Now: time.Now, Log: slog.New(slog.DiscardHandler), Told: func(s Status) { told <- s }})
	must(t, r.Load(t.Context()))
	<-told
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.run(ctx, &watch{log: r.c.Log}) }()
	defer func() { cancel(); <-done }()
	must(t, r.Reload(t.Context()))
	must(t, os.WriteFile(path, []byte("three"), 0o644))
	select {
	case <-told:
	case <-time.After(20 * time.Second):
		t.Fatal("never seen")
	}
	if got := live.Load().Hash; got != "a.lua=three;" {
		t.Fatalf("in force: %q", got)
	}
}

func TestRestartIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, dir, func(c *Config) {
		c.Restart = func(first, now *router.Generation) []string {
			if first.Hash != now.Hash {
				return []string{"server.listen"}
			}
			return nil
		}
	})
	b.write("a.lua", "one")
	s := b.wait("the change", func(s Status) bool { return b.live.Load().Hash == "a.lua=one;" })
	if len(s.Restart) != 1 || s.Restart[0] != "server.listen" {
		t.Fatalf("restart: %q", s.Restart)
	}
}
