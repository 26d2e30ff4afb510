package luaapi

import (
	"math"

	lua "github.com/yuin/gopher-lua"
)

// checkText is argument n: a string, or a number as one.
func checkText(L *lua.LState, n int) string {
	switch v := L.Get(n).(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return luaNumber(float64(v))
	}
	L.TypeError(n, lua.LTString)
	return ""
}

// optText is the same, or what holds where it is nil.
func optText(L *lua.LState, n int, otherwise string) string {
	if L.Get(n) == lua.LNil {
		return otherwise
	}
	return checkText(L, n)
}

// checkNumber is argument n: a number, or a string that reads as one.
func checkNumber(L *lua.LState, n int) float64 {
	f, ok := asNumber(L.Get(n))
	if !ok {
		L.TypeError(n, lua.LTNumber)
	}
	return f
}

// checkInt is an integer argument: a number, or a string that reads as one, cut
// off like Lua's luaL_checkinteger, and kept within what an index can be.
func checkInt(L *lua.LState, n int) int { return clampInt(checkNumber(L, n)) }

func optInt(L *lua.LState, n, otherwise int) int {
	if L.Get(n) == lua.LNil {
		return otherwise
	}
	return checkInt(L, n)
}

func clampInt(f float64) int {
	switch {
	case math.IsNaN(f):
		return 0
	case f > 1<<52:
		return 1 << 52
	case f < -1<<52:
		return -1 << 52
	}
	return int(f)
}
