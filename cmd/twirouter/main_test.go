package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets sessions call twirouter as a command of its own: the test
// binary is then the program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"twirouter": storyMain})
}

// TestScripts runs the sessions of testdata/script, each in a folder of its own
// and on free ports. story_test.go has the commands that they use.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			runStory(t, file, func(string) error { return nil })
		})
	}
}

// await waits until a file has a line that fits a pattern: await FILE PATTERN.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	path := filepath.Clean(ts.MkAbs(args[0]))
	until(ts, args[0]+" with "+args[1], func() (bool, string) {
		text, err := os.ReadFile(path)
		return err == nil && pattern.Match(text), string(text)
	})
}

// answered sends until the answer fits a pattern: answered PATTERN KIND
// [KEY=VALUE…]. It is for what a save just changed.
func answered(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: answered PATTERN KIND [KEY=VALUE…]")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	until(ts, "an answer with "+args[0], func() (bool, string) {
		err := ts.Exec("twirouter", append([]string{"send"}, args[1:]...)...)
		seen := ts.ReadFile("stdout")
		return err == nil && pattern.MatchString(seen), seen
	})
}
