package luaapi

import (
	lua "github.com/yuin/gopher-lua"
)

// Bounds and prices of coroutines. Every resume lies on Go's stack.
const (
	maxResumes     = 50
	coroutineDepth = 1000
	firstCoroutine = 64 // registers
	maxCoroutines  = 10_000
	coroutineCost  = 300 // instructions, for some 4 KB
)

// coroutineOptions keep a coroutine small: most are shallow.
var coroutineOptions = lua.Options{
	SkipOpenLibs: true, MinimizeStackMemory: true, CallStackSize: coroutineDepth,
	RegistrySize: firstCoroutine, RegistryGrowStep: 1024, RegistryMaxSize: maxRegisters,
}

var coroutineFunctions = map[string]lua.LGFunction{
	"create": coroutineCreate, "resume": coroutineResume, "running": coroutineRunning,
	"status": coroutineStatus, "wrap": coroutineWrap, "yield": coroutineYield,
}

// passOn makes a Lua function of one of Go, which gopher-lua cannot run as the
// body of a coroutine.
var passOn = mustChunk("coroutine", "local f = ... local function pass(...) return ... end return function(...) return pass(f(...)) end")

func mustChunk(name, source string) *lua.FunctionProto {
	c, problem := compileFile(name, []byte(source))
	if problem != nil {
		panic(problem.String())
	}
	return c.proto
}

func newCoroutine(L *lua.LState, fn *lua.LFunction) *thread {
	t := threadOf(L)
	r := t.run
	if r.coroutines++; r.coroutines > maxCoroutines {
		raise(L, "too many coroutines (%s)", grouped(maxCoroutines))
	}
	r.charge(L, coroutineCost)
	r.out.Memory += 4096
	if fn.IsG {
		L.Push(&lua.LFunction{Proto: passOn, Env: r.env, Upvalues: make([]*lua.Upvalue, passOn.NumUpvalues)})
		L.Push(fn)
		call(L, 1, 1)
		fn = L.CheckFunction(L.GetTop())
		L.Pop(1)
	}
	// A thread made under a context would get one derived from it, with a
	// goroutine that waits; this one gets a meter of its own on the same count.
	options := L.Options
	L.RemoveContext()
	L.Options = coroutineOptions
	th, _ := L.NewThread()
	L.Options = options
	L.SetContext(t)
	co := &thread{run: r, state: t.state, L: th, depth: coroutineDepth - spareCalls, high: firstCoroutine, body: fn}
	th.SetContext(co)
	return co
}

func coroutineCreate(L *lua.LState) int {
	L.Push(newCoroutine(L, L.CheckFunction(1)).L)
	return 1
}

// resume runs co until it yields, returns or fails; values are what it gave, or
// the error.
func resume(L *lua.LState, co *thread, args []lua.LValue) (values []lua.LValue, ok bool) {
	t := threadOf(L)
	r := t.run
	switch {
	case co.dead:
		return []lua.LValue{lua.LString("cannot resume dead coroutine")}, false
	case co.body == nil || co.parent != nil:
		return []lua.LValue{lua.LString("cannot resume non-suspended coroutine")}, false
	case len(args) > maxResults:
		return []lua.LValue{lua.LString("too many arguments to resume")}, false
	}
	depth := 0
	for p := t; p != nil; p = p.parent {
		depth++
	}
	if depth > maxResumes {
		return []lua.LValue{lua.LString("C stack overflow")}, false
	}
	r.charge(L, int64(10+4*len(args)))
	top := L.GetTop()
	defer func() {
		co.parent = nil
		v := recover()
		if v == nil {
			return
		}
		// It has yielded where it could not: the parent's stack has what it gave.
		co.dead = true
		co.L.Dead = true
		L.G.CurrentThread = L
		L.SetTop(top)
		values, ok = []lua.LValue{lua.LString(errYieldAcross)}, false
		if !co.yielded {
			r.broken = true
			values[0] = lua.LString(confused)
		}
	}()
	co.parent, co.yielded = t, false
	state, err, values := L.Resume(co.L, co.body, args...)
	r.meter.left -= int64(4 * len(values)) // the next instruction settles it
	switch state {
	case lua.ResumeYield:
		return values, true
	case lua.ResumeOK:
		co.dead = true
		return values, true
	}
	co.dead = true
	// gopher-lua has looked at every shared variable for every call.
	r.meter.left -= int64(co.shared) * int64(co.deepest+1) / 8
	v := errorValue(err)
	if s, is := v.(lua.LString); is {
		r.meter.left -= int64(len(s)) / 8
		v = lua.LString(plain(L, string(s)))
	}
	return []lua.LValue{v}, false
}

// arguments takes all values from argument n on off the stack.
func arguments(L *lua.LState, n int) []lua.LValue {
	args := make([]lua.LValue, 0, max(L.GetTop()-n+1, 0))
	for i := n; i <= L.GetTop(); i++ {
		args = append(args, L.Get(i))
	}
	L.SetTop(n - 1)
	return args
}

func coroutineResume(L *lua.LState) int {
	co := coroutineArg(L)
	values, ok := resume(L, co, arguments(L, 2))
	r := runOf(L)
	if r.meter.spent != "" {
		r.overspent(L)
	}
	if !ok {
		r.charge(L, errorCost+int64(textLen(values[0]))/bytesPerInstruction)
	}
	L.Push(lua.LBool(ok))
	for _, v := range values {
		L.Push(v)
	}
	return 1 + len(values)
}

func coroutineWrap(L *lua.LState) int {
	co := newCoroutine(L, L.CheckFunction(1))
	L.Push(L.NewFunction(func(L *lua.LState) int {
		values, ok := resume(L, co, arguments(L, 1))
		r := runOf(L)
		if r.meter.spent != "" {
			r.overspent(L)
		}
		if !ok {
			r.charge(L, errorCost+int64(textLen(values[0]))/bytesPerInstruction)
			L.Error(values[0], 0)
		}
		for _, v := range values {
			L.Push(v)
		}
		return len(values)
	}))
	return 1
}

func coroutineYield(L *lua.LState) int {
	t := threadOf(L)
	if t.body == nil {
		raise(L, "attempt to yield from outside a coroutine")
	}
	if t.native > 0 {
		raise(L, "attempt to yield across metamethod/C-call boundary")
	}
	if L.GetTop() > maxResults {
		raise(L, "too many values to yield")
	}
	if f := frameOf(L).Parent; f == nil || f.Fn.IsG || opcode(f.Fn.Proto.Code[f.Pc-1]) == lua.OP_TAILCALL {
		raise(L, "attempt to yield in `return yield(...)` under another name: use a local for what it returns")
	}
	t.yielded = true
	return -1
}

func coroutineArg(L *lua.LState) *thread {
	th, ok := L.Get(1).(*lua.LState)
	if !ok {
		L.ArgError(1, "coroutine expected")
	}
	return threadOf(th)
}

func coroutineStatus(L *lua.LState) int {
	co := coroutineArg(L)
	status := "suspended"
	switch {
	case co.dead:
		status = "dead"
	case co == threadOf(L):
		status = "running"
	case co.parent != nil || co.body == nil:
		status = "normal"
	}
	L.Push(lua.LString(status))
	return 1
}

func coroutineRunning(L *lua.LState) int {
	if threadOf(L).body == nil {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(L)
	return 1
}
