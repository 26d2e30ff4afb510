package luaapi

import (
	"net/url"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// declarations are what the top of a file has declared in one run.
type declarations struct {
	on       []*lua.LFunction // in order; what they are for is known since load
	handlers []router.Handler // at load only
	steps    []declaredStep
}

type declaredStep struct {
	name string
	fn   *lua.LFunction
	line int
}

func (d *declarations) step(name string) *declaredStep {
	for i := range d.steps {
		if d.steps[i].name == name {
			return &d.steps[i]
		}
	}
	return nil
}

// maxKinds is how many kinds one handler may name.
const maxKinds = 200

// maxHandlers is how many handlers, and how many steps, one file may declare.
const maxHandlers = 500

var (
	_ = provideGlobal("on", declareOn)
	_ = provideGlobal("step", declareStep)
	_ = provideGlobal("at", at)
	_ = provideGlobal("api", api)
)

// atTop raises an error unless the top of a file runs.
func (r *run) atTop(L *lua.LState, name string) {
	if r.phase != phaseLoading && r.phase != phaseTop {
		raise(L, "%s: only at the top of a file, not inside a handler", name)
	}
}

// declareOn is on(kinds, [options,] handler).
func declareOn(L *lua.LState) int {
	r := runOf(L)
	r.atTop(L, "on")
	last := L.GetTop()
	fn, ok := L.Get(last).(*lua.LFunction)
	if !ok || last < 2 {
		raise(L, "on: the last argument must be the handler, a function (got %s)", L.Get(last).Type())
	}
	if last > 3 {
		raise(L, "on: takes kinds, options and a handler")
	}
	i := len(r.decls.on)
	if i >= maxHandlers {
		raise(L, "on: more than %d handlers in one file", maxHandlers)
	}
	if r.phase == phaseLoading {
		h := readHandler(L, last)
		_, h.Line = r.where(L)
		r.decls.handlers = append(r.decls.handlers, h)
	} else if i >= len(r.script.on) || !sameHandler(L, last, &r.script.on[i]) {
		raise(L, "on: this handler was not declared when the file was loaded: what is declared at the top must not depend on the event, the store or the time")
	}
	r.decls.on = append(r.decls.on, fn)
	return 0
}

// readHandler reads the kinds and options before the handler at last.
func readHandler(L *lua.LState, last int) router.Handler {
	var h router.Handler
	eachKind(L, func(kind string) bool {
		h.Kinds = append(h.Kinds, router.KindPattern(kind))
		return true
	})
	if len(h.Kinds) == 0 {
		raise(L, "on: the list of kinds is empty")
	}
	if last == 3 {
		h.Background, h.To, h.Account = handlerOptions(L)
	}
	return h
}

// sameHandler reports whether what is declared now is what load has seen.
func sameHandler(L *lua.LState, last int, h *router.Handler) bool {
	n := 0
	eachKind(L, func(kind string) bool {
		if n >= len(h.Kinds) || string(h.Kinds[n]) != kind {
			n = -1
			return false
		}
		n++
		return true
	})
	if n != len(h.Kinds) {
		return false
	}
	if last < 3 {
		return !h.Background && h.To == "" && h.Account == ""
	}
	background, to, account := handlerOptions(L)
	return background == h.Background && to == h.To && account == h.Account
}

// eachKind calls fn for each kind in argument 1 until it says no.
func eachKind(L *lua.LState, fn func(string) bool) {
	first := L.Get(1)
	switch v := first.(type) {
	case lua.LString:
		fn(checkKind(L, first))
	case *lua.LTable:
		t := thaw(v)
		n := runOf(L).length(L, t)
		if n > maxKinds {
			raise(L, "on: a list of more than %d kinds: use a pattern like message.*", maxKinds)
		}
		for i := 1; i <= n; i++ {
			if !fn(checkKind(L, t.RawGetInt(i))) {
				return
			}
		}
	default:
		raise(L, "on: the first argument must be a kind or a list of kinds (got %s)", v.Type())
	}
}

func checkKind(L *lua.LState, v lua.LValue) string {
	s, ok := v.(lua.LString)
	if !ok {
		raise(L, "on: a kind is a text like \"message.received\" (got %s)", v.Type())
	}
	if s == "" || len(s) > maxKindName || strings.ContainsAny(string(s), " \t\r\n") {
		raise(L, "on: %s is no kind", quoted(string(s)))
	}
	return string(s)
}

// handlerOptions reads on's options, argument 2.
func handlerOptions(L *lua.LState) (background bool, to, account string) {
	t, ok := L.Get(2).(*lua.LTable)
	if !ok {
		raise(L, "on: options are a table (got %s)", L.Get(2).Type())
	}
	each(t, func(k, v lua.LValue) {
		switch k {
		case lua.LString("background"):
			b, ok := v.(lua.LBool)
			if !ok {
				raise(L, "on: background is true or false")
			}
			background = bool(b)
		case lua.LString("to"):
			to = optionText(L, "to", v)
		case lua.LString("account"):
			account = optionText(L, "account", v)
		default:
			raise(L, "on: unknown option %s; there are background, to and account", show(k))
		}
	})
	return background, to, account
}

func optionText(L *lua.LState, name string, v lua.LValue) string {
	s, ok := v.(lua.LString)
	if !ok || s == "" {
		raise(L, "on: %s is a text", name)
	}
	return string(s)
}

// declareStep is step(name, handler).
func declareStep(L *lua.LState) int {
	r := runOf(L)
	r.atTop(L, "step")
	name, ok := L.Get(1).(lua.LString)
	if !ok {
		raise(L, "step: the first argument is the step's name (got %s)", L.Get(1).Type())
	}
	checkStep(L, "step", string(name))
	fn, ok := L.Get(2).(*lua.LFunction)
	if !ok {
		raise(L, "step: the second argument must be the handler, a function (got %s)", L.Get(2).Type())
	}
	if s := r.decls.step(string(name)); s != nil {
		raise(L, "step: %q is declared twice, first at line %d", string(name), s.line)
	}
	if len(r.decls.steps) >= maxHandlers {
		raise(L, "step: more than %d steps in one file", maxHandlers)
	}
	s := declaredStep{name: string(name), fn: fn}
	if r.phase == phaseLoading {
		_, s.line = r.where(L)
	} else if !slices.Contains(r.script.steps, s.name) {
		raise(L, "step: %q was not declared when the file was loaded: what is declared at the top must not depend on the event, the store or the time", s.name)
	}
	r.decls.steps = append(r.decls.steps, s)
	return 0
}

// checkStep raises an error for a name that a step cannot have: it stands in a
// URL behind the script's name and a dot.
func checkStep(L *lua.LState, fn, name string) {
	ok := name != "" && len(name) <= 100
	for i := range len(name) {
		c := name[i]
		ok = ok && (isAlpha(c) || isDigit(c) || c == '_' || c == '-')
	}
	if !ok {
		raise(L, "%s: %s is no name for a step: letters, digits, _ and -", fn, quoted(name))
	}
}

// at is at([name[, query]]): the public URL of the event's route, with the step
// and the query.
func at(L *lua.LState) int {
	r := runOf(L)
	ev := r.event
	if ev == nil {
		raise(L, "at: only inside a handler: at load there is no event, and so no URL")
	}
	var b strings.Builder
	b.WriteString(ev.BaseURL)
	b.WriteString(ev.Path)
	sign := byte('?')
	switch name := L.Get(1).(type) {
	case *lua.LNilType:
	case lua.LString:
		checkStep(L, "at", string(name))
		if !slices.Contains(r.script.steps, string(name)) {
			raise(L, "at: %s declares no step(%q)", r.script.file, string(name))
		}
		b.WriteString("?step=")
		b.WriteString(url.QueryEscape(r.script.name))
		b.WriteByte('.')
		b.WriteString(string(name))
		sign = '&'
	default:
		raise(L, "at: the first argument is a step's name (got %s)", name.Type())
	}
	switch query := L.Get(2).(type) {
	case *lua.LNilType:
	case *lua.LTable:
		if q := encodeQuery(L, query); q != "" {
			b.WriteByte(sign)
			b.WriteString(q)
		}
	default:
		raise(L, "at: the query is a table like { lang = \"en\" } (got %s)", query.Type())
	}
	if ev.Overrides != "" {
		b.WriteByte('#')
		b.WriteString(ev.Overrides)
	}
	return pushString(L, b.String())
}

// maxQuery is more than the bytes that fit into a URL that Twilio takes.
const maxQuery = 16 << 10

func encodeQuery(L *lua.LState, t *lua.LTable) string {
	r := runOf(L)
	r.chargeTable(L, t)
	query, size := url.Values{}, 0
	each(t, func(k, v lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok {
			raise(L, "at: names in the query are texts (got %s)", k.Type())
		}
		if name == "step" {
			raise(L, "at: \"step\" in the query is the step's own: give its name as the first argument")
		}
		switch v := v.(type) {
		case lua.LString, lua.LNumber, lua.LBool:
			s := printedScalar(v)
			if size += len(name) + len(s); size > maxQuery {
				raise(L, "at: the query is larger than %s bytes", grouped(maxQuery))
			}
			r.chargeBytes(L, int64(3*(len(name)+len(s))))
			query.Set(string(name), s)
		default:
			raise(L, "at: %s in the query is a %s; it can be a text, a number or a boolean", quoted(string(name)), v.Type())
		}
	})
	return query.Encode()
}

// apiVersion is the version of the script API.
const apiVersion = 1

// api is api(version): a script says which API it was written for.
func api(L *lua.LState) int {
	if v, ok := L.Get(1).(lua.LNumber); !ok || v < 1 || v > apiVersion || v != lua.LNumber(int(v)) {
		raise(L, "api: this is version %d of the script API", apiVersion)
	}
	return 0
}
