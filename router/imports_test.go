package router_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the architecture: which of our packages each of them may import,
// in files that are not tests. "…/..." stands for all below. Adapters never
// import each other; only cmd knows all.
var mayImport = map[string][]string{
	"router":           {},
	"router/twilio":    {"router"},
	"router/webhook":   {"router", "router/twilio"},
	"router/memory":    {"router"},
	"router/storetest": {"router"},
	"router/config":    {"router"},
	"router/reload":    {"router"},
	"router/worker":    {"router"},
	"router/admin":     {"router"},
	"luaapi":           {"router", "luaapi/..."},
	"luaapi/twiml":     {},
	"luaapi/fetch":     {},
	"cmd/twirouter":    {"..."},
	"bench":            {"..."},
	"scripts":          {},
	"examples":         {},
}

// tools are programs that make files of the package above them; they may
// import that package besides what it may.
const tools = "/internal/gen"

// onlyTests are imported by tests alone.
var onlyTests = []string{"router/storetest"}

// pureStd are packages that import the standard library and nothing else.
var pureStd = []string{"router", "router/twilio", "router/memory", "router/worker", "luaapi/twiml", "luaapi/fetch"}

const module = "twirouter"

func TestImports(t *testing.T) {
	root := ".."
	packages := map[string]bool{}
	for _, file := range goFiles(t, root) {
		pkg := path.Dir(file)
		test := strings.HasSuffix(file, "_test.go")
		if !test {
			packages[pkg] = true
		}
		for _, imported := range importsOf(t, filepath.Join(root, file)) {
			if test {
				continue
			}
			if complaint := allowed(pkg, imported); complaint != "" {
				t.Errorf("%s imports %s: %s", file, imported, complaint)
			}
		}
	}
	for pkg := range packages {
		if _, known := mayImport[owner(pkg)]; !known {
			t.Errorf("package %s is not in the table of what may be imported", pkg)
		}
	}
	for _, pkg := range []string{"router", "router/memory"} { // or the walk found nothing
		if !packages[pkg] {
			t.Errorf("package %s was not found", pkg)
		}
	}
}

// owner is the package in the table that pkg counts as.
func owner(pkg string) string {
	pkg, _, _ = strings.Cut(pkg, tools)
	return pkg
}

// allowed says what is wrong with an import, "" if nothing is.
func allowed(pkg, imported string) string {
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	if !isOurs {
		if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") && slices.Contains(pureStd, pkg) {
			return "this package imports the standard library alone"
		}
		return ""
	}
	if slices.Contains(onlyTests, ours) {
		return "only tests import it"
	}
	if owner(pkg) != pkg && ours == owner(pkg) {
		return ""
	}
	for _, may := range mayImport[owner(pkg)] {
		below, all := strings.CutSuffix(may, "...")
		if ours == may || all && strings.HasPrefix(ours, below) {
			return ""
		}
	}
	return "the table of what may be imported does not have it"
}

// TestTable holds the table to its own rules.
func TestTable(t *testing.T) {
	for pkg, may := range mayImport {
		if pkg == "bench" || pkg == "cmd/twirouter" || pkg == "router/webhook" || strings.HasPrefix(pkg, "luaapi") {
			continue
		}
		for _, m := range may {
			if m != "router" {
				t.Errorf("%s may import %s: adapters import the domain alone", pkg, m)
			}
		}
	}
	for _, c := range []struct {
		pkg, imported string
		ok            bool
	}{
		{"router", "twirouter/router/memory", false},
		{"router", "github.com/BurntSushi/toml", false},
		{"router", "net/http", true},
		{"router/memory", "twirouter/router", true},
		{"router/memory", "twirouter/router/worker", false},
		{"router/memory", "twirouter/router/storetest", false},
		{"router/webhook", "twirouter/router/twilio", true},
		{"router/twilio", "twirouter/router/webhook", false},
		{"router/config", "github.com/BurntSushi/toml", true},
		{"router/config", "twirouter/luaapi", false},
		{"luaapi", "twirouter/luaapi/fetch", true},
		{"luaapi", "twirouter/router/twilio", false},
		{"luaapi/fetch", "twirouter/luaapi", false},
		{"luaapi/twiml/internal/gen", "twirouter/luaapi/twiml", true},
		{"luaapi/twiml/internal/gen", "twirouter/luaapi", false},
		{"cmd/twirouter", "twirouter/luaapi/fetch", true},
		{"cmd/twirouter", "twirouter/router/storetest", false},
		{"router/new", "twirouter/router", false},
	} {
		if complaint := allowed(c.pkg, c.imported); (complaint == "") != c.ok {
			t.Errorf("%s importing %s: %q, want allowed %v", c.pkg, c.imported, complaint, c.ok)
		}
	}
}

// goFiles lists the module's Go files, with slashes.
func goFiles(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules"):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(name, ".go"):
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	var out []string
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		out = append(out, p)
	}
	return out
}
