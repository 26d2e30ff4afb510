package luaapi

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/fetch"
	"twirouter/router"
)

// Compiler makes scripts of their source. It is safe for concurrent use; what
// it returns shares its pool of states.
type Compiler struct {
	host Host
	pool pool

	mu    sync.Mutex
	cache map[[sha256.Size]byte]*chunk // of the last program
}

// New returns a compiler whose scripts use host.
func New(host Host) *Compiler { return &Compiler{host: host.complete()} }

// Compile compiles a program: every file, then the top of each script without
// an event, which tells its handlers and steps. It returns the scripts in the
// order of the program and everything that is wrong with it, warnings too; if
// there are errors among the problems there are no scripts. Files that have not
// changed since the last call are not compiled again.
func (c *Compiler) Compile(ctx context.Context, p router.Program) ([]*router.Script, router.Problems) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := &building{c: c, ctx: ctx, p: p, cache: map[[sha256.Size]byte]*chunk{}}
	b.lib = &library{modules: map[string]*chunk{}, files: map[string]*chunk{}}
	for _, m := range p.Modules {
		if ch := b.chunk(m); ch != nil {
			b.lib.modules[m.Name] = ch
		}
	}
	chunks := make([]*chunk, len(p.Scripts))
	for i, s := range p.Scripts {
		chunks[i] = b.chunk(s)
	}
	policy := b.policy()
	var scripts []*router.Script
	for i, s := range p.Scripts {
		if chunks[i] != nil {
			scripts = append(scripts, b.script(s, chunks[i], policy))
		}
	}
	c.cache = b.cache
	b.problems = b.tidy()
	if len(b.problems.Errors()) > 0 {
		return nil, b.problems
	}
	return scripts, b.problems
}

// building is one call of Compile.
type building struct {
	c        *Compiler
	ctx      context.Context
	p        router.Program
	lib      *library
	cache    map[[sha256.Size]byte]*chunk
	problems router.Problems
}

func (b *building) tell(p router.Problem) { b.problems = append(b.problems, p) }

// tidy sorts the problems and drops warnings about a line that has an error.
func (b *building) tidy() router.Problems {
	type place struct {
		file string
		line int
	}
	wrong := map[place]bool{}
	for _, p := range b.problems.Errors() {
		wrong[place{p.File, p.Line}] = true
	}
	return slices.DeleteFunc(b.problems, func(p router.Problem) bool { return p.Warning && wrong[place{p.File, p.Line}] }).Sort()
}

// chunk compiles a file, or finds it in the cache; nil if it has a problem.
func (b *building) chunk(s router.Source) *chunk {
	key := sha256.Sum256(append([]byte(s.File+"\x00"), s.Text...))
	ch := b.c.cache[key]
	if ch == nil {
		var problem *router.Problem
		if ch, problem = compileFile(s.File, slices.Clone(s.Text)); problem != nil {
			b.tell(*problem)
			return nil
		}
	}
	b.cache[key] = ch
	b.lib.files[s.File] = ch
	return ch
}

// policy is what scripts may call unless they have rights of their own.
func (b *building) policy() fetch.Policy {
	out := fetch.Policy{Timeout: b.p.HTTP.Timeout, MaxResponse: b.p.HTTP.MaxResponse, Allow: b.patterns("http.allow", b.p.HTTP.Allow)}
	for _, s := range b.p.HTTP.AllowPrivate {
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			b.tell(router.Problem{What: fmt.Sprintf("http.allow_private: %s is no range of addresses", quoted(s)), Hint: "like 10.0.0.0/8"})
			continue
		}
		out.AllowPrivate = append(out.AllowPrivate, prefix)
	}
	return out
}

func (b *building) patterns(key string, list []string) []fetch.Pattern {
	out := make([]fetch.Pattern, 0, len(list))
	for _, s := range list {
		p, err := fetch.ParsePattern(s)
		if err != nil {
			b.tell(router.Problem{What: fmt.Sprintf("%s: %s: %v", key, quoted(s), err)})
			continue
		}
		out = append(out, p)
	}
	return out
}

// script runs the top of a compiled file and says what is wrong with it.
func (b *building) script(s router.Source, ch *chunk, policy fetch.Policy) *router.Script {
	cs := &compiled{name: s.Name, file: s.File, chunk: ch, grant: b.p.Grants[s.Name], library: b.lib}
	if cs.grant.HTTP != nil {
		policy.Allow = b.patterns("script."+s.Name+".http", cs.grant.HTTP)
	}
	if b.c.host.Fetch != nil {
		cs.fetch = b.c.host.Fetch(policy)
	}
	cs.script = &router.Script{Name: s.Name, File: s.File}
	cs.script.Runner = &runner{c: b.c, script: cs}
	st, decls := (&runner{c: b.c, script: cs}).load(b.ctx, b.p.Limits)
	if e := st.Error; e != nil {
		b.tell(router.Problem{File: e.File, Line: e.Line, What: e.Message})
	}
	for _, w := range st.Warnings {
		b.tell(warningOf(s.File, w))
	}
	cs.on = decls.handlers
	cs.script.Handlers = slices.Clone(decls.handlers)
	for i := range cs.script.Handlers {
		h := &cs.script.Handlers[i]
		if sid, ok := b.p.Accounts[h.Account]; ok {
			h.Account = sid
		}
	}
	for _, d := range decls.steps {
		cs.steps = append(cs.steps, d.name)
	}
	cs.script.Steps = slices.Clone(cs.steps)
	if st.Error == nil {
		b.read(cs)
	}
	return cs.script
}

// warningOf makes a problem of a warning that a run gave.
func warningOf(file, w string) router.Problem {
	p := router.Problem{File: file, What: w, Warning: true}
	if f, line, rest, ok := splitPosition(w); ok {
		p.File, p.Line, p.What = f, line, rest
	}
	return p
}

// read warns of what can be seen in a script without running it.
func (b *building) read(cs *compiled) {
	warn := func(line int, what, hint string) {
		b.tell(router.Problem{File: cs.file, Line: line, What: what, Hint: hint, Warning: true})
	}
	f := &cs.chunk.findings
	if len(cs.on) == 0 && len(cs.steps) == 0 {
		warn(1, "the script declares no handler", `on("message.received", function(event) … end)`)
	}
	set := map[string]bool{}
	for _, n := range f.sets {
		set[n.name] = true
		if provided(n.name) {
			warn(n.line, fmt.Sprintf("the script hides the global %s", n.name), "give yours another name, or write local")
		} else {
			warn(n.line, fmt.Sprintf("%s is assigned as a global", n.name), "write local before it")
		}
	}
	for _, n := range f.gets {
		switch hint, known := withheld[n.name]; {
		case set[n.name] || provided(n.name):
		case known:
			warn(n.line, fmt.Sprintf("there is no %s in scripts", n.name), hint)
		default:
			warn(n.line, fmt.Sprintf("%s is nil: no global has that name", n.name), nearest(n.name))
		}
	}
	for _, n := range f.steps {
		if !slices.Contains(cs.steps, n.name) {
			warn(n.line, fmt.Sprintf("at(%q): the file declares no step(%q)", n.name, n.name), "")
		}
	}
	for _, n := range f.requires {
		if b.lib.find(n.name) == nil {
			warn(n.line, fmt.Sprintf("require(%q): there is no lib/%s.lua", n.name, modulePath(n.name)), "")
		}
	}
}

// load runs the top of the file without an event.
func (s *runner) load(ctx context.Context, limits router.Limits) (router.Step, declarations) {
	r := s.newRun(ctx, router.Call{Limits: limits, Handler: -1})
	r.phase = phaseLoading
	r.execute(func(L *lua.LState) { r.top(L) })
	return r.out, r.decls
}
