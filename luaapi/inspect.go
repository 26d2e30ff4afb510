package luaapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Bounds of what inspect shows.
const (
	maxInspectDepth = 8
	maxInspectNodes = 2_000
	maxInspectBytes = 16 << 10
	inspectWidth    = 80
)

var _ = provideGlobal("inspect", func(L *lua.LState) int {
	text := inspect(L, L.CheckAny(1))
	runOf(L).chargeBytes(L, int64(16*len(text)))
	L.Push(lua.LString(text))
	return 1
})

// inspect is v as a person reads it: strings in quotation marks, tables with
// what is in them, positions first and then names in order, so that equal
// values look equal. It is nearly Lua, but made to be looked at: a table in
// itself, one too deep and what is beyond the bounds are marked.
func inspect(L *lua.LState, v lua.LValue) string {
	i := inspector{L: L, r: runOf(L), nodes: maxInspectNodes, bytes: maxInspectBytes}
	return i.value(v, 0, 0)
}

type inspector struct {
	L     *lua.LState
	r     *run // nil: nothing is charged
	nodes int
	bytes int
	path  []*lua.LTable
}

// value shows v. Of a line that it begins, used columns are taken.
func (i *inspector) value(v lua.LValue, depth, used int) string {
	if i.nodes--; i.nodes < 0 || i.bytes <= 0 {
		return "…"
	}
	var s string
	switch v := v.(type) {
	case lua.LString:
		s = i.quoted(string(v))
	case lua.LNumber:
		s = luaNumber(float64(v))
	case *lua.LTable:
		return i.table(v, depth, used)
	case *lua.LUserData:
		s = i.userdata(v)
	case *lua.LFunction:
		s = "function"
	case *lua.LNilType, lua.LBool:
		s = v.String()
	default:
		s = v.Type().String()
	}
	i.bytes -= len(s)
	return s
}

// quoted is a string as Lua would read it, on one line.
func (i *inspector) quoted(s string) string {
	more := ""
	if len(s) > i.bytes {
		s, more = cut(s, i.bytes), "…"
	}
	var b strings.Builder
	b.WriteByte('"')
	for at, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100 && s[at] < 0x80:
			fmt.Fprintf(&b, `\%03d`, r)
		default:
			fmt.Fprintf(&b, "<%U>", r)
		}
	}
	return b.String() + more + `"`
}

// userdata shows what the value says of itself; a script's own __tostring is
// not called, for inspect has to work while a script goes wrong.
func (i *inspector) userdata(ud *lua.LUserData) string {
	if r := i.r; r != nil && ud == r.eventValue && r.event != nil {
		return i.event(r)
	}
	switch v := ud.Value.(type) {
	case null:
		return "json.null"
	case fmt.Stringer:
		return strings.ToValidUTF8(cut(v.String(), max(i.bytes, 0)), "\uFFFD")
	}
	return "userdata"
}

// event shows the event as a table of what is set.
func (i *inspector) event(r *run) string {
	t := i.L.CreateTable(0, 16)
	for _, name := range []string{"kind", "id", "sid", "status", "channel", "from", "to", "step", "error", "fallback", "media", "data", "vars"} {
		v, _ := r.computed(i.L, name)
		if inner, ok := v.(*lua.LTable); ok {
			r.chargeTable(i.L, inner)
			if k, _ := inner.Next(lua.LNil); k == lua.LNil {
				continue
			}
		}
		t.RawSetString(name, v)
	}
	params := r.paramTable(i.L, r.event.Params)
	t.RawSetString("params", params)
	return "event " + i.table(t, 0, 0)
}

func (i *inspector) table(t *lua.LTable, depth, used int) string {
	if slices.Contains(i.path, t) {
		return "<itself>"
	}
	if depth >= maxInspectDepth {
		return "{…}"
	}
	i.path = append(i.path, t)
	defer func() { i.path = i.path[:len(i.path)-1] }()
	if i.r != nil {
		i.r.chargeTable(i.L, t)
	}
	t = thaw(t)
	var parts []string
	width, long := used+4, false
	add := func(s string) {
		i.bytes -= 2
		parts = append(parts, s)
		width += len(s) + 2
		long = long || strings.Contains(s, "\n")
	}
	n, dense := t.Len(), true
	for k := 1; k <= n && i.room(); k++ {
		switch v := t.RawGetInt(k); {
		case v == lua.LNil:
			i.nodes--
			dense = false
		case dense:
			add(i.value(v, depth+1, 2*depth+2))
		default:
			name := i.key(lua.LNumber(k), depth)
			add(name + " = " + i.value(v, depth+1, 2*depth+2+len(name)+3))
		}
	}
	for _, k := range inspectKeys(t, n) {
		if !i.room() {
			break
		}
		name := i.key(k, depth)
		add(name + " = " + i.value(t.RawGet(k), depth+1, 2*depth+2+len(name)+3))
	}
	if !i.room() {
		parts = append(parts, "…")
	}
	switch {
	case len(parts) == 0:
		return "{}"
	case !long && width <= inspectWidth:
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	indent := "\n" + strings.Repeat("  ", depth+1)
	return "{" + indent + strings.Join(parts, ","+indent) + indent[:len(indent)-2] + "}"
}

func (i *inspector) room() bool { return i.nodes > 0 && i.bytes > 0 }

func (i *inspector) key(k lua.LValue, depth int) string {
	if s, ok := k.(lua.LString); ok && identifier(string(s)) {
		i.bytes -= len(s)
		return string(s)
	}
	if t, ok := k.(*lua.LTable); ok {
		return "[" + i.table(t, maxInspectDepth, depth) + "]"
	}
	return "[" + i.value(k, depth, 0) + "]"
}

// inspectKeys are the keys of t beyond its list of n: numbers, then names, each
// in order, then the rest as it was set.
func inspectKeys(t *lua.LTable, n int) []lua.LValue {
	var keys []lua.LValue
	for k, _ := t.Next(lastOf(n)); k != lua.LNil; k, _ = t.Next(k) {
		keys = append(keys, k)
	}
	rank := func(v lua.LValue) int {
		switch v.(type) {
		case lua.LNumber:
			return 0
		case lua.LString:
			return 1
		case lua.LBool:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(keys, func(a, b lua.LValue) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		switch a := a.(type) {
		case lua.LNumber:
			if a < b.(lua.LNumber) {
				return -1
			}
			return 1
		case lua.LString:
			return strings.Compare(string(a), string(b.(lua.LString)))
		case lua.LBool:
			if !a {
				return -1
			}
			return 1
		}
		return 0
	})
	return keys
}
