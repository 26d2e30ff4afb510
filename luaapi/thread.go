package luaapi

import (
	"time"

	lua "github.com/yuin/gopher-lua"
)

// thread is what a Lua thread has as its context: gopher-lua asks its Done
// before every instruction, which makes it the meter. The run changes, the
// main thread of a pooled state stays.
type thread struct {
	run   *run
	state *state
	L     *lua.LState

	depth  int     // calls that may nest
	guards []guard // of the protected calls under way, innermost last

	// Of a coroutine:
	body    *lua.LFunction
	parent  *thread // who resumed it, while it runs
	native  int     // calls on its stack that lead through Go back into Lua
	yielded bool    // it has yielded and was not resumed yet
	dead    bool
}

// guard is one protected call.
type guard struct {
	last    *upvalue       // the last shared variable of those who go on after an error
	handler *lua.LFunction // of xpcall; nil for pcall
}

var closed = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

// threadOf is what L has as its context.
func threadOf(L *lua.LState) *thread { return L.Context().(*thread) }

// release forgets the run.
func (t *thread) release() {
	t.run = nil
	t.guards, t.native = t.guards[:0], 0
}

// Done counts one instruction and what it is about to do. A closed channel ends
// the thread.
func (t *thread) Done() <-chan struct{} {
	m := &t.run.meter
	if m.left--; m.left <= 0 || t.yielded {
		if t.yielded || m.refill(t.run, t.L) {
			return closed
		}
	}
	f := frameOf(t.L)
	if f.Idx >= t.depth {
		return closed
	}
	code := f.Fn.Proto.Code[f.Pc-1]
	if op := opcode(code); heavy[op&63] {
		return t.weigh(f, op, code)
	}
	return nil
}

// Err says why Done is closed.
func (t *thread) Err() error {
	switch {
	case t.run.meter.spent != "":
		return errorText(t.run.meter.why)
	case t.yielded:
		return errYieldAcross
	}
	return errStackOverflow
}

// Deadline makes a thread a context; nothing asks for it.
func (t *thread) Deadline() (time.Time, bool) { return t.run.clock.deadline, true }

// Value makes a thread a context; there is none.
func (t *thread) Value(any) any { return nil }

// errorText is an error whose text is all there is to it.
type errorText string

func (e errorText) Error() string { return string(e) }

const (
	errYieldAcross   = errorText("attempt to yield across a metamethod or an iterator")
	errStackOverflow = errorText("stack overflow")
)
