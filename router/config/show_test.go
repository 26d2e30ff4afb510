package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestShow prints every good file, loads what was printed, and prints the same.
func TestShow(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.toml")
	must(t, err)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			input, err := os.ReadFile(file)
			must(t, err)
			dir := folder(t, project)
			path := filepath.Join(dir, "config.toml")
			must(t, os.WriteFile(path, input, 0o600))
			_, c, _ := load(t, dir, deps())
			shown := fixed(Show(c))
			for _, secret := range []string{"TOKEN", "WORD"} {
				if strings.Contains(shown, environment[secret]) {
					t.Errorf("a secret is shown:\n%s", shown)
				}
			}
			golden := strings.TrimSuffix(file, ".toml") + ".shown"
			if *update {
				must(t, os.WriteFile(golden, []byte(shown), 0o644))
			}
			want, err := os.ReadFile(golden)
			must(t, err)
			if shown != string(want) {
				t.Errorf("shown:\n%s\nwant:\n%s", shown, want)
			}
			must(t, os.WriteFile(path, []byte(shown), 0o600))
			g, again, problems := load(t, dir, deps())
			if g == nil {
				t.Fatalf("what is shown does not load: %q\n%s", problems, shown)
			}
			if got := fixed(Show(again)); got != shown {
				t.Errorf("shown again:\n%s\nfirst:\n%s", got, shown)
			}
		})
	}
}

var fromCores = regexp.MustCompile(`# concurrency = [0-9]+`)

// fixed leaves out what depends on the machine.
func fixed(shown string) string {
	return fromCores.ReplaceAllString(shown, "# concurrency = N")
}
