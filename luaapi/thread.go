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
	high   int     // registers in use that have been charged
	shared int     // variables shared with closures when they were counted last, or more
	guards []guard // of the protected calls under way, innermost last

	// Of a coroutine:
	body    *lua.LFunction
	parent  *thread // who resumed it, while it runs
	deepest int     // calls that have nested
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

// bind makes t the main thread of a run.
func (t *thread) bind(r *run) { t.run, t.high, t.shared = r, firstRegister, 0 }

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
	if f.Pc == 1 && t.enters(f) {
		return closed
	}
	code := f.Fn.Proto.Code[f.Pc-1]
	op := opcode(code)
	switch weights[op&63] {
	case heavyIfOpen:
		if code&0x1ff != 0 && t.shared <= fewShared {
			return nil
		}
		fallthrough
	case heavy:
		return t.weigh(f, op, code)
	}
	return nil
}

// Prices of a call beyond its instruction.
const (
	argTableCost = 200 // of the table arg of an old vararg function, some 2.4 KB
	frameCost    = 6   // of a frame that a coroutine keeps
)

// enters charges the call whose first instruction is about to run: its
// registers and its arguments. It reports true if the stack is full.
func (t *thread) enters(f *frame) bool {
	top, p := registersOf(t.L).top, f.Fn.Proto
	if f.Idx >= t.depth || top > maxRegisters-spareRegisters {
		return true
	}
	cost := int(p.NumUsedRegisters) / 16
	if p.IsVarArg != 0 {
		cost += f.NArgs / 8
		if p.IsVarArg&lua.VarArgNeedsArg != 0 {
			cost += argTableCost + f.NArgs
			t.run.out.Memory += int64(2400 + 16*f.NArgs)
		}
	}
	if top > t.high {
		cost += 2 * (top - t.high)
		t.run.out.Memory += int64(16 * (top - t.high))
		t.high = top
	}
	if t.body != nil && f.Idx > t.deepest {
		t.deepest = f.Idx
		cost += frameCost
	}
	t.run.meter.left -= int64(cost) // the next instruction settles it
	return false
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
