package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"twirouter/router"
)

func read(t *testing.T, dir string) *Files {
	t.Helper()
	f, err := Read(Source{Path: filepath.Join(dir, "config.toml"), Getenv: getenv})
	must(t, err)
	return f
}

func TestScriptName(t *testing.T) {
	for path, want := range map[string]string{
		"20-autoreply.lua":        "autoreply",
		"support/20-optout.lua":   "support/optout",
		"10-support/--20-a-1.lua": "support/a-1",
		"optout.lua":              "optout",
		"911.lua":                 "911",
		"2024/01-a.lua":           "2024/a",
		"3d.lua":                  "d",
		"_x.lua":                  "_x",
		"a.lua.lua":               "a.lua",
		"20_a.lua":                "_a",
	} {
		if got := ScriptName(path); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
}

// TestFolder: which files are scripts, which are modules, in which order.
func TestFolder(t *testing.T) {
	dir := folder(t, map[string]string{
		"config.toml":               "",
		"scripts/2-b.lua":           "2b",
		"scripts/10-a.lua":          "10a",
		"scripts/Z.lua":             "Z",
		"scripts/a/20-x.lua":        "ax",
		"scripts/a-b.lua":           "a-b",
		"scripts/a/lib/y.lua":       "not the top lib",
		"scripts/lib/money.lua":     "m",
		"scripts/lib/_own.lua":      "m",
		"scripts/lib/sub/init.lua":  "m",
		"scripts/lib/m_test.lua":    "no",
		"scripts/lib/.hidden.lua":   "no",
		"scripts/10-a_test.lua":     "no",
		"scripts/.hidden.lua":       "no",
		"scripts/_draft.lua":        "no",
		"scripts/_old/x.lua":        "no",
		"scripts/.git/x.lua":        "no",
		"scripts/notes.txt":         "no",
		"scripts/x.lua~":            "no",
		"scripts/empty/":            "",
		"elsewhere/linked.lua":      "linked",
		"elsewhere/folder/deep.lua": "no",
	})
	must(t, os.Symlink("../elsewhere/linked.lua", filepath.Join(dir, "scripts", "50-link.lua")))
	must(t, os.Symlink("../elsewhere/folder", filepath.Join(dir, "scripts", "folder")))
	must(t, os.Symlink("../elsewhere/folder", filepath.Join(dir, "scripts", "folder.lua")))
	must(t, os.Symlink("nobody@nowhere", filepath.Join(dir, "scripts", ".#10-a.lua")))
	f := read(t, dir)
	if len(f.problems) > 0 {
		t.Error(f.problems)
	}
	var names, files, modules []string
	for _, s := range f.scripts {
		names = append(names, s.Name)
		rel, err := filepath.Rel(dir, s.File)
		must(t, err)
		files = append(files, filepath.ToSlash(rel))
	}
	for _, m := range f.modules {
		modules = append(modules, m.Name)
	}
	if want := []string{"scripts/10-a.lua", "scripts/2-b.lua", "scripts/50-link.lua", "scripts/Z.lua", "scripts/a-b.lua", "scripts/a/20-x.lua", "scripts/a/lib/y.lua"}; !slices.Equal(files, want) {
		t.Errorf("scripts %q\nwant    %q", files, want)
	}
	if want := []string{"a", "b", "link", "Z", "a-b", "a/x", "a/lib/y"}; !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
	if want := []string{"_own.lua", "money.lua", "sub/init.lua"}; !slices.Equal(modules, want) {
		t.Errorf("modules %q, want %q", modules, want)
	}
	if string(f.scripts[2].Text) != "linked" {
		t.Errorf("the link gives %q", f.scripts[2].Text)
	}
	for _, want := range []string{"config.toml", "scripts", "scripts/a", "scripts/lib/sub", "scripts/empty", "scripts/50-link.lua", "scripts/lib/money.lua"} {
		if !slices.Contains(f.Paths, filepath.Join(dir, filepath.FromSlash(want))) {
			t.Errorf("%s is not among the paths", want)
		}
	}
	if f.Sizes[filepath.Join(dir, "scripts", "10-a.lua")] != 3 {
		t.Errorf("sizes: %v", f.Sizes)
	}
}

// TestFolderLink: the folder itself may be a link, as Kubernetes makes them.
func TestFolderLink(t *testing.T) {
	dir := folder(t, map[string]string{"config.toml": `scripts.dir = "live"`, "data/v1/..data/10-a.lua": `on("*")`})
	must(t, os.Symlink("..data/10-a.lua", filepath.Join(dir, "data", "v1", "10-a.lua")))
	must(t, os.Symlink("data/v1", filepath.Join(dir, "live")))
	g, _, problems := load(t, dir, deps())
	if g == nil || len(g.Scripts) != 1 || g.Scripts[0].Name != "a" {
		t.Fatal(problems)
	}
}

// TestUnreadable: what cannot be read is told by its name, and nothing hangs.
func TestUnreadable(t *testing.T) {
	dir := folder(t, map[string]string{"config.toml": "", "scripts/10-a.lua": `on("*")`})
	must(t, os.Symlink("gone.lua", filepath.Join(dir, "scripts", "dangling.lua")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "scripts", "pipe.lua"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "scripts", "huge.lua"), make([]byte, maxFile+1), 0o600))
	_, _, problems := load(t, dir, deps())
	want := []string{
		"scripts/dangling.lua: file does not exist",
		"scripts/huge.lua: is larger than 4MiB",
		"scripts/pipe.lua: is not a regular file",
	}
	if !slices.Equal(problems, want) {
		t.Errorf("got %q", problems)
	}
}

// TestNoFolder: a scripts folder that is not there is a warning, whatever the
// file says about its scripts; a file in its place is an error.
func TestNoFolder(t *testing.T) {
	toml := "[scripts]\ndir = \"soon\"\n[script.a]\nsettings = {}\n[route.a]\npath = \"/a\"\nscripts = [\"a.lua\"]\n"
	dir := folder(t, map[string]string{"config.toml": toml})
	before := read(t, dir).Hash
	g, _, problems := load(t, dir, deps())
	if want := []string{"config.toml:2:1: warning: there is no scripts folder soon: no script runs (it is loaded as soon as it is there)"}; g == nil || !slices.Equal(problems, want) {
		t.Errorf("got %q", problems)
	}
	if !slices.Contains(read(t, dir).Paths, filepath.Join(dir, "soon")) {
		t.Error("the missing folder is not watched for")
	}
	must(t, os.MkdirAll(filepath.Join(dir, "soon"), 0o755))
	if read(t, dir).Hash == before {
		t.Error("the hash does not tell a folder from none")
	}
	must(t, os.Remove(filepath.Join(dir, "soon")))
	must(t, os.WriteFile(filepath.Join(dir, "soon"), nil, 0o600))
	if g, _, problems = load(t, dir, deps()); g != nil || problems[0] != "config.toml:2:1: scripts folder soon: is not a folder" {
		t.Errorf("got %q", problems)
	}
}

// TestHash: equal bytes give equal hashes, any other byte, name or file another.
func TestHash(t *testing.T) {
	files := map[string]string{
		"config.toml":         "admin.token_file = \"token\"\n[route.a]\npath = \"/\"\nfallback_file = \"sorry.xml\"\n",
		"token":               "secret",
		"sorry.xml":           "<Response/>",
		"scripts/10-a.lua":    "a",
		"scripts/lib/m.lua":   "m",
		"scripts/a_test.lua":  "not loaded",
		"unrelated/notes.lua": "not loaded",
	}
	base := read(t, folder(t, files))
	if again := read(t, folder(t, files)); len(again.Sizes) != len(base.Sizes) || len(base.Sizes) != 5 {
		t.Errorf("read %v", base.Sizes)
	}
	dir := folder(t, files)
	first := read(t, dir).Hash
	if read(t, dir).Hash != first {
		t.Error("the same bytes give another hash")
	}
	change := func(name, text string) {
		t.Helper()
		must(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o600))
	}
	for name, text := range files {
		change(name, text+" ")
		if same := read(t, dir).Hash == first; same != strings.Contains(text, "not loaded") {
			t.Errorf("%s changed, and the hash is the same: %v", name, same)
		}
		change(name, text)
	}
	must(t, os.Rename(filepath.Join(dir, "scripts", "10-a.lua"), filepath.Join(dir, "scripts", "20-a.lua")))
	if read(t, dir).Hash == first {
		t.Error("a renamed script does not change the hash")
	}
}

// TestMissingConfig: there is nothing to build from, but something to wait for.
func TestMissingConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	f, err := Read(Source{Path: path, Getenv: getenv})
	if !errors.Is(err, fs.ErrNotExist) || !slices.Equal(f.Paths, []string{path}) {
		t.Errorf("error %v, paths %v", err, f.Paths)
	}
	if _, err := Read(Source{Path: filepath.Dir(path), Getenv: getenv}); err == nil || err.Error() != "is a folder" {
		t.Errorf("a folder: %v", err)
	}
	must(t, os.WriteFile(path, make([]byte, maxConfig+1), 0o600))
	if _, err := Read(Source{Path: path, Getenv: getenv}); err == nil || err.Error() != "is larger than 16MiB" {
		t.Errorf("a large file: %v", err)
	}
}

// TestNoConfig: without a file everything has its default.
func TestNoConfig(t *testing.T) {
	dir := folder(t, map[string]string{"scripts/10-a.lua": `on("*")`})
	f, err := Read(Source{Dir: dir, Getenv: getenv})
	must(t, err)
	d := deps()
	d.Accounts = []router.Account{{Name: "dev", Tokens: []router.Secret{"t"}}}
	d.Paths = []string{"/*"}
	g, c, problems := Build(t.Context(), f, d)
	if g == nil || len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(g.Scripts) != 1 || c.Server.Listen[0] != ":8090" || c.Admin.Listen != "127.0.0.1:8091" || c.Store.URL != "memory:" {
		t.Errorf("%+v", c)
	}
	if s := g.Site("/any/where"); s == nil || s.Routes[0].Name != "default" {
		t.Error("the given path is not used")
	}
	if len(g.Accounts) != 1 || g.Accounts[0].Name != "dev" || len(NeedsAccount(g)) > 0 {
		t.Errorf("accounts %v", g.Accounts)
	}
}

// TestShipped: the config.toml of the project loads with an empty environment.
func TestShipped(t *testing.T) {
	f, err := Read(Source{Path: filepath.Join("..", "..", "config.toml"), Getenv: func(string) (string, bool) { return "", false }})
	must(t, err)
	if len(f.problems.Errors()) > 0 || len(f.config.Accounts) > 0 || len(f.config.Routes) > 0 {
		t.Errorf("%v", f.problems)
	}
}
