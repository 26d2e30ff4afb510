package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGen(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.txt")
	if err := run(filepath.Join("testdata", "facts.json"), out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "facts.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got:\n%s", got)
	}
}

func TestGenRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"{":                 "unexpected end of JSON",
		`{"documents": []}`: "an object is wanted",
		`{"documents":{"voice":{"elements":{"A":{"element":"A","kind":"verb","parents":["B"]}}}}}`: "A: the parent B is unknown",
	} {
		file := filepath.Join(t.TempDir(), "facts.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(file, file+".out"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if err := run("no-such-file", ""); err == nil {
		t.Error("a file that is not there was not refused")
	}
}
