package router

import (
	"strings"
	"testing"
)

func TestMaskNumbers(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"no numbers: 30007, 2026-11-21, 12345", "no numbers: 30007, 2026-11-21, 12345"},
		{"from +14158675309 to +15551230000", "from ***5309 to ***0000"},
		{"whatsapp:+14158675309", "whatsapp:***5309"},
		{"call 4158675309 now", "call ***5309 now"},
		{"+1 (415) 867-5309.", "***5309."},
		{"+44 20 7946 0958, please", "***0958, please"},
		{"SM0123456789012345678901234567890a", "SM0123456789012345678901234567890a"},
		{"0123456789abcdef", "0123456789abcdef"},
		{"+", "+"},
		{"1 + 1", "1 + 1"},
		{"+123456", "+123456"},
		{"1234567890123456", "1234567890123456"},
		{"+14158675309+14158675310", "***5309+***5310"},
		{"日本+819012345678。", "日本***5678。"},
	} {
		if got := MaskNumbers(c.in); got != c.want {
			t.Errorf("MaskNumbers(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzMaskNumbers(f *testing.F) {
	f.Add("call +14158675309")
	f.Add("+1 (415) 867-5309 x")
	f.Fuzz(func(t *testing.T, s string) {
		got := MaskNumbers(s)
		if strings.Contains(s, "+14158675309 ") && strings.HasPrefix(s, "+14158675309 ") && strings.Contains(got, "4158675309") {
			t.Errorf("MaskNumbers(%q) = %q shows the number", s, got)
		}
		if again := MaskNumbers(got); len(again) > len(got) {
			t.Errorf("masking twice grew %q to %q", got, again)
		}
	})
}
