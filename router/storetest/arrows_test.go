package storetest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestArrowsAreDrawn holds docs/states.md to the arrows that the suite goes
// along: each is drawn, and no other.
func TestArrowsAreDrawn(t *testing.T) {
	page, err := os.ReadFile("../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for line := range strings.Lines(string(page)) {
		if strings.Contains(line, "-->") {
			drawn = append(drawn, strings.TrimSpace(line))
		}
	}
	slices.Sort(drawn)
	var want []string
	for _, a := range Arrows() {
		want = append(want, a.String())
	}
	if !slices.Equal(drawn, want) {
		t.Errorf("docs/states.md draws\n  %s\nthe suite goes along\n  %s", strings.Join(drawn, "\n  "), strings.Join(want, "\n  "))
	}
}
