package twilio

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"twirouter/router"
)

// DefaultPairs is how many parameters a form may hold if Limits say nothing.
// Twilio's largest requests have some two hundred.
const DefaultPairs = 10_000

// Limits bound what ParseForm takes. The zero value has the defaults. Keys and
// values need no bound of their own: together they are never longer than three
// times the body, whose length the door bounds.
type Limits struct {
	Pairs int // most parameters of one form, DefaultPairs if zero
}

// PairsError says that a form has more parameters than Limits allow.
type PairsError struct {
	Limit int
}

func (e *PairsError) Error() string {
	return fmt.Sprintf("more than %d parameters", e.Limit)
}

// ParseForm reads an application/x-www-form-urlencoded text as the WHATWG URL
// standard does, which is how Twilio's signature wants it: every pair counts
// and keeps its place; "+" is a space; a "%" that no two hex digits follow and
// a ";" are data; an empty pair is ignored, a pair without "=" has an empty
// value. Percent-decoded bytes are then decoded as UTF-8 without stripping a
// byte order mark: ill-formed sequences become U+FFFD, one for each maximal
// subpart. The only error is a *PairsError.
//
// Values that need no decoding share the memory of raw.
func ParseForm(raw string, limits Limits) (router.Params, error) {
	most := limits.Pairs
	if most <= 0 {
		most = DefaultPairs
	}
	if raw == "" {
		return nil, nil
	}
	params := make(router.Params, 0, min(strings.Count(raw, "&")+1, most))
	p := formParser{raw: raw}
	for p.at < len(raw) {
		if raw[p.at] == '&' {
			p.at++
			continue
		}
		if len(params) == most {
			return nil, &PairsError{Limit: most}
		}
		var one router.Param
		one.Key = p.field(true)
		if p.at < len(raw) && raw[p.at] == '=' {
			p.at++
			one.Value = p.field(false)
		}
		params = append(params, one)
	}
	return params, nil
}

// What a byte of a form asks of the parser.
const (
	plain = iota
	ampersand
	equals
	encoded // "+", "%", or not ASCII
)

var class = func() (t [256]uint8) {
	for c := 0x80; c < 0x100; c++ {
		t[c] = encoded
	}
	t['&'], t['='], t['+'], t['%'] = ampersand, equals, encoded, encoded
	return t
}()

// formParser walks over raw. Decoded fields are cut from one buffer, which is
// made when the first field needs it and is large enough for the rest.
type formParser struct {
	raw     string
	at      int
	decoded strings.Builder
}

// field reads up to the end of the pair, or up to "=" if key is set.
func (p *formParser) field(key bool) string {
	raw, start, i, odd := p.raw, p.at, p.at, false
scan:
	for ; i < len(raw); i++ {
		switch class[raw[i]] {
		case plain:
		case ampersand:
			break scan
		case equals:
			if key {
				break scan
			}
		default:
			odd = true
		}
	}
	p.at = i
	if !odd {
		return raw[start:i]
	}
	return p.decode(raw[start:i])
}

func (p *formParser) decode(field string) string {
	if p.decoded.Cap() == 0 {
		p.decoded.Grow(len(p.raw) - p.at + len(field))
	}
	from, ascii := p.decoded.Len(), true
	for i := 0; i < len(field); {
		c := field[i]
		if c < utf8.RuneSelf && class[c] != encoded {
			end := i + 1
			for end < len(field) && class[field[end]] != encoded {
				end++
			}
			p.decoded.WriteString(field[i:end])
			i = end
			continue
		}
		width := 1
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(field) && ishex(field[i+1]) && ishex(field[i+2]):
			c, width = unhex(field[i+1])<<4|unhex(field[i+2]), 3
		}
		ascii = ascii && c < utf8.RuneSelf
		p.decoded.WriteByte(c)
		i += width
	}
	text := p.decoded.String()[from:]
	if ascii {
		return text
	}
	return wellFormed(text)
}

func ishex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}

// wellFormed replaces what is not UTF-8. Go's own conversions put one U+FFFD
// for every byte (or for a whole run); WHATWG and Unicode put one for every
// maximal subpart of a sequence, and that text is what gets signed.
func wellFormed(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); {
		r, width := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && width == 1 {
			width = subpart(s[i:])
		}
		b.WriteRune(r)
		i += width
	}
	return b.String()
}

// subpart returns the length of the maximal subpart that the ill-formed s
// begins with: the bytes that could still have become a character.
func subpart(s string) int {
	low, high, most := byte(0x80), byte(0xBF), 1
	switch c := s[0]; {
	case c >= 0xE0 && c <= 0xEF:
		most = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		most = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n < most && n < len(s) && s[n] >= low && s[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
