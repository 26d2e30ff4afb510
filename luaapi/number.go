package luaapi

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// luaNumber is a number as a text: with fourteen digits, as in Lua 5.1, but
// whole numbers up to 2^53 with all theirs, for they may be somebody's id.
func luaNumber(f float64) string {
	switch {
	case isWhole(f):
		return strconv.FormatInt(int64(f), 10)
	case math.IsNaN(f) || math.IsInf(f, 0):
		return numberText(f)
	}
	return strconv.FormatFloat(f, 'g', 14, 64)
}

// isWhole reports whether f is a whole number that has no neighbours within one.
func isWhole(f float64) bool { return math.Abs(f) <= maxExact && f == float64(int64(f)) }

// asNumber is a number, or a string that reads as one.
func asNumber(v lua.LValue) (float64, bool) {
	switch v := v.(type) {
	case lua.LNumber:
		return float64(v), true
	case lua.LString:
		return parseNumber(string(v))
	}
	return 0, false
}

// textOf is a string or a number as a text, "" for anything else.
func textOf(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return luaNumber(float64(v))
	}
	return ""
}

// appendNumber writes a finite number with the shortest digits that read back
// as the same number. Whole numbers up to 2^53 are written as such; larger ones
// have an exponent, for decode takes a row of digits for an id.
func appendNumber(b []byte, f float64) []byte {
	if f == 0 {
		return append(b, '0')
	}
	if f == math.Trunc(f) && math.Abs(f) <= maxExact {
		return strconv.AppendInt(b, int64(f), 10)
	}
	if a := math.Abs(f); a >= 1e-6 && a <= maxExact {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); n >= 4 && b[n-4] == 'e' && b[n-2] == '0' { // e-09 is e-9
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// numberText is a number as it is written wherever a text is wanted.
func numberText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return string(appendNumber(nil, f))
}

const (
	blanks    = " \t\n\v\f\r"
	maxNumber = 400 // bytes of a text that is read as a number
)

// parseNumber reads a number as Lua 5.1 does: decimal, with a fraction and an
// exponent, or hexadecimal.
func parseNumber(s string) (float64, bool) {
	if len(s) > maxNumber {
		return 0, false
	}
	if s = strings.Trim(s, blanks); s == "" {
		return 0, false
	}
	digits, sign := s, 1.0
	if s[0] == '-' || s[0] == '+' {
		digits = s[1:]
		if s[0] == '-' {
			sign = -1
		}
	}
	if strings.HasPrefix(digits, "0x") || strings.HasPrefix(digits, "0X") {
		n, err := strconv.ParseUint(digits[2:], 16, 64)
		return sign * float64(n), err == nil && !strings.ContainsAny(digits[2:], "+-_")
	}
	for i := range len(digits) {
		if c := digits[i]; !isDigit(c) && !strings.ContainsRune(".eE+-", rune(c)) {
			return 0, false
		}
	}
	if digits == "" || digits[0] == '+' || digits[0] == '-' {
		return 0, false
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return sign * f, true
}

// parseBase reads digits of any base up to 36.
func parseBase(s string, base int) lua.LValue {
	if len(s) > maxNumber {
		return lua.LNil
	}
	s = strings.ToLower(strings.Trim(s, blanks))
	sign := 1.0
	if strings.HasPrefix(s, "-") {
		s, sign = s[1:], -1
	}
	if base == 16 {
		s = strings.TrimPrefix(s, "0x")
	}
	if s == "" {
		return lua.LNil
	}
	n := 0.0
	for i := range len(s) {
		d := 99
		switch c := s[i]; {
		case isDigit(c):
			d = int(c - '0')
		case isAlpha(c):
			d = int(c-'a') + 10
		}
		if d >= base {
			return lua.LNil
		}
		n = n*float64(base) + float64(d)
	}
	return lua.LNumber(sign * n)
}
