package luaapi

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

var _ = provideModule("json", func(L *lua.LState) lua.LValue {
	t := functions(L, map[string]lua.LGFunction{
		"encode": jsonEncode,
		"decode": jsonDecode,
		"array":  jsonArray,
	})
	t.RawSetString("null", newNull(L))
	return t
})

// jsonEncode is json.encode(value): the document, or an error that names the
// place in the value.
func jsonEncode(L *lua.LState) int {
	b, err := encode(runOf(L), L, L.CheckAny(1))
	if err != nil {
		raise(L, "json.encode: %v", err)
	}
	L.Push(lua.LString(b))
	return 1
}

// jsonDecode is json.decode(text): the value, or nil and what is wrong where.
func jsonDecode(L *lua.LState) int {
	text, ok := L.Get(1).(lua.LString)
	if !ok {
		raise(L, "json.decode takes the text of a document, got %s", typeName(L.Get(1)))
	}
	v, err := decode(runOf(L), L, string(text))
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		return 2
	}
	L.Push(v)
	return 1
}

// jsonArray is json.array(list): the same table, which is a list in JSON even
// where it is empty.
func jsonArray(L *lua.LState) int {
	t := L.OptTable(1, nil)
	if t == nil {
		t = L.CreateTable(0, 0)
	}
	runOf(L).chargeTable(L, t)
	if isFrozen(t) {
		L.Push(t)
		return 1
	}
	if t.Metatable != lua.LNil && t.Metatable != arrayMark {
		raise(L, "json.array: the table has a metatable")
	}
	if s, err := shapeOf(t); err != nil || !s.array && len(s.keys) > 0 {
		raise(L, "json.array: the table is no list: it has names")
	}
	markArray(t)
	L.Push(t)
	return 1
}

// encode returns v as JSON: keys sorted, whole numbers without a point, an
// empty table as {}. What is not UTF-8 in a string becomes U+FFFD.
func encode(r *run, L *lua.LState, v lua.LValue) ([]byte, error) {
	e := encoder{outward: outward{r: r, L: L, left: maxValueNodes}}
	if err := e.value(v); err != nil {
		return nil, e.fault(err)
	}
	if r != nil {
		r.chargeBytes(L, int64(len(e.buf)))
	}
	return e.buf, nil
}

type encoder struct {
	outward
	buf []byte
}

func (e *encoder) value(v lua.LValue) error {
	if e.left--; e.left < 0 {
		return fmt.Errorf("has more than %d parts", maxValueNodes)
	}
	if len(e.buf) > maxJSON {
		return errTooLarge
	}
	switch v := v.(type) {
	case *lua.LNilType:
		e.buf = append(e.buf, "null"...)
	case lua.LBool:
		e.buf = strconv.AppendBool(e.buf, bool(v))
	case lua.LNumber:
		if err := finite(float64(v)); err != nil {
			return err
		}
		e.buf = appendNumber(e.buf, float64(v))
	case lua.LString:
		return e.text(string(v))
	case *lua.LTable:
		return e.table(v)
	default:
		if !isNull(v) {
			return e.unfit(v)
		}
		e.buf = append(e.buf, "null"...)
	}
	return nil
}

// text writes a string, unless there is no room for it.
func (e *encoder) text(s string) error {
	if len(e.buf)+len(s) > maxJSON {
		return errTooLarge
	}
	if e.r != nil {
		e.r.chargeBytes(e.L, int64(2*len(s)))
	}
	e.buf = appendString(e.buf, s)
	return nil
}

var errTooLarge = errors.New("is larger than 1 MiB as JSON")

func (e *encoder) table(t *lua.LTable) error {
	if err := e.enter(t); err != nil {
		return err
	}
	s, err := shapeOf(t)
	if err != nil {
		return err
	}
	if e.r != nil {
		e.r.charge(e.L, int64(s.n+8*len(s.keys)))
	}
	if s.array {
		e.buf = append(e.buf, '[')
		for i := 1; i <= s.n; i++ {
			if i > 1 {
				e.buf = append(e.buf, ',')
			}
			e.at("", i)
			x := s.table.RawGetInt(i)
			if x == lua.LNil {
				return errHole
			}
			if err := e.value(x); err != nil {
				return err
			}
		}
		e.buf = append(e.buf, ']')
	} else {
		e.buf = append(e.buf, '{')
		for i, k := range s.keys {
			if i > 0 {
				e.buf = append(e.buf, ',')
			}
			e.at(k, 0)
			if err := e.text(k); err != nil {
				return err
			}
			e.buf = append(e.buf, ':')
			if err := e.value(s.table.RawGetString(k)); err != nil {
				return err
			}
		}
		e.buf = append(e.buf, '}')
	}
	e.leave()
	return nil
}

// appendString writes s as a JSON string.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' && c != 0x7f {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			b = append(append(b, s[from:i]...), "\uFFFD"...)
			i++
			from = i
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

// printedScalar is a string, a number or a boolean as a text.
func printedScalar(v lua.LValue) string {
	if n, ok := v.(lua.LNumber); ok {
		return numberText(float64(n))
	}
	return v.String()
}

// typeName is what v is, for a message.
func typeName(v lua.LValue) string {
	switch v := v.(type) {
	case *lua.LUserData:
		if isNull(v) {
			return "json.null"
		}
		if n, ok := v.Value.(interface{ typeName() string }); ok {
			return n.typeName()
		}
	case lua.LString:
		return "the text " + quoted(string(v))
	case lua.LNumber:
		return "the number " + numberText(float64(v))
	case lua.LBool:
		return v.String()
	case *lua.LNilType:
		return "nil"
	}
	return "a " + v.Type().String()
}
