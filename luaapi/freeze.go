package luaapi

import lua "github.com/yuin/gopher-lua"

// A frozen table is an empty one before the real one: reads go through, writes
// raise, and the functions of the base library that pass by metamethods know it
// by a key that no script can name.
var frozenKey lua.LValue = &lua.LUserData{Metatable: lua.LNil}

// locked is what getmetatable shows of a metatable that is not the script's.
var locked lua.LValue = lua.LFalse

// freeze returns a read-only view of t and of every table in it. Metamethods
// of t other than those of reading and writing go on working.
func freeze(L *lua.LState, t *lua.LTable) *lua.LTable {
	return freezer{L: L, done: map[*lua.LTable]*lua.LTable{}}.freeze(t)
}

type freezer struct {
	L    *lua.LState
	done map[*lua.LTable]*lua.LTable
}

func (z freezer) freeze(t *lua.LTable) *lua.LTable {
	if isFrozen(t) {
		return t
	}
	if p := z.done[t]; p != nil {
		return p
	}
	proxy, meta := z.L.CreateTable(0, 0), z.L.CreateTable(0, 5)
	z.done[t] = proxy
	if old, ok := t.Metatable.(*lua.LTable); ok {
		each(old, func(k, v lua.LValue) { meta.RawSet(k, v) })
	}
	s := stateOf(z.L)
	meta.RawSetString("__index", t)
	meta.RawSetString("__newindex", s.refuseWrite)
	meta.RawSetString("__len", s.frozenLen)
	meta.RawSetString("__metatable", locked)
	meta.RawSetH(frozenKey, t)
	proxy.Metatable = meta
	each(t, func(k, v lua.LValue) {
		if inner, ok := v.(*lua.LTable); ok {
			t.RawSet(k, z.freeze(inner))
		}
	})
	return proxy
}

// thaw returns the table that holds the entries: the real one behind a frozen
// one, else t itself. It is for reading only.
func thaw(t *lua.LTable) *lua.LTable {
	if meta, ok := t.Metatable.(*lua.LTable); ok {
		if real, ok := meta.RawGetH(frozenKey).(*lua.LTable); ok {
			return real
		}
	}
	return t
}

func isFrozen(t *lua.LTable) bool { return thaw(t) != t }

// each calls fn for every entry of t, thawed: the array in order, then the other
// keys in the order in which they were first set.
func each(t *lua.LTable, fn func(k, v lua.LValue)) {
	t = thaw(t)
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		fn(k, v)
	}
}

// mutable returns argument n, a table that the script may change.
func mutable(L *lua.LState, n int) *lua.LTable {
	t := L.CheckTable(n)
	if isFrozen(t) {
		raise(L, "attempt to change a read-only table")
	}
	return t
}

func refuseWrite(L *lua.LState) int {
	raise(L, "attempt to set field '%s' of a read-only table", show(L.Get(2)))
	return 0
}

func frozenLen(L *lua.LState) int {
	L.Push(lua.LNumber(thaw(L.CheckTable(1)).Len()))
	return 1
}
