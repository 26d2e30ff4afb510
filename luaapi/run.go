package luaapi

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// phase tells how far a run has come: what a script may call depends on it.
type phase uint8

const (
	phaseLoading    phase = iota // the top of a file, at load, without an event
	phaseTop                     // the top of a file, for an event
	phaseHandler                 // a handler
	phaseExpression              // a route's when or vars
)

// run is one execution of one script's file, for one event or, at load, for
// none. It belongs to one goroutine.
type run struct {
	host   *Host
	script *compiled
	event  *router.Event // nil at load
	call   router.Call
	limits router.Limits // the script's over the route's
	phase  phase
	out    router.Step // being filled

	failure failure // of the protected call that failed last
	broken  bool    // the state must not be used again
	raised  string  // by the script, though it reads like a panic

	pool       *pool
	env        *lua.LTable // the script's globals
	begun      time.Time
	eventValue *lua.LUserData
	tables     [eventTables]lua.LValue
	labels     map[lua.LValue]int
	coroutines int

	made     []*made
	caller   context.Context
	timed    context.Context // caller with the run's own deadline, once asked for
	cancel   context.CancelFunc
	clock    clock
	meter    meter
	state    *state
	decls    declarations
	perRun   map[string]lua.LValue
	required map[string]*requirement
	random   *random
	seen     map[string]bool // warnings that were given once
}

// made is a value that does nothing unless the script returns it, and where it
// was made. Whoever takes the value over sets used.
type made struct {
	what string // "drop()", "Message()"
	file string
	line int
	used bool
}

// runOf returns the run that L executes for. It panics on a state that runs
// nothing.
func runOf(L *lua.LState) *run { return L.Context().(*thread).run }

// context returns the context of the run with its deadline, for calls that
// wait for somebody else.
func (r *run) context() context.Context {
	if r.timed == nil {
		r.timed, r.cancel = context.WithDeadline(r.caller, r.clock.deadline)
	}
	return r.timed
}

// making notes that a value was made that does nothing unless it is returned.
func (r *run) making(L *lua.LState, what string) *made {
	m := &made{what: what}
	m.file, m.line = r.where(L)
	r.made = append(r.made, m)
	return m
}

// where is the position of the Lua code that called the Go function in which L
// is, "" and 0 if none did.
func (r *run) where(L *lua.LState) (file string, line int) { return position(L, 1) }

// onlyInHandler raises an error unless a handler is running: what acts on the
// world has no place at the top of a file, which is also run at load.
func (r *run) onlyInHandler(L *lua.LState, name string) {
	switch r.phase {
	case phaseLoading, phaseTop:
		raise(L, "%s: only inside a handler: the top of a file is run at load too, and again for every event", name)
	case phaseExpression:
		raise(L, "%s: not in a route's expression", name)
	}
}

// charge counts work that a Go function does for the script, in VM
// instructions. It raises the budget's error when they are used up.
func (r *run) charge(L *lua.LState, instructions int64) {
	if r.meter.left -= instructions; r.meter.left <= 0 {
		if r.meter.refill(r, L) {
			r.overspent(L)
		}
	}
}

// chargeBytes counts memory that a Go function makes for the script, and the
// work of filling it.
func (r *run) chargeBytes(L *lua.LState, n int64) {
	r.out.Memory += n
	r.charge(L, n/bytesPerInstruction)
}

// raise raises a script error with the position of the Lua code that called
// the Go function in which L is. It does not return.
func raise(L *lua.LState, format string, args ...any) {
	L.RaiseError("%s", fmt.Sprintf(format, args...))
}

// warn adds a warning with the position of the calling Lua code.
func (r *run) warn(L *lua.LState, format string, args ...any) {
	file, line := r.where(L)
	r.warnAt(file, line, fmt.Sprintf(format, args...))
}

// maxWarnings is how many warnings a run keeps.
const maxWarnings = 50

// warnAt adds a warning once, as a person reads it.
func (r *run) warnAt(file string, line int, what string) {
	text := router.Problem{File: file, Line: line, What: what}.String()
	if r.seen[text] || len(r.out.Warnings) >= maxWarnings {
		return
	}
	if r.seen == nil {
		r.seen = make(map[string]bool)
	}
	r.seen[text] = true
	r.out.Warnings = append(r.out.Warnings, text)
}
