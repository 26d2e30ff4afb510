package luaapi

import (
	"errors"
	"runtime/debug"

	lua "github.com/yuin/gopher-lua"
)

// onError is the handler of every protected call: it runs where the error was
// raised, before the stack is unwound. Its result is the error that the call
// returns.
func onError(L *lua.LState) int {
	t := threadOf(L)
	r := t.run
	g := t.guards[len(t.guards)-1]
	closeUpvaluesAfter(L, g.last)
	setErrorFunc(L, true)
	v := L.Get(1)
	if s, ok := v.(lua.LString); ok {
		r.meter.left -= int64(len(s)) / 8 // the next instruction settles it
		if text := plain(L, string(s)); text != string(s) {
			v = lua.LString(text)
		}
		if v == lua.LString(confused) && r.meter.spent == "" {
			r.host.Panicked(r.file(), string(s), debug.Stack())
			r.meter.stop(L, "interpreter", confused)
		}
	}
	if g.handler != nil && r.meter.spent == "" {
		// Protected by itself: of an error in a handler gopher-lua makes a
		// traceback that is as long as the stack is deep.
		L.Push(g.handler)
		L.Push(v)
		if err := t.attempt(L, 1, 1, nil); err != nil {
			L.Push(errorValue(err))
		}
		return 1
	}
	if len(t.guards) == 1 && t.parent == nil {
		file, line := position(L, 1)
		r.failure = failure{value: v, file: file, line: line, trace: traceback(L, 1)}
	}
	L.Push(v)
	return 1
}

// errRaised stands for an error whose value lies in the run's failure.
var errRaised = errors.New("script error")

// protect calls the function below nargs arguments on the main thread's stack.
// On success it leaves nret results; after an error nothing, and the run's
// failure says what and where. It never panics.
func (r *run) protect(nargs, nret int) (n int, err error) {
	L := r.state.L
	t := r.state.main
	base := L.GetTop() - nargs - 1
	r.failure = failure{}
	t.guards = append(t.guards[:0], guard{last: lastUpvalue(L)})
	defer func() {
		if v := recover(); v != nil {
			r.broken = true
			r.host.Panicked(r.file(), v, debug.Stack())
			r.failure = failure{value: lua.LString(confused), file: r.file()}
			err = errRaised
		}
	}()
	callErr := L.PCall(nargs, nret, r.state.onError)
	t.guards = t.guards[:0]
	if callErr != nil || r.meter.spent != "" {
		r.broken = true
		if r.failure.value == nil {
			r.failure.value = errorValue(callErr)
		}
		return 0, errRaised
	}
	return L.GetTop() - base, nil
}

// errorValue is the Lua value that err carries.
func errorValue(err error) lua.LValue {
	var e *lua.ApiError
	if errors.As(err, &e) && e.Object != nil {
		return e.Object
	}
	return lua.LString("error")
}

// protected is pcall and xpcall: the function and its nargs arguments lie on
// top of the stack. It leaves true and the results there, or false and the
// error, and returns their number.
func protected(L *lua.LState, nargs int, handler *lua.LFunction) int {
	t := threadOf(L)
	r := t.run
	r.charge(L, protectedCost)
	base := L.GetTop() - nargs - 1
	err := t.attempt(L, nargs, lua.MultRet, handler)
	if r.meter.spent != "" {
		r.overspent(L)
	}
	if err == nil {
		n := L.GetTop() - base
		r.charge(L, int64(n/4))
		L.Insert(lua.LTrue, base+1)
		return n + 1
	}
	v := errorValue(err)
	r.charge(L, errorCost+int64(textLen(v))/bytesPerInstruction)
	L.SetTop(base)
	L.Push(lua.LFalse)
	L.Push(v)
	return 2
}

// attempt calls the function below nargs arguments. After an error nothing of
// them is left on the stack.
func (t *thread) attempt(L *lua.LState, nargs, nret int, handler *lua.LFunction) error {
	depth, had, native := len(t.guards), errorFunc(L), t.native
	t.enter(L)
	t.guards = append(t.guards, guard{last: lastUpvalue(L), handler: handler})
	err := L.PCall(nargs, nret, t.state.onError)
	t.native = native
	t.guards = t.guards[:depth]
	setErrorFunc(L, had)
	return err
}

// What a protected call and an error cost beyond their instructions.
const (
	protectedCost = 20
	errorCost     = 60
)

func basePCall(L *lua.LState) int {
	L.CheckAny(1)
	return protected(L, L.GetTop()-1, nil)
}

func baseXPCall(L *lua.LState) int {
	L.CheckAny(1)
	handler := L.CheckFunction(2)
	L.Remove(2)
	return protected(L, L.GetTop()-1, handler)
}

// call calls back into Lua from a Go function: the function and nargs arguments
// lie on top of the stack, nret results will. A coroutine cannot yield in it.
func call(L *lua.LState, nargs, nret int) {
	t := threadOf(L)
	t.enter(L)
	L.Call(nargs, nret)
	t.native--
}

// maxNative is how many calls through Go may nest, as in Lua 5.1: they lie on
// Go's stack, which is bounded only by memory.
const maxNative = 200

// enter counts a call through Go.
func (t *thread) enter(L *lua.LState) {
	if t.native >= maxNative {
		raise(L, "stack overflow (too many calls through Go in one another)")
	}
	t.native++
}

// index is v[key] as Lua has it, with metamethods, for a Go function.
func index(L *lua.LState, v *lua.LTable, key lua.LValue) lua.LValue {
	t := threadOf(L)
	t.run.charge(L, int64(reach(v)+textLen(key)/64))
	t.enter(L)
	out := L.GetTable(v, key)
	t.native--
	return out
}

// metamethod is what a or, if it has none, b has for an event of two operands.
func metamethod(L *lua.LState, a, b lua.LValue, event string) (fn *lua.LFunction, ok bool) {
	v := L.GetMetaField(a, event)
	if v == lua.LNil {
		v = L.GetMetaField(b, event)
	}
	fn, ok = v.(*lua.LFunction)
	return fn, ok
}

// textLen is how many bytes v adds to a text.
func textLen(v lua.LValue) int {
	switch v := v.(type) {
	case lua.LString:
		return len(v)
	case lua.LNumber:
		return numberBytes
	}
	return 0
}
