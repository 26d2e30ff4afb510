package luaapi

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// decode reads one JSON document (RFC 8259) into a Lua value. A null member of
// an object is absent, as nil is; a null in a list or alone is json.null, so
// that it keeps its place. A whole number beyond 2^53 becomes a string of its
// digits, for a Lua number would lose the last of them, and such a number is
// somebody's id. The error tells line and column.
func decode(r *run, L *lua.LState, text string) (lua.LValue, error) {
	if r != nil {
		r.chargeBytes(L, int64(len(text)))
	}
	d := decoder{r: r, L: L, text: text, left: maxValueNodes}
	d.pos = len(text) - len(strings.TrimPrefix(text, "\uFEFF"))
	v, ok := d.document()
	if !ok {
		return lua.LNil, d.fault()
	}
	return v, nil
}

// decoder reads a document from left to right. A method that reports false has
// noted what is wrong.
type decoder struct {
	r     *run // nil: nothing is charged
	L     *lua.LState
	text  string
	pos   int
	depth int
	left  int
	null  lua.LValue
	what  string
	at    int
}

func (d *decoder) document() (lua.LValue, bool) {
	d.space()
	if d.pos == len(d.text) {
		return nil, d.wrong("the document is empty")
	}
	v, ok := d.value()
	if !ok {
		return nil, false
	}
	if d.space(); d.pos < len(d.text) {
		return nil, d.wrong("something follows the document: %s", d.here())
	}
	return v, true
}

func (d *decoder) wrong(format string, args ...any) bool {
	d.what, d.at = fmt.Sprintf(format, args...), d.pos
	return false
}

func (d *decoder) fault() error {
	before := d.text[:d.at]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("line %d column %d: %s", line, column, d.what)
}

// here is what stands at the position, for a message.
func (d *decoder) here() string {
	if d.pos >= len(d.text) {
		return "the end of the text"
	}
	r, _ := utf8.DecodeRuneInString(d.text[d.pos:])
	return strconv.QuoteRune(r)
}

func (d *decoder) space() {
	for d.pos < len(d.text) {
		switch d.text[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// next reports whether c stands at the position, and passes it.
func (d *decoder) next(c byte) bool {
	if d.pos < len(d.text) && d.text[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

func (d *decoder) value() (lua.LValue, bool) {
	if d.left--; d.left < 0 {
		return nil, d.wrong("the document has more than %d parts", maxValueNodes)
	}
	if d.pos == len(d.text) {
		return nil, d.wrong("a value is missing at the end of the text")
	}
	switch c := d.text[d.pos]; {
	case c == '{':
		return d.object()
	case c == '[':
		return d.array()
	case c == '"':
		s, ok := d.string()
		return lua.LString(s), ok
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	}
	for word, v := range words {
		if strings.HasPrefix(d.text[d.pos:], word) {
			d.pos += len(word)
			if v == nil {
				return d.nullValue(), true
			}
			return v, true
		}
	}
	return nil, d.wrong("a value cannot begin with %s", d.here())
}

var words = map[string]lua.LValue{"true": lua.LTrue, "false": lua.LFalse, "null": nil}

func (d *decoder) nullValue() lua.LValue {
	if d.null == nil {
		d.null = newNull(d.L)
	}
	return d.null
}

// open enters a list or an object.
func (d *decoder) open() (*lua.LTable, bool) {
	if d.depth++; d.depth > maxValueDepth {
		return nil, d.wrong("the document is nested more than %d deep", maxValueDepth)
	}
	if d.r != nil {
		d.r.charge(d.L, tableCost)
	}
	d.pos++
	d.space()
	return d.L.CreateTable(0, 0), true
}

func (d *decoder) array() (lua.LValue, bool) {
	t, ok := d.open()
	if !ok {
		return nil, false
	}
	markArray(t)
	var values []lua.LValue
	for !d.next(']') {
		if len(values) > 0 {
			if !d.next(',') {
				return nil, d.wrong("a list goes on with , or ends with ], not %s", d.here())
			}
			d.space()
		}
		v, ok := d.value()
		if !ok {
			return nil, false
		}
		values = append(values, v)
		d.space()
	}
	partsOf(t).array = values
	d.depth--
	return t, true
}

func (d *decoder) object() (lua.LValue, bool) {
	t, ok := d.open()
	if !ok {
		return nil, false
	}
	for first := true; !d.next('}'); first = false {
		if !first {
			if !d.next(',') {
				return nil, d.wrong("an object goes on with , or ends with }, not %s", d.here())
			}
			d.space()
		}
		if d.pos >= len(d.text) || d.text[d.pos] != '"' {
			return nil, d.wrong("the name of a member begins with a quotation mark, not %s", d.here())
		}
		name, ok := d.string()
		if !ok {
			return nil, false
		}
		if d.space(); !d.next(':') {
			return nil, d.wrong("a : follows the name of a member, not %s", d.here())
		}
		d.space()
		v, ok := d.value()
		if !ok {
			return nil, false
		}
		if isNull(v) {
			v = lua.LNil
		}
		setName(t, name, v)
		d.space()
	}
	d.depth--
	return t, true
}

func (d *decoder) number() (lua.LValue, bool) {
	from := d.pos
	digits := func() bool {
		n := d.pos
		for d.pos < len(d.text) && d.text[d.pos] >= '0' && d.text[d.pos] <= '9' {
			d.pos++
		}
		return d.pos > n
	}
	d.next('-')
	if zero := d.pos; !digits() {
		return nil, d.wrong("a digit is missing in a number before %s", d.here())
	} else if d.text[zero] == '0' && d.pos > zero+1 {
		d.pos = zero
		return nil, d.wrong("a number does not begin with a needless 0")
	}
	whole := true
	if d.next('.') {
		if whole = false; !digits() {
			return nil, d.wrong("a digit is missing in a number before %s", d.here())
		}
	}
	if d.next('e') || d.next('E') {
		whole = false
		if !d.next('+') {
			d.next('-')
		}
		if !digits() {
			return nil, d.wrong("a digit is missing in a number before %s", d.here())
		}
	}
	text := d.text[from:d.pos]
	if whole && len(text) < 16 {
		n, _ := strconv.ParseInt(text, 10, 64)
		return lua.LNumber(n), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if whole {
		if n, err := strconv.ParseInt(text, 10, 64); err != nil || n > maxExact || n < -maxExact {
			return lua.LString(d.keep(text)), true
		}
	}
	if err != nil || math.IsInf(f, 0) {
		d.pos = from
		return nil, d.wrong("the number is too large")
	}
	return lua.LNumber(f), true
}

// keep is a part of the text that may outlive it: of a large text a copy, so
// that a short string does not hold all of it in memory.
func (d *decoder) keep(s string) string {
	if len(d.text) > 4<<10 {
		return strings.Clone(s)
	}
	return s
}

// repaired is s with U+FFFD for every byte that is not UTF-8.
func repaired(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

func (d *decoder) string() (string, bool) {
	d.pos++
	from := d.pos
	for d.pos < len(d.text) {
		switch c := d.text[d.pos]; {
		case c == '"':
			s := d.keep(d.text[from:d.pos])
			d.pos++
			return repaired(s), true
		case c == '\\':
			return d.escaped(from)
		case c < ' ':
			return "", d.wrong("a string has a control character (%U): write it as \\u%04x", c, c)
		}
		d.pos++
	}
	return "", d.wrong("a string has no end")
}

// escaped reads a string on from its first escape.
func (d *decoder) escaped(from int) (string, bool) {
	b := []byte(d.text[from:d.pos])
	for d.pos < len(d.text) {
		c := d.text[d.pos]
		switch {
		case c == '"':
			d.pos++
			return repaired(string(b)), true
		case c < ' ':
			return "", d.wrong("a string has a control character (%U): write it as \\u%04x", c, c)
		case c != '\\':
			b = append(b, c)
			d.pos++
			continue
		}
		if d.pos++; d.pos == len(d.text) {
			break
		}
		switch c := d.text[d.pos]; c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, ok := d.unicode()
			if !ok {
				return "", false
			}
			b = utf8.AppendRune(b, r)
			continue
		default:
			return "", d.wrong("there is no escape \\%s in JSON", strings.Trim(d.here(), "'"))
		}
		d.pos++
	}
	return "", d.wrong("a string has no end")
}

// unicode reads the digits after \u, and the second half of a pair. Half a pair
// alone is U+FFFD.
func (d *decoder) unicode() (rune, bool) {
	hex := func(at int) (rune, bool) {
		if at+4 > len(d.text) {
			return 0, false
		}
		for i := at; i < at+4; i++ {
			if c := d.text[i] | 0x20; (c < '0' || c > '9') && (c < 'a' || c > 'f') || d.text[i] < '0' {
				return 0, false
			}
		}
		n, err := strconv.ParseUint(d.text[at:at+4], 16, 32)
		return rune(n), err == nil
	}
	r, ok := hex(d.pos + 1)
	if !ok {
		return 0, d.wrong("\\u is not followed by four hexadecimal digits")
	}
	d.pos += 5
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if strings.HasPrefix(d.text[d.pos:], "\\u") {
		if low, ok := hex(d.pos + 2); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				d.pos += 6
				return pair, true
			}
		}
	}
	return utf8.RuneError, true
}
