package luaapi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// namedArgs are the named arguments that a function takes as a table.
type namedArgs struct {
	L     *lua.LState
	fn    string
	table *lua.LTable // nil: none were given
}

// namedAt reads argument n: a table with no other names than these, or
// nothing. Everything else raises, and a name that was mistyped is told.
func namedAt(L *lua.LState, n int, fn string, names ...string) namedArgs {
	o := namedArgs{L: L, fn: fn}
	switch v := L.Get(n).(type) {
	case *lua.LNilType:
		return o
	case *lua.LTable:
		o.table = thaw(v)
		runOf(L).chargeTable(L, v)
	default:
		raise(L, "%s takes its options as a table, got %s", fn, typeName(v))
	}
	o.only(names...)
	return o
}

// only raises if the table has any other key.
func (o namedArgs) only(names ...string) {
	for k, _ := o.table.Next(lua.LNil); k != lua.LNil; k, _ = o.table.Next(k) {
		name, ok := k.(lua.LString)
		if !ok {
			raise(o.L, "%s takes its options by name (%s), got %s as a key", o.fn, strings.Join(names, ", "), typeName(k))
		}
		if !slices.Contains(names, string(name)) {
			raise(o.L, "%s has no option %s%s", o.fn, cut(string(name), 60), suggestion(string(name), names))
		}
	}
}

// suggestion is the end of a message about a name that is not among names.
func suggestion(name string, names []string) string {
	if near, ok := closest(name, names); ok {
		return "; did you mean " + near + "?"
	}
	return " (it has " + strings.Join(names, ", ") + ")"
}

func (o namedArgs) get(name string) lua.LValue {
	if o.table == nil {
		return lua.LNil
	}
	return o.table.RawGetString(name)
}

// has reports whether the option was given.
func (o namedArgs) has(name string) bool { return o.get(name) != lua.LNil }

// fail raises an error about one option.
func (o namedArgs) fail(name, format string, args ...any) {
	raise(o.L, "%s: %s %s", o.fn, name, fmt.Sprintf(format, args...))
}

func (o namedArgs) text(name string) (string, bool) {
	switch v := o.get(name).(type) {
	case *lua.LNilType:
		return "", false
	case lua.LString:
		return string(v), true
	default:
		o.fail(name, "must be a string, got %s", typeName(v))
	}
	return "", false
}

func (o namedArgs) flag(name string) bool {
	switch v := o.get(name).(type) {
	case *lua.LNilType:
	case lua.LBool:
		return bool(v)
	default:
		o.fail(name, "must be true or false, got %s", typeName(v))
	}
	return false
}

func (o namedArgs) duration(name string) (time.Duration, bool) {
	v := o.get(name)
	if v == lua.LNil {
		return 0, false
	}
	d, err := durationOf(v)
	if err != nil {
		o.fail(name, "%v", err)
	}
	return d, true
}

func (o namedArgs) tableAt(name string) *lua.LTable {
	switch v := o.get(name).(type) {
	case *lua.LNilType:
		return nil
	case *lua.LTable:
		runOf(o.L).chargeTable(o.L, v)
		return thaw(v)
	default:
		o.fail(name, "must be a table, got %s", typeName(v))
	}
	return nil
}

// closest is the one of names that name was probably meant to be.
func closest(name string, names []string) (string, bool) {
	best, least := "", 1+len(name)/3
	if len(name) > 60 {
		return "", false
	}
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return n, true
		}
		if d := distance(name, n); d < least || d == least && best == "" {
			best, least = n, d
		}
	}
	return best, best != ""
}

// distance is how many insertions, deletions, replacements and swaps of
// neighbours lead from a to b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
