package luaapi

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// arithmetic is what the operators do with two numbers.
var arithmetic = map[string]func(a, b float64) float64{
	"__add": func(a, b float64) float64 { return a + b },
	"__sub": func(a, b float64) float64 { return a - b },
	"__mul": func(a, b float64) float64 { return a * b },
	"__div": func(a, b float64) float64 { return a / b },
	"__mod": modulo,
	"__pow": math.Pow,
}

// modulo has the sign of b.
func modulo(a, b float64) float64 {
	m := math.Mod(a, b)
	if m*b < 0 {
		m += b
	}
	return m
}

// openArithmetic gives strings arithmetic of their own: gopher-lua reads them
// as numbers in its own way, and reads a long one to its end within one
// instruction.
func openArithmetic(L *lua.LState, strings *lua.LTable) {
	for _, event := range sortedKeys(arithmetic) {
		strings.RawSetString(event, L.NewFunction(func(L *lua.LState) int { return arith(L, event) }))
	}
	strings.RawSetString("__unm", L.NewFunction(func(L *lua.LState) int {
		f, ok := asNumber(L.Get(1))
		if !ok {
			raise(L, "attempt to perform arithmetic (unm) on a string value")
		}
		L.Push(lua.LNumber(-f))
		return 1
	}))
}

// arith is an operation of which one operand at least is a string.
func arith(L *lua.LState, event string) int {
	a, b := L.Get(1), L.Get(2)
	x, ok1 := asNumber(a)
	y, ok2 := asNumber(b)
	if ok1 && ok2 {
		L.Push(lua.LNumber(arithmetic[event](x, y)))
		return 1
	}
	// The metamethod of the other operand, which gopher-lua did not come to.
	fn, _ := L.GetMetaField(b, event).(*lua.LFunction)
	if fn == nil || b.Type() == lua.LTString {
		raise(L, "attempt to perform arithmetic (%s) on a %s and a %s value", strings.TrimLeft(event, "_"), a.Type(), b.Type())
	}
	L.Push(fn)
	L.Push(a)
	L.Push(b)
	call(L, 2, 1)
	return 1
}
