package luaapi

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// What holds where limits are silent.
const (
	defaultInstructions = 10_000_000
	defaultTimeout      = 10 * time.Second
	defaultBackground   = 60 * time.Second
)

// runner runs one script; it implements router.Runner.
type runner struct {
	c      *Compiler
	script *compiled
}

// Run runs the file from the top in an environment of its own, and then the
// handlers that the call means. It is safe for concurrent use.
func (s *runner) Run(ctx context.Context, call router.Call) router.Step {
	r := s.newRun(ctx, call)
	r.event = call.Event
	r.execute(func(L *lua.LState) {
		r.phase = phaseTop
		if !r.top(L) {
			return
		}
		r.phase = phaseHandler
		r.handle(L)
	})
	return r.out
}

func (s *runner) newRun(ctx context.Context, call router.Call) *run {
	r := &run{host: &s.c.host, pool: &s.c.pool, script: s.script, call: call, caller: ctx}
	r.limits = s.script.grant.Limits.Over(call.Limits)
	timeout := r.limits.Timeout
	if !call.Inline && call.Event != nil {
		if timeout = r.limits.BackgroundTimeout; timeout <= 0 {
			timeout = defaultBackground
		}
		r.clock.key = "limits.background_timeout"
	}
	r.begin(timeout, r.limits.Instructions)
	return r
}

// begin starts the run's clock and meter.
func (r *run) begin(timeout time.Duration, instructions int64) {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	if instructions <= 0 {
		instructions = defaultInstructions
	}
	r.begun = time.Now()
	if r.clock.key == "" {
		r.clock.key = "limits.timeout"
	}
	r.clock.deadline, r.clock.limit = r.begun.Add(timeout), timeout
	if d, ok := r.caller.Deadline(); ok && d.Before(r.clock.deadline) {
		r.clock.deadline, r.clock.outer = d, true
	}
	r.meter.start(instructions)
	r.out.Verdict = router.Passed
}

// execute does the work on a pooled state and fills in what came of it. It
// never panics.
func (r *run) execute(work func(*lua.LState)) {
	r.state = r.pool.get()
	r.decls.on = r.state.handlers[:0]
	L := r.state.L
	r.env = &lua.LTable{Metatable: r.state.scripts}
	if r.phase == phaseExpression {
		r.env.Metatable = r.state.expressions
	}
	L.Env = r.env
	r.state.main.bind(r)
	func() {
		defer func() {
			if v := recover(); v != nil {
				r.broken = true
				r.host.Panicked(r.file(), v, debug.Stack())
				r.fail(failure{value: lua.LString(confused)})
			}
		}()
		if r.caller.Err() != nil || !r.clock.deadline.After(r.begun) {
			r.meter.spent, r.meter.why = "time", r.clock.text()
			if r.caller.Err() == context.Canceled {
				r.meter.why = givenUp
			}
			r.fail(failure{})
			return
		}
		work(L)
	}()
	if r.cancel != nil {
		r.cancel()
	}
	r.unreturned()
	r.out.Instructions = r.meter.used()
	r.out.Duration = time.Since(r.begun)
	if !r.broken {
		r.state.handlers = r.decls.on
		r.decls.on = nil
		r.pool.put(r.state)
	}
	r.state = nil
}

func (r *run) file() string {
	if r.script == nil {
		return ""
	}
	return r.script.file
}

// top runs the file; it reports whether that went well.
func (r *run) top(L *lua.LState) bool {
	proto := r.script.chunk.proto
	L.Push(&lua.LFunction{Proto: proto, Env: r.env, Upvalues: make([]*lua.Upvalue, proto.NumUpvalues)})
	if _, err := r.protect(0, 0); err != nil {
		r.fail(r.failure)
		return false
	}
	return true
}

// handle runs the handlers that the call means, until one settles the event.
func (r *run) handle(L *lua.LState) {
	switch {
	case r.call.Step != "":
		s := r.decls.step(r.call.Step)
		if s == nil {
			r.fail(failure{file: r.script.file, value: lua.LString(fmt.Sprintf("step(%q) was not declared in this run: what is declared at the top must not depend on the event, the store or the time", r.call.Step))})
			return
		}
		r.one(L, s.fn)
	case r.call.Handler >= 0:
		if r.declaredHere(r.call.Handler) {
			r.one(L, r.decls.on[r.call.Handler])
		}
	default:
		for i := range r.script.script.Handlers {
			h := &r.script.script.Handlers[i]
			if h.Background || !h.Takes(r.event) {
				continue
			}
			if !r.declaredHere(i) || r.one(L, r.decls.on[i]) {
				return
			}
		}
	}
}

// declaredHere fails the run if the file did not come as far as the handler.
func (r *run) declaredHere(i int) bool {
	if i < len(r.decls.on) {
		return true
	}
	line := 0
	if i < len(r.script.on) {
		line = r.script.on[i].Line
	}
	r.fail(failure{file: r.script.file, line: line, value: lua.LString("this handler was not declared in this run: what is declared at the top must not depend on the event, the store or the time")})
	return false
}

// one runs a handler; it reports whether the event is settled.
func (r *run) one(L *lua.LState, fn *lua.LFunction) bool {
	L.Push(fn)
	L.Push(r.eventLua(L))
	n, err := r.protect(1, lua.MultRet)
	if err != nil {
		r.fail(r.failure)
		return true
	}
	values := r.state.values[:0]
	for i := n; i > 0; i-- {
		values = append(values, L.Get(-i))
	}
	L.Pop(n)
	r.state.values = values
	if n > 0 {
		if err := r.settle(L, values); err != nil {
			f := failure{file: r.script.file, value: lua.LString(err.Error())}
			if fn.Proto != nil {
				f.file, f.line = fn.Proto.SourceName, fn.Proto.LineDefined
			}
			if at, ok := errors.AsType[*router.ScriptError](err); ok {
				f.value = lua.LString(at.Message)
				if at.Line > 0 {
					f.file, f.line = at.File, at.Line
				}
			}
			r.fail(f)
			return true
		}
	}
	return r.out.Verdict != router.Passed || r.out.Retry != nil || r.out.Final
}

// confused and givenUp are what the author reads when the fault is not his.
const (
	confused = "the script confused the interpreter and was ended"
	givenUp  = "the run was given up"
)

// fail makes the run a failed one.
func (r *run) fail(f failure) {
	r.out.Error = r.scriptError(f)
	r.out.Verdict, r.out.Reason = router.Failed, r.out.Error.Error()
	r.out.Reply, r.out.Refused, r.out.Retry = nil, false, nil
}

// unreturned warns of what was made and not returned.
func (r *run) unreturned() {
	if r.out.Verdict == router.Failed {
		return
	}
	for _, m := range r.made {
		if !m.used {
			r.warnAt(m.file, m.line, m.what+" was made and not returned: write return before it")
		}
	}
}
