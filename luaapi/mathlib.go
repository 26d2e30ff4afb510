package luaapi

import (
	"math"
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"
)

// random is a run's own source of random numbers.
type random struct{ *rand.Rand }

func (r *run) rand() *random {
	if r.random == nil {
		r.random = &random{rand.New(rand.NewPCG(r.host.Rand(), 0))}
	}
	return r.random
}

// unary are the functions of one number.
var unary = map[string]func(float64) float64{
	"abs": math.Abs, "acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "ceil": math.Ceil, "cos": math.Cos,
	"cosh": math.Cosh, "deg": func(x float64) float64 { return x * 180 / math.Pi }, "exp": math.Exp, "floor": math.Floor,
	"log10": math.Log10, "rad": func(x float64) float64 { return x * math.Pi / 180 }, "sin": math.Sin, "sinh": math.Sinh,
	"sqrt": math.Sqrt, "tan": math.Tan, "tanh": math.Tanh,
}

// binary are the functions of two.
var binary = map[string]func(a, b float64) float64{
	"atan2": math.Atan2, "fmod": math.Mod, "mod": math.Mod, "pow": math.Pow,
	"ldexp": func(m, e float64) float64 { return math.Ldexp(m, clampExponent(e)) },
}

func clampExponent(e float64) int { return int(max(-5000, min(5000, e))) }

func openMath(L *lua.LState) *lua.LTable {
	t := functions(L, map[string]lua.LGFunction{
		"frexp": mathFrexp, "log": mathLog, "max": mathMax, "min": mathMin, "modf": mathModf, "random": mathRandom, "randomseed": mathRandomseed,
	})
	for _, name := range sortedKeys(unary) {
		fn := unary[name]
		t.RawSetString(name, L.NewFunction(func(L *lua.LState) int {
			L.Push(lua.LNumber(fn(checkNumber(L, 1))))
			return 1
		}))
	}
	for _, name := range sortedKeys(binary) {
		fn := binary[name]
		t.RawSetString(name, L.NewFunction(func(L *lua.LState) int {
			L.Push(lua.LNumber(fn(checkNumber(L, 1), checkNumber(L, 2))))
			return 1
		}))
	}
	t.RawSetString("pi", lua.LNumber(math.Pi))
	t.RawSetString("huge", lua.LNumber(math.Inf(1)))
	return t
}

func mathFrexp(L *lua.LState) int {
	m, e := math.Frexp(checkNumber(L, 1))
	L.Push(lua.LNumber(m))
	L.Push(lua.LNumber(e))
	return 2
}

// mathLog takes a base as well, as later versions do.
func mathLog(L *lua.LState) int {
	x := math.Log(checkNumber(L, 1))
	if L.Get(2) != lua.LNil {
		x /= math.Log(checkNumber(L, 2))
	}
	L.Push(lua.LNumber(x))
	return 1
}

func mathModf(L *lua.LState) int {
	x := checkNumber(L, 1)
	i, f := math.Modf(x)
	if math.IsInf(x, 0) {
		i, f = x, 0
	}
	L.Push(lua.LNumber(i))
	L.Push(lua.LNumber(f))
	return 2
}

func mathMax(L *lua.LState) int { return fold(L, func(a, b float64) bool { return b > a }) }
func mathMin(L *lua.LState) int { return fold(L, func(a, b float64) bool { return b < a }) }

func fold(L *lua.LState, better func(a, b float64) bool) int {
	best := checkNumber(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if x := checkNumber(L, i); better(best, x) {
			best = x
		}
	}
	L.Push(lua.LNumber(best))
	return 1
}

func mathRandom(L *lua.LState) int {
	x := runOf(L).rand().Float64()
	low, high := 1.0, 0.0
	switch L.GetTop() {
	case 0:
		L.Push(lua.LNumber(x))
		return 1
	case 1:
		high = math.Floor(checkNumber(L, 1))
	case 2:
		low, high = math.Floor(checkNumber(L, 1)), math.Floor(checkNumber(L, 2))
	default:
		raise(L, "wrong number of arguments")
	}
	if !(low <= high) || math.IsInf(high-low, 0) {
		L.ArgError(L.GetTop(), "interval is empty")
	}
	L.Push(lua.LNumber(min(math.Floor(x*(high-low+1))+low, high)))
	return 1
}

// mathRandomseed makes the random numbers of this run repeatable.
func mathRandomseed(L *lua.LState) int {
	runOf(L).random = &random{rand.New(rand.NewPCG(math.Float64bits(checkNumber(L, 1)), 1))}
	return 0
}
