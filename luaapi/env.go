package luaapi

import (
	lua "github.com/yuin/gopher-lua"
)

// open fills a new state: what every script sees, frozen, and what an
// expression sees. The environment of a run is an empty table before these.
func (s *state) open() {
	L := s.L
	s.next, s.ipairs = L.NewFunction(baseNext), L.NewFunction(ipairsNext)

	language := L.CreateTable(0, 64)
	for _, name := range sortedKeys(baseFunctions) {
		language.RawSetString(name, L.NewFunction(baseFunctions[name]))
	}
	language.RawSetString("next", s.next)
	language.RawSetString("_VERSION", lua.LString(lua.LuaVersion))
	s.strings = functions(L, stringFunctions)
	s.strings.RawSetString("gfind", s.strings.RawGetString("gmatch"))
	language.RawSetString("string", freeze(L, s.strings))
	language.RawSetString("table", freeze(L, functions(L, tableFunctions)))
	language.RawSetString("math", freeze(L, openMath(L)))
	language.RawSetString("coroutine", freeze(L, functions(L, coroutineFunctions)))

	methods := L.CreateTable(0, 2)
	methods.RawSetString("__index", s.strings)
	methods.RawSetString("__metatable", locked)
	openArithmetic(L, methods)
	L.SetMetatable(lua.LString(""), methods)

	script := L.CreateTable(0, 64)
	each(language, func(k, v lua.LValue) { script.RawSet(k, v) })
	for _, name := range sortedKeys(globals) {
		script.RawSetString(name, L.NewFunction(globals[name]))
	}
	for _, m := range modules {
		v := m.open(L)
		if t, ok := v.(*lua.LTable); ok {
			v = freeze(L, t)
		}
		script.RawSetString(m.name, v)
	}

	s.scripts = s.environment(script, lazyGlobal)
	s.expressions = s.environment(language, lazyEvent)
	s.events = s.eventMetatable()
	s.headers = s.headerMetatable()
}

// environment makes the metatable of environments before base: what base has
// not is asked of lazy.
func (s *state) environment(base *lua.LTable, lazy lua.LGFunction) *lua.LTable {
	behind := s.L.CreateTable(0, 1)
	behind.RawSetString("__index", s.L.NewFunction(lazy))
	base.Metatable = behind
	meta := s.L.CreateTable(0, 2)
	meta.RawSetString("__index", base)
	meta.RawSetString("__metatable", locked)
	return meta
}

// lazyGlobal makes the globals that belong to the run when they are first used.
func lazyGlobal(L *lua.LState) int {
	r := runOf(L)
	name, _ := L.Get(2).(lua.LString)
	L.Push(r.global(L, string(name)))
	return 1
}

func (r *run) global(L *lua.LState, name string) lua.LValue {
	switch name {
	case "_G":
		return r.env
	case "event":
		return r.eventLua(L)
	}
	if v, ok := r.perRun[name]; ok {
		return v
	}
	for i := range perRuns {
		if p := &perRuns[i]; p.name == name {
			v := p.open(L, r)
			if r.perRun == nil {
				r.perRun = make(map[string]lua.LValue)
			}
			r.perRun[name] = v
			return v
		}
	}
	return lua.LNil
}

func lazyEvent(L *lua.LState) int {
	r := runOf(L)
	switch L.Get(2) {
	case lua.LString("_G"):
		L.Push(r.env)
	case lua.LString("event"):
		L.Push(r.eventLua(L))
	default:
		L.Push(lua.LNil)
	}
	return 1
}

// provided reports whether a script finds a global of that name.
func provided(name string) bool {
	switch name {
	case "_G", "_VERSION", "event", "string", "table", "math", "coroutine":
		return true
	}
	if baseFunctions[name] != nil || globals[name] != nil {
		return true
	}
	for _, m := range modules {
		if m.name == name {
			return true
		}
	}
	for _, p := range perRuns {
		if p.name == name {
			return true
		}
	}
	return false
}

// withheld are Lua's own names that scripts do not have, and what to use.
var withheld = map[string]string{
	"io": "scripts have no files", "dofile": "use require", "loadfile": "use require", "package": "use require",
	"module": "return a table from the file instead", "debug": "there is no debug library", "collectgarbage": "memory is bounded for you",
	"newproxy": "there is none", "channel": "there is none",
}

// nearest suggests a global for a name that is none; "" if nothing is like it.
func nearest(name string) string {
	names := []string{"event", "string", "table", "math", "coroutine"}
	names = append(names, sortedKeys(baseFunctions)...)
	names = append(names, sortedKeys(globals)...)
	for _, m := range modules {
		names = append(names, m.name)
	}
	for _, p := range perRuns {
		names = append(names, p.name)
	}
	if near, ok := closest(name, names); ok {
		return "did you mean " + near + "?"
	}
	return ""
}
