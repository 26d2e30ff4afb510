package luaapi

import lua "github.com/yuin/gopher-lua"

// module is a global table of the script API. open is called once for every
// new pooled state; what it returns is frozen, tables in it too, and so must
// hold nothing of a run.
type module struct {
	name string
	open func(L *lua.LState) lua.LValue
}

// perRun is a global that is made anew for every run, when it is first used.
type perRun struct {
	name string
	open func(L *lua.LState, r *run) lua.LValue
}

// The script API, filled by the declarations beside its functions.
var (
	modules []module
	globals = map[string]lua.LGFunction{}
	perRuns []perRun
)

// provideModule adds a module; it is for package-level declarations.
func provideModule(name string, open func(L *lua.LState) lua.LValue) struct{} {
	modules = append(modules, module{name, open})
	return struct{}{}
}

// provideGlobal adds a global function; it is for package-level declarations.
func provideGlobal(name string, fn lua.LGFunction) struct{} {
	globals[name] = fn
	return struct{}{}
}

// providePerRun adds a global that every run has its own of; it is for
// package-level declarations.
func providePerRun(name string, open func(L *lua.LState, r *run) lua.LValue) struct{} {
	perRuns = append(perRuns, perRun{name, open})
	return struct{}{}
}

// functions returns a table of Go functions, as most modules are.
func functions(L *lua.LState, fns map[string]lua.LGFunction) *lua.LTable {
	t := L.CreateTable(0, len(fns))
	for _, name := range sortedKeys(fns) {
		t.RawSetString(name, L.NewFunction(fns[name]))
	}
	return t
}
