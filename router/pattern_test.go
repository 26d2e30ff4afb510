package router_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

func TestKindPattern(t *testing.T) {
	for _, c := range []struct {
		pattern router.KindPattern
		kind    string
		want    bool
	}{
		{"message.received", "message.received", true},
		{"message.received", "Message.received", false},
		{"message.received", "message.receive", false},
		{"message.receive", "message.received", false},
		{"message.*", "message.sent", true},
		{"message.*", "message.", true},
		{"message.*", "message", false},
		{"*", "taskrouter.reservation.created", true},
		{"*", "", true},
		{"taskrouter.*", "taskrouter.reservation.created", true},
		{"taskrouter.*.created", "taskrouter.reservation.created", true},
		{"*.created", "taskrouter.reservation.created", true},
		{"t*r.*d", "taskrouter.reservation.created", true},
		{"**", "a", true},
		{"a**b", "ab", true},
		{"*a*a*", "a", false},
		{"ab*ba", "aba", false},
		{"ab*ba", "abba", true},
		{"a*b*c", "a.c.b.c", true},
		{"a.c", "abc", false},
		{"[a]*", "a", false},
		{"?", "a", false},
		{"", "", true},
		{"", "a", false},
		{"call.answered", "call.in-progress", true},
		{"call.answered", "call.answered", true},
		{"call.ans*", "call.in-progress", true},
		{"call.in-progress", "call.in-progress", true},
		{"call.in-progress", "call.answered", false},
		{"message.answered", "call.in-progress", false},
	} {
		if got := c.pattern.Match(c.kind); got != c.want {
			t.Errorf("%q matches %q: %v, want %v", c.pattern, c.kind, got, c.want)
		}
	}
}

func TestExactKind(t *testing.T) {
	for pattern, want := range map[router.KindPattern]string{
		"message.sent": "message.sent", "call.answered": "call.in-progress", "call.in-progress": "call.in-progress", "message.*": "", "*": "",
	} {
		got, exact := pattern.Exact()
		if got != want || exact != (want != "") {
			t.Errorf("%q names exactly %q, %v, want %q", pattern, got, exact, want)
		}
	}
}

// TestGlobIsQuick: a pattern of many stars does not take for ever.
func TestGlobIsQuick(t *testing.T) {
	begin := time.Now()
	if router.Glob(strings.Repeat("a*", 1000)+"b", strings.Repeat("a", 100_000)) {
		t.Error("it matches")
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// FuzzGlob holds Glob to a regular expression.
func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{{"message.*", "message.sent"}, {"*a*b*", "xaxbx"}, {"a**b", "ab"}, {"ab*ba", "aba"}, {"(*", "(x"}, {"\xff*", "\xff\n"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		parts := strings.Split(pattern, "*")
		for i, p := range parts {
			// Byte by byte, for neither side need be UTF-8.
			parts[i] = regexp.QuoteMeta(latin(p))
		}
		want := regexp.MustCompile(`\A(?s:` + strings.Join(parts, ".*") + `)\z`).MatchString(latin(name))
		if got := router.Glob(pattern, name); got != want {
			t.Errorf("Glob(%q, %q) is %v, want %v", pattern, name, got, want)
		}
	})
}

// latin makes one character of every byte.
func latin(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
