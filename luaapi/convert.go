package luaapi

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
)

// Bounds of a value that crosses between Lua and the host.
const (
	maxValueDepth = 64      // tables in tables
	maxValueNodes = 100_000 // scalars and tables
	maxJSON       = 1 << 20 // bytes of one document
)

// maxExact is the largest whole number up to which a Lua number (a 64-bit
// float) has every whole number.
const maxExact = 1 << 53

// null is the value of json.null: what JSON calls null where Lua's nil would
// leave nothing behind.
type null struct{}

// isNull reports whether v is json.null.
func isNull(v lua.LValue) bool {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		return false
	}
	_, ok = ud.Value.(null)
	return ok
}

// newNull returns json.null for a state.
func newNull(L *lua.LState) lua.LValue {
	mt := L.NewTypeMetatable("json.null")
	if mt.RawGetString("__metatable") == lua.LNil {
		mt.RawSetString("__metatable", lua.LString("json.null"))
		mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
			L.Push(lua.LString("null"))
			return 1
		}))
		mt.RawSetString("__eq", L.NewFunction(func(L *lua.LState) int {
			L.Push(lua.LBool(isNull(L.Get(1)) && isNull(L.Get(2))))
			return 1
		}))
	}
	return &lua.LUserData{Value: null{}, Metatable: mt}
}

// arrayMark in the place of a metatable marks a table as a JSON array, so that
// it stays one when it is empty. The VM takes a metatable that is no table for
// none, and setmetatable may replace it.
var arrayMark lua.LValue = lua.LFalse

// markArray marks t as a JSON array unless it has a metatable.
func markArray(t *lua.LTable) {
	if t.Metatable == lua.LNil {
		t.Metatable = arrayMark
	}
}

// shape is how a table reads as JSON.
type shape struct {
	table *lua.LTable // the one that holds the content
	array bool
	n     int      // elements of an array
	keys  []string // of an object, sorted
}

// shapeOf says whether t is a list or a table of names; a table that is both,
// or neither, is an error.
func shapeOf(t *lua.LTable) (shape, error) {
	s := shape{table: thaw(t)}
	s.n = s.table.Len()
	s.array = s.n > 0
	for k, _ := s.table.Next(lastOf(s.n)); k != lua.LNil; k, _ = s.table.Next(k) {
		switch k := k.(type) {
		case lua.LString:
			if s.array {
				return s, fmt.Errorf("has both positions and names (%s): a table is written as a list or as an object", quoted(string(k)))
			}
			s.keys = append(s.keys, string(k))
		case lua.LNumber:
			return s, fmt.Errorf("has the number %s as a key and is no list from 1 on: write tostring(key)", numberText(float64(k)))
		default:
			return s, fmt.Errorf("has a %s as a key: only names and positions can be written", k.Type())
		}
	}
	if !s.array && len(s.keys) == 0 {
		s.array = s.table.Metatable == arrayMark
	}
	slices.Sort(s.keys)
	return s, nil
}

// lastOf is the key after which a table's entries beyond its list of n begin.
// Next takes 0 for a key that it does not know.
func lastOf(n int) lua.LValue {
	if n == 0 {
		return lua.LNil
	}
	return lua.LNumber(n)
}

var errHole = fmt.Errorf("is nil, with values after it: use json.null for an element that is missing")

// toGo returns v as nil, bool, float64, string, []any or map[string]any. A
// table that contains itself, is too deep or too large, and what JSON does not
// have (functions, NaN) are errors that name the place in the value.
func toGo(v lua.LValue) (any, error) {
	c := outward{left: maxValueNodes}
	return c.out(v)
}

func (c *outward) out(v lua.LValue) (any, error) {
	out, err := c.value(v)
	if err != nil {
		return nil, c.fault(err)
	}
	return out, nil
}

// outward walks a Lua value and remembers the way, for messages and cycles.
type outward struct {
	r    *run // nil: nothing is charged
	L    *lua.LState
	left int
	path []step
}

type step struct {
	in    *lua.LTable
	name  string
	index int
}

func (c *outward) enter(t *lua.LTable) error {
	if len(c.path) >= maxValueDepth {
		return fmt.Errorf("is nested more than %d deep", maxValueDepth)
	}
	for i := range c.path {
		if c.path[i].in == t {
			return fmt.Errorf("contains itself")
		}
	}
	c.path = append(c.path, step{in: t})
	if c.r != nil {
		c.r.chargeTable(c.L, t)
	}
	return nil
}

// chargeTable counts the work of looking through a table once: its names and
// its positions, those that are nil too.
func (r *run) chargeTable(L *lua.LState, t *lua.LTable) {
	parts := partsOf(thaw(t))
	r.charge(L, int64(1+len(parts.array)/8+4*len(parts.keys)))
}

func (c *outward) at(name string, index int) {
	last := &c.path[len(c.path)-1]
	last.name, last.index = name, index
}

// leave is called on success only: a fault needs the way.
func (c *outward) leave() { c.path = c.path[:len(c.path)-1] }

// fault adds the place to err.
func (c *outward) fault(err error) error {
	var b strings.Builder
	for _, s := range c.path {
		switch {
		case s.index > 0:
			fmt.Fprintf(&b, "[%d]", s.index)
		case identifier(s.name):
			b.WriteString("." + s.name)
		case s.name != "":
			fmt.Fprintf(&b, "[%s]", quoted(s.name))
		}
		if b.Len() > 200 {
			b.WriteString("…")
			break
		}
	}
	if b.Len() == 0 {
		return fmt.Errorf("the value %w", err)
	}
	return fmt.Errorf("the value at %s %w", strings.TrimPrefix(b.String(), "."), err)
}

func (c *outward) value(v lua.LValue) (any, error) {
	if c.left--; c.left < 0 {
		return nil, fmt.Errorf("has more than %d parts", maxValueNodes)
	}
	switch v := v.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool:
		return bool(v), nil
	case lua.LNumber:
		return float64(v), finite(float64(v))
	case lua.LString:
		return string(v), nil
	case *lua.LTable:
		return c.table(v)
	}
	if isNull(v) {
		return nil, nil
	}
	return nil, c.unfit(v)
}

// unfit says why v cannot be written.
func (c *outward) unfit(v lua.LValue) error {
	if c.r != nil && v == c.r.eventValue {
		return fmt.Errorf("is the event itself: write event.params, or event.data")
	}
	return fmt.Errorf("is %s: only strings, numbers, booleans and tables can be written", typeName(v))
}

func (c *outward) table(t *lua.LTable) (any, error) {
	if err := c.enter(t); err != nil {
		return nil, err
	}
	s, err := shapeOf(t)
	if err != nil {
		return nil, err
	}
	if s.array {
		if s.n > c.left {
			return nil, fmt.Errorf("has more than %d parts", maxValueNodes)
		}
		list := make([]any, 0, s.n)
		for i := 1; i <= s.n; i++ {
			c.at("", i)
			e := s.table.RawGetInt(i)
			if e == lua.LNil {
				return nil, errHole
			}
			x, err := c.value(e)
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		c.leave()
		return list, nil
	}
	object := make(map[string]any, len(s.keys))
	for _, k := range s.keys {
		c.at(k, 0)
		x, err := c.value(s.table.RawGetString(k))
		if err != nil {
			return nil, err
		}
		object[k] = x
	}
	c.leave()
	return object, nil
}

func finite(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("is not a finite number")
	}
	return nil
}

// toLua returns a Go value of the kinds that toGo returns, and int and int64,
// as a new Lua value. Names are set in their order, so that pairs shows the same
// on every run. It panics on any other kind, which only the host could pass.
func toLua(L *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case nil:
		return lua.LNil
	case bool:
		return lua.LBool(v)
	case string:
		return lua.LString(v)
	case float64:
		return lua.LNumber(v)
	case int64:
		return lua.LNumber(v)
	case int:
		return lua.LNumber(v)
	case []any:
		t := L.CreateTable(len(v), 0)
		markArray(t)
		for _, e := range v {
			if e == nil {
				t.Append(newNull(L))
				continue
			}
			t.Append(toLua(L, e))
		}
		return t
	case map[string]any:
		t := L.CreateTable(0, len(v))
		for _, k := range sortedKeys(v) {
			t.RawSetString(k, toLua(L, v[k]))
		}
		return t
	}
	panic(fmt.Sprintf("luaapi: a %T has no place in a script", v))
}

// sortedKeys returns the keys of m in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// identifier reports whether s can stand after a dot in Lua.
func identifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && !reserved[s]
}

var reserved = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true, "for": true,
	"function": true, "if": true, "in": true, "local": true, "nil": true, "not": true, "or": true, "repeat": true,
	"return": true, "then": true, "true": true, "until": true, "while": true,
}

// quoted is s for a message: what a stranger sent, shortened and without
// control characters.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q", cut(s, most)+"…")
	}
	return fmt.Sprintf("%q", s)
}

// cut returns the first n bytes of s, or fewer so that no character is broken.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
