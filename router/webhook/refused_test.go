package webhook

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestBudget(t *testing.T) {
	b := budget{perSecond: 2}
	at := func(s int64) time.Time { return time.Unix(s, 5e8) }
	for i, c := range []struct {
		second int64
		ok     bool
		missed int
	}{
		{100, true, 0}, {100, true, 0}, {100, false, 0}, {100, false, 0},
		{101, true, 2}, {100, true, 0}, {100, false, 0}, {101, false, 0}, // a late one counts as of now
		{103, true, 2}, {103, true, 0}, {103, false, 0},
		{50, true, 1}, {50, true, 0}, {50, false, 0}, // the clock was set back
		{51, true, 1},
	} {
		if ok, missed := b.take(at(c.second)); ok != c.ok || missed != c.missed {
			t.Errorf("%d, in second %d: %v, %d missed, want %v, %d", i, c.second, ok, missed, c.ok, c.missed)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"abc", "abc"}, {"abcde", "abcd…"}, {"abcé", "abc…"}, {"ab\xff\xff\xff\xff", "ab…"}} {
		if got := clip(c.in, 4); got != c.want || !utf8.ValidString(got) {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	if got := clip(strings.Repeat("x", 300), longestPath); len(got) != 300 {
		t.Errorf("%d bytes", len(got))
	}
}
