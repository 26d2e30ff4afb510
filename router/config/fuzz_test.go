package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seeds are the golden inputs and some odd spellings.
func seeds(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*/*.toml")
	must(f, err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		must(f, err)
		f.Add(string(b))
	}
	for _, s := range []string{
		"", "a", "a.", "a.b", "a = [", "a = {", "[", "[[", "[]", "[a", "[[a]", "a = \"\"\"", "a = '''", "a = \"\\", "= 1", "a == 1", "a = 1 b = 2",
		"a = {b = 1, b.c = 2}", "a.b = 1\na.b.c = 2", "[a]\n[a.b]\n[a]", "[[a]]\n[a]", "a = [[[{b=[{c=1}]}]]]", "a={b={c.d=1,\n}}", "a = \"\"\"\"\"\"\"\"", "'''a''' = 1",
		"route.\"a\".path = '/'\n[route.a.vars]\nx.y = 1", "\ufeffa = 1", "a = 1\r\nb = 2", "a = \"\\\\\"\"\"\"\"\"",
	} {
		f.Add(s)
	}
}

// FuzzBuild loads any bytes: it never panics, there is a generation exactly if
// there is no error, every problem lies in the file, and no secret of the
// environment is in any of them.
func FuzzBuild(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		doc, problems := parse("config.toml", []byte(text))
		c, more := decode(doc, getenv)
		files := &Files{config: c, problems: append(problems, more...), broken: len(problems) > 0}
		g, _, all := Build(context.Background(), files, deps())
		if (g == nil) != (len(all.Errors()) > 0) {
			t.Fatalf("generation %v, problems %v", g != nil, all)
		}
		count := strings.Count(text, "\n") + 1
		for _, p := range all {
			if p.Line < 0 || p.Line > count || p.Col < 0 || p.Col > len(text)+1 || p.What == "" || strings.ContainsFunc(p.String(), control) {
				t.Errorf("%q: %+v", text, p)
			}
			if strings.Contains(p.String(), environment["WORD"]) && !strings.Contains(text, environment["WORD"]) {
				t.Errorf("%q: a secret is told: %s", text, p)
			}
		}
		shown := Show(c)
		if again, problems := parse("config.toml", []byte(shown)); len(problems) > 0 {
			t.Errorf("what is shown of %q is not TOML: %v\n%s", text, problems, shown)
		} else if len(all.Errors()) == 0 {
			if _, problems := decode(again, getenv); len(problems.Errors()) > 0 {
				t.Errorf("what is shown of %q does not decode: %v\n%s", text, problems, shown)
			}
		}
	})
}

// FuzzExpand holds that expansion never panics, and leaves text without ${ as
// it is.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{"", "$", "${", "${}", "${A", "${TOKEN}", "${EMPTY:-x}", "$${TOKEN}", "$$${TOKEN}", "a${TOKEN}b${WORD}c", "${TOKEN:-${WORD}}", "${GONE:-}", "${1}", "${A-B}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, fault := expand(s, getenv)
		switch {
		case !strings.Contains(s, "${") && (fault != nil || got != s):
			t.Errorf("%q became %q, %v", s, got, fault)
		case fault != nil && fault.what == "":
			t.Errorf("%q: a fault without a reason", s)
		}
	})
}
