package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files and docs/config.md anew")

// project is what every golden file is loaded beside.
var project = map[string]string{
	"scripts/10-optout.lua":          `on("message.received")`,
	"scripts/20-ivr.lua":             `on("call.received") step("choice")`,
	"scripts/support/30-tickets.lua": `on("message.*")`,
	"scripts/lib/money.lua":          `return {}`,
	"broken/10-a.lua":                "x = 1\nsyntax error",
	"broken/20-b.lua":                `on("*")`,
	"broken/sub/20-a.lua":            `on("*")`,
	"broken/30-b.lua":                `on("*")`,
	"secrets/token":                  "ffffffffffffffffffffffffffffffff\n",
	"secrets/tokens":                 "ffffffffffffffffffffffffffffffff\r\n\neeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n",
	"secrets/empty":                  "",
	"secrets/two":                    "one\ntwo\n",
	"sorry.xml":                      "<Response>\n  <Say>Sorry.</Say>\n</Response>\n",
	"broken.xml":                     "<Response>\n  <Say>Sorry.\n</Response>\n",
}

// TestGolden loads every testdata/bad/*.toml and testdata/good/*.toml and
// compares its problems with the .txt beside it.
func TestGolden(t *testing.T) {
	for _, kind := range []string{"bad", "good"} {
		files, err := filepath.Glob(filepath.Join("testdata", kind, "*.toml"))
		must(t, err)
		if len(files) == 0 {
			t.Fatalf("no testdata/%s", kind)
		}
		for _, file := range files {
			t.Run(filepath.ToSlash(file), func(t *testing.T) {
				input, err := os.ReadFile(file)
				must(t, err)
				dir := folder(t, project)
				must(t, os.WriteFile(filepath.Join(dir, "config.toml"), input, 0o600))
				g, _, problems := load(t, dir, deps())
				if (kind == "good") != (g != nil) {
					t.Errorf("generation: %v", g != nil)
				}
				got := ""
				if len(problems) > 0 {
					got = strings.Join(problems, "\n") + "\n"
				}
				golden := strings.TrimSuffix(file, ".toml") + ".txt"
				if *update {
					must(t, os.WriteFile(golden, []byte(got), 0o644))
				}
				want, err := os.ReadFile(golden)
				must(t, err)
				if got != string(want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}
