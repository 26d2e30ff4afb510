package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The documents are held to the program by the tests of this file and of those
// beside it whose names begin with docs_: what they show is run
// (docs_scripts_test.go, docs_config_test.go, docs_readme_test.go), what they
// name is there (this file), what they list is complete (docs_tables_test.go).

// root is where the documents are, wherever a test goes.
var root = absolute("../..")

func absolute(name string) string {
	whole, err := filepath.Abs(name)
	if err != nil {
		panic(err)
	}
	return whole
}

// page is one document.
type page struct {
	name   string // from the root, with slashes
	lines  []string
	blocks []*block
}

// block is one piece of code in a page.
type block struct {
	page    *page
	line    int      // of its first line of code
	section int      // line of the heading above it
	lang    string   // first word behind the fence
	words   []string // the others
	text    string
	next    *block // the block behind it, with blank lines alone between; or nil
}

func (b *block) String() string { return fmt.Sprintf("%s:%d", b.page.name, b.line) }

// pages reads every document: README.md, those of docs and of the examples.
func pages(t *testing.T) []*page {
	t.Helper()
	names := []string{"README.md"}
	for _, folder := range []string{"docs", "examples"} {
		err := fs.WalkDir(os.DirFS(root), folder, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path.Ext(name) == ".md" {
				names = append(names, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var all []*page
	for _, name := range names {
		all = append(all, readPage(t, name))
	}
	return all
}

func readPage(t *testing.T, name string) *page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := parsePage(name, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// parsePage finds the blocks between fences of three backticks, which may be
// indented as parts of a list are.
func parsePage(name, text string) (*page, error) {
	p := &page{name: name, lines: strings.Split(text, "\n")}
	var open, last *block
	indent, section := "", 0
	for i, line := range p.lines {
		bare := strings.TrimLeft(line, " ")
		fence := strings.HasPrefix(bare, "```")
		switch {
		case fence && open == nil:
			indent = line[:len(line)-len(bare)]
			words := strings.Fields(strings.TrimPrefix(bare, "```"))
			open = &block{page: p, line: i + 2, section: section}
			if len(words) > 0 {
				open.lang, open.words = words[0], words[1:]
			}
			if last != nil {
				last.next = open
			}
		case fence:
			p.blocks = append(p.blocks, open)
			open, last = nil, open
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		case strings.HasPrefix(line, "#"):
			section, last = i+1, nil
		case bare != "":
			last = nil
		}
	}
	if open != nil {
		return nil, fmt.Errorf("%s:%d: a fence is not closed", name, open.line-1)
	}
	return p, nil
}

func TestPages(t *testing.T) {
	p, err := parsePage("x.md", "# A\n\n```lua fragment K=v\na\n\n  b\n```\n\n```xml\n<c/>\n```\ntext\n1. list\n   ```sh\n   go\n   ```\n## B\n```\nd\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range p.blocks {
		got = append(got, fmt.Sprintf("%d %d %s%q %q %v", b.line, b.section, b.lang, b.words, b.text, b.next != nil))
	}
	want := []string{`4 1 lua["fragment" "K=v"] "a\n\n  b\n" true`, `10 1 xml[] "<c/>\n" false`, `15 1 sh[] "go\n" false`, `19 17 [] "d\n" false`}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := parsePage("x.md", "```lua\n"); err == nil {
		t.Error("an open fence is no error")
	}
}

// prose calls visit for every line of a page outside of its blocks.
func (p *page) prose(visit func(line int, text string)) {
	inside := false
	for i, text := range p.lines {
		if strings.HasPrefix(strings.TrimLeft(text, " "), "```") {
			inside = !inside
		} else if !inside {
			visit(i+1, text)
		}
	}
}

// mermaid and the pictures of a terminal are looked at, not run.
var languages = []string{"", "lua", "toml", "sh", "xml", "json", "text", "mermaid"}

func TestBlocksHaveALanguageThatIsTested(t *testing.T) {
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			if !slices.Contains(languages, b.lang) {
				t.Errorf("%s: no test knows what a block of %q is", b, b.lang)
			}
		}
	}
}

var (
	linkPattern   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	spanPattern   = regexp.MustCompile("`([^`]+)`")
	anchorPattern = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchor is the name by which a heading is linked to.
func anchor(heading string) string {
	heading = strings.ToLower(strings.TrimSpace(strings.TrimLeft(heading, "#")))
	return strings.ReplaceAll(anchorPattern.ReplaceAllString(heading, ""), " ", "-")
}

func (p *page) anchors() map[string]bool {
	found := map[string]bool{}
	p.prose(func(_ int, text string) {
		if strings.HasPrefix(text, "#") {
			found[anchor(text)] = true
		}
	})
	return found
}

func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	for _, p := range pages(t) {
		p.prose(func(line int, text string) {
			for _, m := range linkPattern.FindAllStringSubmatch(spanPattern.ReplaceAllString(text, ""), -1) {
				links++
				target, mark, _ := strings.Cut(m[1], "#")
				if strings.Contains(target, "://") {
					continue
				}
				name := p.name
				if target != "" {
					name = path.Join(path.Dir(p.name), target)
				}
				if _, err := os.Stat(filepath.Join(root, name)); err != nil {
					t.Errorf("%s:%d: %s is not there", p.name, line, m[1])
				} else if mark != "" && !readPage(t, name).anchors()[mark] {
					t.Errorf("%s:%d: %s has no heading %q", p.name, line, name, mark)
				}
			}
		})
	}
	if links < 10 {
		t.Errorf("only %d links were found", links)
	}
}

// elsewhere are files that a document names and that are not in the
// repository, for the reader makes them.
var elsewhere = []string{"myproject/", "support/", "sales/", "sub/", "a/b.lua", ".twirouter/", "data/", "lib/", "scripts/lib/", "scripts/support/", "scripts/NAME"}

// TestNamedFilesAreThere looks at every path in `backticks` that ends like one
// of our files.
func TestNamedFilesAreThere(t *testing.T) {
	named := 0
	for _, p := range pages(t) {
		p.prose(func(line int, text string) {
			for _, m := range spanPattern.FindAllStringSubmatch(text, -1) {
				name := m[1]
				if !strings.Contains(name, "/") || strings.ContainsAny(name, " *{}$=:…") || strings.HasPrefix(name, "/") {
					continue
				}
				ext := path.Ext(name)
				ours := slices.Contains([]string{".go", ".lua", ".md", ".toml"}, ext) || strings.HasPrefix(name, "examples/") || strings.HasPrefix(name, "docs/")
				if !ours || slices.ContainsFunc(elsewhere, func(e string) bool { return strings.HasPrefix(name, e) }) {
					continue
				}
				named++
				if !there(name) && !there(path.Join(path.Dir(p.name), name)) {
					t.Errorf("%s:%d: there is no %s", p.name, line, name)
				}
			}
		})
	}
	if named < 5 {
		t.Errorf("only %d names of files were found", named)
	}
}

func there(name string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
	return err == nil
}
