package luaapi

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// directiveCost is what making a text of one argument costs, in instructions.
const directiveCost = 20

// directive is one %… of a format: flags, width and precision.
type directive struct {
	flags           string
	width, decimals int // -1 where not given
	verb            byte
}

// stringFormat is Lua 5.1's string.format: the directives of C's printf, %q,
// and %s with tostring. Width and precision have two digits at most.
func stringFormat(L *lua.LState) int {
	format := checkText(L, 1)
	r := runOf(L)
	out := builder{L: L, r: r}
	arg := 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			j := strings.IndexByte(format[i:], '%')
			if j < 0 {
				j = len(format) - i
			}
			out.write(format[i : i+j])
			i += j - 1
			continue
		}
		if i++; i < len(format) && format[i] == '%' {
			out.write("%")
			continue
		}
		var d directive
		d, i = readDirective(L, format, i)
		arg++
		if arg > L.GetTop() {
			L.ArgError(arg, "no value")
		}
		r.charge(L, directiveCost)
		out.write(d.apply(L, arg))
	}
	return out.push()
}

func readDirective(L *lua.LState, format string, i int) (directive, int) {
	d := directive{width: -1, decimals: -1}
	begin := i
	for i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0 {
		i++
	}
	if d.flags = format[begin:i]; len(d.flags) > 5 {
		raise(L, "invalid format (repeated flags)")
	}
	number := func() int {
		n, from := 0, i
		for ; i < len(format) && isDigit(format[i]); i++ {
			if i-from == 2 {
				raise(L, "invalid format (width or precision too long)")
			}
			n = n*10 + int(format[i]-'0')
		}
		return n
	}
	if i < len(format) && isDigit(format[i]) {
		d.width = number()
	}
	if i < len(format) && format[i] == '.' {
		i++
		d.decimals = number()
	}
	if i >= len(format) {
		raise(L, "invalid option '%%' to 'format'")
	}
	d.verb = format[i]
	return d, i
}

func (d directive) apply(L *lua.LState, n int) string {
	switch d.verb {
	case 'c':
		return d.pad(string([]byte{byte(clampInt(checkNumber(L, n)))}))
	case 'd', 'i':
		return d.integer(whole(checkNumber(L, n)))
	case 'u':
		return d.unsigned(uint64(whole(checkNumber(L, n))), 10, false)
	case 'o':
		return d.unsigned(uint64(whole(checkNumber(L, n))), 8, false)
	case 'x', 'X':
		return d.unsigned(uint64(whole(checkNumber(L, n))), 16, d.verb == 'X')
	case 'e', 'E', 'f', 'g', 'G':
		s := d.float(checkNumber(L, n))
		runOf(L).charge(L, int64(len(s)/4))
		return s
	case 'q':
		s := checkText(L, n)
		runOf(L).chargeBytes(L, int64(4*len(s)))
		return quoteLua(s)
	case 's':
		s := toText(L, L.CheckAny(n))
		if d.decimals >= 0 && d.decimals < len(s) {
			s = s[:d.decimals]
		}
		return d.pad(s)
	}
	raise(L, "invalid option '%%%c' to 'format'", printable(d.verb))
	return ""
}

func printable(c byte) rune {
	if c < 32 || c > 126 {
		return '?'
	}
	return rune(c)
}

// whole is f without its fraction, within what 64 bits hold.
func whole(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return math.MinInt64
	case f >= 1<<63:
		return math.MaxInt64
	case f < -1<<63:
		return math.MinInt64
	}
	return int64(f)
}

func (d directive) has(flag byte) bool { return strings.IndexByte(d.flags, flag) >= 0 }

func (d directive) pad(s string) string {
	if gap := d.width - len(s); gap > 0 {
		if d.has('-') {
			return s + strings.Repeat(" ", gap)
		}
		return strings.Repeat(" ", gap) + s
	}
	return s
}

// number pads digits behind a sign, with zeros where the flag says so.
func (d directive) number(sign, digits string, zeros bool) string {
	if gap := d.width - len(sign) - len(digits); zeros && gap > 0 && d.has('0') && !d.has('-') {
		digits = strings.Repeat("0", gap) + digits
	}
	return d.pad(sign + digits)
}

func (d directive) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case d.has('+'):
		return "+"
	case d.has(' '):
		return " "
	}
	return ""
}

func (d directive) precise(digits string) string {
	if d.decimals == 0 && digits == "0" {
		return ""
	}
	if gap := d.decimals - len(digits); gap > 0 {
		return strings.Repeat("0", gap) + digits
	}
	return digits
}

func (d directive) integer(n int64) string {
	digits := strings.TrimPrefix(strconv.FormatInt(n, 10), "-")
	return d.number(d.sign(n < 0), d.precise(digits), d.decimals < 0)
}

func (d directive) unsigned(n uint64, base int, upper bool) string {
	digits := d.precise(strconv.FormatUint(n, base))
	prefix := ""
	if d.has('#') && n != 0 {
		switch base {
		case 16:
			prefix = "0x"
		case 8:
			digits = "0" + digits
		}
	}
	if upper {
		prefix, digits = strings.ToUpper(prefix), strings.ToUpper(digits)
	}
	return d.number(prefix, digits, d.decimals < 0)
}

func (d directive) float(f float64) string {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		text := "inf"
		if math.IsNaN(f) {
			text = "nan"
		}
		if d.verb < 'a' {
			text = strings.ToUpper(text)
		}
		return d.number(d.sign(math.IsInf(f, -1)), text, false)
	}
	decimals := d.decimals
	if decimals < 0 {
		decimals = 6
	}
	alternate := ""
	if d.has('#') {
		alternate = "#"
	}
	// Go's verbs are C's but for the exponent of g, which both cut the same way.
	digits := fmt.Sprintf("%"+alternate+"."+strconv.Itoa(decimals)+string(d.verb), math.Abs(f))
	return d.number(d.sign(math.Signbit(f)), digits, true)
}

// quoteLua writes s as Lua source does, or its beginning where that is too long
// for a string.
func quoteLua(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s) && b.Len() <= maxString; i++ {
		switch c := s[i]; c {
		case '"', '\\', '\n':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\r':
			b.WriteString(`\r`)
		case 0:
			b.WriteString(`\000`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
