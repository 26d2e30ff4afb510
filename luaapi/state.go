package luaapi

import (
	"runtime"
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// Sizes of a state. Calls may nest callDepth deep in each thread; registers grow
// by steps up to maxRegisters.
const (
	callDepth     = 4000
	spareCalls    = 50 // left for the handlers of a stack overflow
	firstRegister = 512
	stepRegister  = 4096
	maxRegisters  = 1 << 17
	// spareRegisters are left for what one call takes and returns, and for
	// errors, where calls begin.
	spareRegisters = 1 << 15
)

// state is a Lua state with its libraries, opened once and used for one run
// after another. Nothing of a run is left in it: libraries are frozen, globals
// belong to the run, and after an error it is thrown away.
type state struct {
	L       *lua.LState
	main    *thread
	strings *lua.LTable // the string library itself, behind the methods of strings

	scripts     *lua.LTable // metatable of a script's environment
	expressions *lua.LTable // metatable of an expression's environment
	events      *lua.LTable // metatable of event
	headers     *lua.LTable // metatable of event.headers

	// Room that one run after another uses.
	handlers []*lua.LFunction
	values   []lua.LValue

	refuseWrite *lua.LFunction
	frozenLen   *lua.LFunction
	onError     *lua.LFunction // the handler of every protected call
	next        *lua.LFunction
	ipairs      *lua.LFunction
}

// stateOf is the pooled state that L, a thread of it, belongs to.
func stateOf(L *lua.LState) *state { return L.Context().(*thread).state }

// newState opens a state with everything that scripts may reach.
func newState() *state {
	L := lua.NewState(lua.Options{
		SkipOpenLibs: true, MinimizeStackMemory: true, CallStackSize: callDepth,
		RegistrySize: firstRegister, RegistryGrowStep: stepRegister, RegistryMaxSize: maxRegisters,
	})
	s := &state{L: L}
	s.main = &thread{state: s, L: L, depth: callDepth - spareCalls}
	L.SetContext(s.main)
	s.refuseWrite, s.frozenLen = L.NewFunction(refuseWrite), L.NewFunction(frozenLen)
	s.onError = L.NewFunction(onError)
	s.open()
	return s
}

// pool keeps idle states, at most some for each processor: more than runs at
// once are of no use, and one costs 200 µs and 160 KB to make.
type pool struct {
	mu   sync.Mutex
	idle []*state
}

// idlePerProcessor bounds a pool.
const idlePerProcessor = 8

func (p *pool) get() *state {
	if s := p.take(); s != nil {
		return s
	}
	return newState()
}

func (p *pool) take() *state {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	s := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	return s
}

// put takes a state back whose run ended without an error. One whose registers
// have grown is not kept.
func (p *pool) put(s *state) {
	if cap(registersOf(s.L).array) > firstRegister+2*stepRegister {
		return
	}
	s.main.release()
	clear(s.handlers[:cap(s.handlers)])
	clear(s.values[:cap(s.values)])
	s.L.SetTop(0)
	closeUpvaluesAfter(s.L, nil)
	s.L.Env = s.L.G.Global
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < idlePerProcessor*runtime.GOMAXPROCS(0) {
		p.idle = append(p.idle, s)
	}
}
