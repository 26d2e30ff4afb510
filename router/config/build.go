package config

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"twirouter/router"
)

// Deps is what a build needs of the rest of the program. All functions are
// required and may be called by one build after the other.
type Deps struct {
	// Compile makes scripts of sources, in their order, without those that it
	// has problems with.
	Compile func(ctx context.Context, p router.Program) ([]*router.Script, router.Problems)
	// Expr compiles a route's when or one of its vars. The source counts as
	// beginning at line and col, where its key is: the problem is placed there,
	// and how far its own Line and Col lie behind is told in words.
	Expr func(src, file string, line, col int) (router.Expr, *router.Problem)
	// CheckFallback reads a TwiML document and writes it as it is sent. Line and
	// Col of the problems count within the document.
	CheckFallback func(wants router.Wants, doc []byte) ([]byte, router.Problems)
	// CheckPattern says what is wrong with a URL pattern.
	CheckPattern func(pattern string) error
	// Kinds says which reply a kind wants, whether there is such a kind, and if
	// not, which one may have been meant ("" if none).
	Kinds func(kind string) (wants router.Wants, known bool, suggest string)
	Now   func() time.Time
	IDs   *router.IDs

	// Accounts are let in if the file names none that can verify anything.
	Accounts []router.Account
	// Paths are those of the one route that there is without any in the file;
	// nil is /twilio and /twilio/*.
	Paths []string
}

// builder makes one generation.
type builder struct {
	ctx      context.Context
	files    *Files
	c        *Config
	deps     Deps
	problems router.Problems
	gen      *router.Generation
	scripts  map[string]*router.Script // by name, those that compiled
	index    *scriptIndex
	clean    map[*Route]*router.Route
}

// Build makes a generation. It is nil if any of the problems is not a warning;
// they are all there are, sorted. The generation has no number yet, its Settings
// are the Config, and it is finished.
func Build(ctx context.Context, f *Files, deps Deps) (*router.Generation, *Config, router.Problems) {
	if f.broken {
		return nil, f.config, f.problems
	}
	b := &builder{
		ctx: ctx, files: f, c: f.config, deps: deps,
		problems: slices.Clone(f.problems),
		gen:      &router.Generation{Hash: f.Hash, Loaded: deps.Now(), Settings: f.config},
		scripts:  map[string]*router.Script{},
		index:    newScriptIndex(f),
	}
	b.server()
	b.accounts()
	b.compile()
	b.routes()
	b.reach()
	if err := ctx.Err(); err != nil {
		b.problems = append(b.problems, router.Problem{What: err.Error()})
	}
	problems := b.problems.Sort()
	if len(problems.Errors()) > 0 {
		return nil, f.config, problems
	}
	b.gen.Warnings = problems
	return b.gen.Finish(deps.Now, deps.IDs), f.config, problems
}

func (b *builder) say(at place, key, what, hint string) {
	b.problems = append(b.problems, at.problem(key, what, hint))
}

func (b *builder) warn(at place, key, what, hint string) {
	p := at.problem(key, what, hint)
	p.Warning = true
	b.problems = append(b.problems, p)
}

// global are the limits of [limits].
func (c *Config) global() router.Limits {
	l := c.Limits
	return router.Limits{
		Instructions: l.Instructions, Timeout: l.Timeout, BackgroundTimeout: l.BackgroundTimeout,
		HTTPCalls: int(l.HTTPCalls), Concurrency: c.Concurrency(),
	}
}

// Concurrency is how many scripts run at once.
func (c *Config) Concurrency() int {
	if c.Limits.Concurrency > 0 {
		return int(c.Limits.Concurrency)
	}
	return 4 * runtime.GOMAXPROCS(0)
}

func (l *OwnLimits) limits() router.Limits {
	if l == nil {
		return router.Limits{}
	}
	return router.Limits{
		Instructions: l.Instructions, Timeout: l.Timeout,
		BackgroundTimeout: l.BackgroundTimeout, HTTPCalls: int(l.HTTPCalls),
	}
}

// compile hands the scripts and what each may do to the compiler.
func (b *builder) compile() {
	p := router.Program{
		Scripts:  b.files.scripts,
		Modules:  b.files.modules,
		Grants:   make(map[string]router.Grant, len(b.c.Script)),
		Limits:   b.c.global(),
		Accounts: make(map[string]string, len(b.gen.Accounts)),
		HTTP: router.Outbound{
			Allow: b.patterns(b.c.HTTP.place, "allow", b.c.HTTP.Allow), AllowPrivate: b.c.HTTP.AllowPrivate,
			Timeout: b.c.HTTP.Timeout, MaxResponse: b.c.HTTP.MaxResponse,
		},
	}
	for _, a := range b.gen.Accounts {
		p.Accounts[a.Name] = a.SID
	}
	for _, s := range b.c.Script {
		b.known(s)
		p.Grants[s.Name] = router.Grant{Limits: s.Limits.limits(), HTTP: b.patterns(s.place, "http", s.HTTP), Settings: s.Settings}
	}
	scripts, problems := b.deps.Compile(b.ctx, p)
	b.problems = append(b.problems, problems...)
	for _, s := range scripts {
		b.scripts[s.Name] = s
		b.addressees(s, p.Accounts)
	}
	b.gen.Scripts, b.gen.Limits = scripts, p.Limits
}

// addressees warns of handlers for an account that there is not.
func (b *builder) addressees(s *router.Script, accounts map[string]string) {
	for _, h := range s.Handlers {
		_, name := accounts[h.Account]
		if h.Account == "" || name || slices.Contains(slices.Collect(maps.Values(accounts)), h.Account) {
			continue
		}
		b.problems = append(b.problems, router.Problem{
			File: s.File, Line: h.Line, Warning: true,
			What: fmt.Sprintf("there is no account %q: this handler never runs", h.Account),
			Hint: didYouMean(h.Account, slices.Sorted(maps.Keys(accounts))),
		})
	}
}

// patterns tells of the patterns that are none and returns the others, so that
// the compiler has nothing more to say of them; nil stays nil.
func (b *builder) patterns(at place, key string, patterns []string) []string {
	var good []string
	if patterns != nil {
		good = make([]string, 0, len(patterns))
	}
	for _, p := range patterns {
		if err := b.deps.CheckPattern(p); err != nil {
			b.say(at, key, fmt.Sprintf("%s: %q: %v", at.key(key), withoutPassword(at.shown(key, p)), err), "")
			continue
		}
		good = append(good, p)
	}
	return good
}

// known warns of a [script.NAME] that no script is called: it may be a mistake,
// or the script was taken away, which must not hold up what else changed.
// Without a scripts folder that has been told already, and mends itself.
func (b *builder) known(s *Script) {
	if b.index.byName[s.Name] != "" || b.index.absent {
		return
	}
	hint := didYouMean(s.Name, b.index.names)
	for key := range s.values { // [script.support.optout] for [script."support/optout"]
		if _, table := s.values[key].(map[string]any); table && b.index.byName[s.Name+"/"+key] != "" {
			hint = fmt.Sprintf("write [%s]", keyText("script", s.Name+"/"+key))
		}
	}
	if name := ScriptName(s.Name); name != s.Name && b.index.byName[name] != "" {
		hint = fmt.Sprintf("write [%s]: digits, dashes and .lua do not count", keyText("script", name))
	}
	b.warn(s.place, "", fmt.Sprintf("no script is called %q", s.Name), hint)
}

// NeedsAccount tells why a generation must not serve: a route verifies, and no
// account has anything to verify with. It is empty if all is well.
func NeedsAccount(g *router.Generation) router.Problems {
	for _, a := range g.Accounts {
		if len(a.Tokens)+len(a.SharedKeys) > 0 {
			return nil
		}
	}
	c, _ := g.Settings.(*Config)
	for _, r := range g.Routes {
		if r.Verify == router.VerifyOff {
			continue
		}
		what := fmt.Sprintf("route %s verifies signatures, but no account has an auth token or a shared key", r.Name)
		hint := `add [account.main] with sid = "AC…" and auth_tokens = ["${TWILIO_AUTH_TOKEN}"]`
		if c == nil {
			return router.Problems{{What: what, Hint: hint}}
		}
		at := c.place
		for _, own := range c.Routes {
			if own.Name == r.Name {
				at = own.place
			}
		}
		return router.Problems{at.problem("", what, hint)}
	}
	return nil
}
