package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var scriptTable = regexp.MustCompile(`(?m)^\[script\.("?)([^\]"]+)`)

// TestSettingsInDocuments loads every block of toml as a config.toml, with
// every environment variable set and a script for every [script.NAME].
func TestSettingsInDocuments(t *testing.T) {
	blocks := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			if b.lang != "toml" {
				continue
			}
			blocks++
			t.Run(strings.ReplaceAll(b.String(), "/", "_"), func(t *testing.T) {
				files := map[string]string{"config.toml": b.text}
				for _, m := range scriptTable.FindAllStringSubmatch(b.text, -1) {
					files["scripts/"+m[2]+".lua"] = `on("message.received", function() end)`
				}
				if _, problems := loadDocument(t, files); len(problems.Errors()) > 0 {
					t.Errorf("%s: %v", b, problems.Errors())
				}
			})
		}
	}
	if blocks < 5 {
		t.Errorf("only %d blocks of toml were found", blocks)
	}
}

var (
	callPattern = regexp.MustCompile(`^(?:\$ )?(?:\./twirouter|twirouter|go run \./cmd/twirouter) +([a-z].*)$`)
	flagPattern = regexp.MustCompile(`--[a-z][a-z-]*`)
)

// calls are all calls of twirouter that a page shows: in `backticks`, and as
// lines of commands.
func (p *page) calls() (calls []string) {
	add := func(line string) {
		if m := callPattern.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			calls = append(calls, m[1])
		}
	}
	p.prose(func(_ int, text string) {
		for _, m := range spanPattern.FindAllStringSubmatch(text, -1) {
			add(m[1])
		}
	})
	for _, b := range p.blocks {
		if b.lang == "sh" || b.lang == "" {
			for line := range strings.Lines(b.text) {
				add(line)
			}
		}
	}
	return calls
}

// TestNamedCommandsExist looks up every command and flag that a document calls.
func TestNamedCommandsExist(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		for _, call := range p.calls() {
			found++
			root := (&cli{}).root()
			root.InitDefaultCompletionCmd()
			cmd, rest, err := root.Find(strings.Fields(call))
			if err != nil || cmd == root {
				t.Errorf("%s: there is no command in `twirouter %s`", p.name, call)
				continue
			}
			if cmd.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				t.Errorf("%s: `twirouter %s`: %s has no %s", p.name, call, cmd.Name(), rest[0])
			}
			for _, flag := range flagPattern.FindAllString(call, -1) {
				if name := strings.TrimPrefix(flag, "--"); cmd.Flag(name) == nil && name != "help" {
					t.Errorf("%s: `twirouter %s`: %s has no flag %s", p.name, call, cmd.Name(), flag)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d calls were found", found)
	}
}

// TestReadmeNamesEveryCommand keeps a command from being hidden.
func TestReadmeNamesEveryCommand(t *testing.T) {
	calls := readPage(t, "README.md").calls()
	root := (&cli{}).root()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		named := slices.ContainsFunc(calls, func(call string) bool { return strings.Fields(call)[0] == cmd.Name() })
		if !named && !cmd.Hidden && cmd.Name() != "help" {
			t.Errorf("README.md does not mention `twirouter %s`", cmd.Name())
		}
	}
}

// TestExitCodesInReadme compares the sentence with the constants.
func TestExitCodesInReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	codes := []struct {
		code int
		word string
	}{{exitDone, "done"}, {exitFailed, "failed"}, {exitUsage, "wrong usage"}, {exitProblem, "a problem was found"}}
	var parts []string
	for i, c := range codes {
		if c.code != i {
			t.Errorf("%q has the code %d, not %d", c.word, c.code, i)
		}
		parts = append(parts, string(rune('0'+c.code))+" "+c.word)
	}
	if sentence := "Exit codes: " + strings.Join(parts, ", ") + "."; !strings.Contains(string(text), sentence) {
		t.Errorf("README.md does not say %q", sentence)
	}
}
