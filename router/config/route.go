package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twirouter/router"
)

// twilioGivesUp is how long Twilio waits for an answer.
const twilioGivesUp = 15 * time.Second

// routes makes the routes of the file, or the default one.
func (b *builder) routes() {
	b.clean = make(map[*Route]*router.Route, len(b.c.Routes))
	for _, rt := range b.c.Routes {
		r := b.route(rt)
		b.clean[rt] = r
		if rt.Enabled {
			b.gen.Routes = append(b.gen.Routes, r)
		}
	}
	b.agree()
	if len(b.c.Routes) > 0 {
		return
	}
	paths := b.deps.Paths
	if paths == nil {
		paths = []string{"/twilio", "/twilio/*"}
	}
	for _, p := range paths {
		b.gen.Routes = append(b.gen.Routes, &router.Route{
			Name: "default", Path: p, Scripts: b.gen.Scripts, Methods: []string{"POST", "GET"},
			Verify: router.VerifyEnforce, Mode: router.ModeAuto, Timeout: 10 * time.Second, Limits: b.gen.Limits,
		})
	}
}

func (b *builder) route(rt *Route) *router.Route {
	r := &router.Route{
		Name: rt.Name, Path: rt.Path, Methods: rt.Method, Verify: router.Verify(rt.Verify), Mode: router.Mode(rt.Mode),
		Timeout: rt.Timeout, Limits: rt.Limits.limits().Over(b.gen.Limits), Overrides: rt.Overrides,
	}
	for _, kind := range rt.On {
		r.On = append(r.On, router.KindPattern(kind))
	}
	if rt.BasicAuth != nil {
		r.BasicAuth = &router.BasicAuth{User: rt.BasicAuth.User, Password: rt.BasicAuth.Password}
	}
	if rt.When != "" {
		r.When = b.expr(rt.place, "when", rt.When)
	}
	if len(rt.Vars) > 0 {
		table, _ := rt.values["vars"].(map[string]any) // it was one, or there were no vars
		at := place{doc: rt.doc, node: rt.node.kid("vars"), path: below(rt.path, "vars"), values: table}
		for _, v := range rt.Vars {
			r.Vars = append(r.Vars, router.Var{Name: v.Name, Expr: b.expr(at, v.Name, v.Expression)})
		}
	}
	if rt.Timeout >= twilioGivesUp {
		b.warn(rt.place, "timeout", fmt.Sprintf("%s is %s, but Twilio gives up after %s", rt.key("timeout"), formatDuration(rt.Timeout), formatDuration(twilioGivesUp)), "then no fallback of this route is heard")
	}
	b.chain(rt, r)
	b.kinds(rt, r)
	r.Fallback = b.fallback(rt)
	return r
}

// expr compiles an expression; a problem with it is told at its key.
func (b *builder) expr(at place, key, src string) router.Expr {
	where := at.problem(key, "", "")
	e, p := b.deps.Expr(src, where.File, where.Line, where.Col)
	if p == nil {
		return e
	}
	inside := ""
	switch {
	case p.Line > where.Line && where.Line > 0:
		inside = fmt.Sprintf("line %d of the expression: ", p.Line-where.Line+1)
	case p.Line == where.Line && p.Col > where.Col:
		inside = fmt.Sprintf("column %d of the expression: ", p.Col-where.Col+1)
	}
	where.What, where.Hint, where.Warning = at.key(key)+": "+inside+p.What, p.Hint, p.Warning
	b.problems = append(b.problems, where)
	return e
}

// kinds checks what a route takes against what Twilio sends.
func (b *builder) kinds(rt *Route, r *router.Route) {
	background := router.Mode(rt.Mode) == router.ModeBackground
	hangsUp := background && len(rt.On) == 0 && answersCalls(r.Scripts)
	for _, text := range rt.On {
		kind, exact := router.KindPattern(text).Exact()
		if background && router.KindPattern(text).Match("call.received") {
			hangsUp = true
		}
		if !exact {
			continue
		}
		wants, known, near := b.deps.Kinds(kind)
		switch {
		case !known:
			b.warn(rt.place, "on", fmt.Sprintf("%s: there is no kind %q", rt.key("on"), rt.shown("on", text)), meant(near))
		case background && (wants.JSON() || wants == router.WantsStatus):
			b.say(rt.place, "mode", fmt.Sprintf("%s is background, but %s waits for a decision", rt.key("mode"), text), `leave mode out, or take the kind out of on`)
		case background && wants == router.WantsVoice:
			hangsUp = true
		}
	}
	if hangsUp {
		b.warn(rt.place, "mode", fmt.Sprintf("%s is background: calls get the empty answer, which hangs up", rt.key("mode")), "leave mode out to answer calls")
	}
}

// answersCalls reports whether one of the scripts has something to say when a
// call comes in.
func answersCalls(scripts []*router.Script) bool {
	call := &router.Event{Kind: "call.received"}
	return slices.ContainsFunc(scripts, func(s *router.Script) bool {
		return slices.ContainsFunc(s.Handlers, func(h router.Handler) bool {
			h.To, h.Account = "", ""
			return !h.Background && h.Takes(call)
		})
	})
}

// chain finds the scripts of a route, each once, in list order.
func (b *builder) chain(rt *Route, r *router.Route) {
	if !rt.has("scripts") {
		r.Scripts = b.gen.Scripts
		return
	}
	r.Scripts = []*router.Script{}
	seen := map[string]bool{}
	for _, entry := range rt.Scripts {
		found := b.index.find(entry)
		if len(found) == 0 && !b.index.absent {
			b.nothing(rt, entry)
		}
		for _, name := range found {
			s := b.scripts[name]
			if seen[name] || s == nil { // one that did not compile has its own problem
				continue
			}
			seen[name] = true
			r.Scripts = append(r.Scripts, s)
		}
	}
}

// nothing tells of an entry of `scripts` that stands for no script: a pattern
// may come to match some day, a name is a mistake.
func (b *builder) nothing(rt *Route, entry string) {
	what := fmt.Sprintf("%s: %q matches no script in %s", rt.key("scripts"), rt.shown("scripts", entry), b.files.folder)
	if strings.ContainsAny(entry, "*?[") {
		b.warn(rt.place, "scripts", what, "patterns match paths below the scripts folder")
		return
	}
	hint := didYouMean(entry, b.index.paths)
	if hint == "" {
		hint = didYouMean(strings.TrimSuffix(entry, ".lua"), b.index.names)
	}
	b.say(rt.place, "scripts", what, hint)
}

// agree holds the routes of a path to one method, verify and basic_auth: the
// door needs them before it knows which event it has.
func (b *builder) agree() {
	first, open := map[string]*Route{}, map[string]*Route{}
	for _, rt := range b.c.Routes {
		if !rt.Enabled || rt.Path == "" {
			continue
		}
		one := first[rt.Path]
		if one == nil {
			first[rt.Path] = rt
		} else {
			differ := func(key string) {
				b.say(rt.place, key, fmt.Sprintf("%s differs from that of route %s, which has the path %s too", rt.key(key), one.Name, rt.Path), "routes that share a path agree on method, verify and basic_auth")
			}
			if !slices.Equal(sorted(rt.Method), sorted(one.Method)) {
				differ("method")
			}
			if rt.Verify != one.Verify {
				differ("verify")
			}
			if !rt.BasicAuth.same(one.BasicAuth) {
				differ("basic_auth")
			}
		}
		if before := open[rt.Path]; before != nil {
			b.warn(rt.place, "", fmt.Sprintf("route %s never gets an event: route %s before it takes everything on %s", rt.Name, before.Name, rt.Path), "put it first, or give the other on or when")
		} else if len(rt.On) == 0 && rt.When == "" {
			open[rt.Path] = rt
		}
	}
}

func sorted(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

func (b *BasicAuth) same(other *BasicAuth) bool {
	if b == nil || other == nil {
		return b == other
	}
	return b.User == other.User && b.Password == other.Password
}
