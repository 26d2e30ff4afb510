package twiml

import "unicode/utf8"

// cleanText makes s fit for XML 1.0: characters that it forbids are taken out,
// and what is not UTF-8 becomes U+FFFD, once for each maximal part as the
// WHATWG decoder does it. first is the first character taken out. A text that
// is fit already is returned as it is.
//
// https://www.w3.org/TR/xml/#charsets
func cleanText(s string) (clean string, removed, repaired int, first rune) {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && !forbidden(rune(s[i])) {
		i++
	}
	if i == len(s) {
		return s, 0, 0, 0
	}
	var out []byte // nil as long as s is fit
	from := 0
	cut := func(i, n int, with string) {
		out = append(append(out, s[from:i]...), with...)
		from = i + n
	}
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			n = brokenLen(s[i:])
			cut(i, n, "\uFFFD")
			repaired++
		case forbidden(r):
			cut(i, n, "")
			if removed++; removed == 1 {
				first = r
			}
		}
		i += n
	}
	if removed == 0 && repaired == 0 {
		return s, 0, 0, 0
	}
	return string(append(out, s[from:]...)), removed, repaired, first
}

func forbidden(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// brokenLen is the length of the maximal part of a character that s, which does
// not begin with a whole one, begins with.
func brokenLen(s string) int {
	lo, hi, want := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 1
	case c >= 0xE0 && c <= 0xEF:
		want = 2
		switch c {
		case 0xE0:
			lo = 0xA0
		case 0xED:
			hi = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		want = 3
		switch c {
		case 0xF0:
			lo = 0x90
		case 0xF4:
			hi = 0x8F
		}
	}
	n := 1
	for n <= want && n < len(s) && s[n] >= lo && s[n] <= hi {
		lo, hi = 0x80, 0xBF
		n++
	}
	return n
}

// textEscapes and attrEscapes are what a byte is written as; "" is itself. A
// carriage return would be read as a newline, and in an attribute a tab or a
// newline as a space.
var (
	textEscapes = [utf8.RuneSelf]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#xD;"}
	attrEscapes = [utf8.RuneSelf]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#xD;", '"': "&quot;", '\t': "&#x9;", '\n': "&#xA;"}
)

func appendEscaped(b []byte, s string, table *[utf8.RuneSelf]string) []byte {
	from := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf && table[c] != "" {
			b = append(append(b, s[from:i]...), table[c]...)
			from = i + 1
		}
	}
	return append(b, s[from:]...)
}

// escapedLen is how many bytes appendEscaped appends.
func escapedLen(s string, table *[utf8.RuneSelf]string) int {
	n := len(s)
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < utf8.RuneSelf && table[c] != "" {
			n += len(table[c]) - 1
		}
	}
	return n
}

// cleanComment takes from a comment what would end it.
func cleanComment(s string) string {
	out := make([]byte, 0, len(s)+1)
	for i := 0; i < len(s); i++ {
		if n := len(out); s[i] == '-' && n > 0 && out[n-1] == '-' {
			out = append(out, ' ')
		}
		out = append(out, s[i])
	}
	if n := len(out); n > 0 && out[n-1] == '-' {
		out = append(out, ' ')
	}
	return string(out)
}

// validName reports whether s is a name that XML and Twilio take for an element
// or an attribute. Letters beyond ASCII are left out: TwiML has none.
//
// https://www.w3.org/TR/xml/#NT-Name
func validName(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	colons := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		case c == ':' && i > 0 && i < len(s)-1:
			if colons++; colons > 1 {
				return false
			}
		default:
			return false
		}
	}
	return true
}
