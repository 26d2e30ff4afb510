package luaapi

import lua "github.com/yuin/gopher-lua"

// settings is the script's [script.NAME] settings: made anew for each run and
// read-only, and # pairs and ipairs work on it. It is empty where there are none.
var _ = providePerRun("settings", func(L *lua.LState, r *run) lua.LValue {
	t := L.NewTable()
	if r.script != nil {
		for _, k := range sortedKeys(r.script.grant.Settings) {
			t.RawSetString(k, toLua(L, r.script.grant.Settings[k]))
		}
	}
	return freeze(L, t)
})
