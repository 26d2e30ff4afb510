package router_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"twirouter/router"
)

// expr is an Expr that gives a value, or fails.
type expr struct {
	val any
	err error
}

func (e expr) Eval(context.Context, *router.Event) (any, error) { return e.val, e.err }

func generation(routes ...*router.Route) *router.Generation {
	g := &router.Generation{Routes: routes, Limits: router.Limits{Timeout: 9 * time.Second}, Scripts: []*router.Script{{Name: "s"}}}
	return g.Finish(time.Now, router.NewIDs(time.Now, rand.Reader))
}

func TestSite(t *testing.T) {
	auth := &router.BasicAuth{User: "u", Password: "p"}
	g := generation(
		&router.Route{Name: "all", Path: "/*", Methods: []string{"POST"}, Verify: router.VerifyOff},
		&router.Route{Name: "prefix", Path: "/twilio/*"},
		&router.Route{Name: "longer", Path: "/twilio/voice/*"},
		&router.Route{Name: "exact", Path: "/twilio/voice/in", Methods: []string{"GET"}, Verify: router.VerifyReport, BasicAuth: auth},
		&router.Route{Name: "also", Path: "/twilio/voice/in", Methods: []string{"GET"}, Verify: router.VerifyReport, BasicAuth: auth},
		&router.Route{Name: "star", Path: "/star*"},
	)
	for path, want := range map[string]string{
		"/twilio/voice/in":  "exact also",
		"/twilio/voice/in/": "longer",
		"/twilio/voice/IN":  "longer",
		"/twilio/voice/":    "longer",
		"/twilio/voice":     "prefix",
		"/twilio/":          "prefix",
		"/twilio/%2F..//x":  "prefix",
		"/twilio":           "all",
		"/Twilio/x":         "all",
		"/":                 "all",
		"/star*":            "star", // no prefix: it does not end in "/*"
		"/starx":            "all",
		"":                  "",
		"twilio/x":          "",
	} {
		got := ""
		if s := g.Site(path); s != nil {
			for i, r := range s.Routes {
				if i > 0 {
					got += " "
				}
				got += r.Name
			}
		}
		if got != want {
			t.Errorf("the site of %q has %q, want %q", path, got, want)
		}
	}
	s := g.Site("/twilio/voice/in")
	if !slices.Equal(s.Methods(), []string{"GET"}) || s.Verify() != router.VerifyReport || s.BasicAuth() != auth || s.Path != "/twilio/voice/in" {
		t.Errorf("the site is %+v", s)
	}
	if generation().Site("/") != nil {
		t.Error("a generation without routes has a site")
	}
	if g.Route("longer") != g.Routes[2] || g.Route("none") != nil {
		t.Error("Route by name")
	}
}

// TestSitesAreQuick: ten thousand exact paths cost what ten do.
func TestSitesAreQuick(t *testing.T) {
	var routes []*router.Route
	for i := range 10_000 {
		routes = append(routes, &router.Route{Name: fmt.Sprint(i), Path: fmt.Sprintf("/twilio/%d", i)})
	}
	g := generation(routes...)
	if s := g.Site("/twilio/9999"); s == nil || s.Routes[0].Name != "9999" {
		t.Fatalf("Site: %+v", s)
	}
	if n := testing.AllocsPerRun(100, func() { g.Site("/twilio/5000") }); n != 0 {
		t.Errorf("Site allocates %v times", n)
	}
}

func TestMatch(t *testing.T) {
	boom := errors.New("boom")
	route := func(name string, when router.Expr, on ...router.KindPattern) *router.Route {
		return &router.Route{Name: name, Path: "/twilio", On: on, When: when}
	}
	for name, c := range map[string]struct {
		routes []*router.Route
		want   string
		notes  []string
		vars   string
	}{
		"the first":             {[]*router.Route{route("a", nil), route("b", nil)}, "a", nil, "map[]"},
		"by kind":               {[]*router.Route{route("a", nil, "call.*"), route("b", nil, "x", "message.*")}, "b", nil, "map[]"},
		"none by kind":          {[]*router.Route{route("a", nil, "call.*")}, "", nil, "map[]"},
		"when true":             {[]*router.Route{route("a", expr{val: true}), route("b", nil)}, "a", nil, "map[]"},
		"when false":            {[]*router.Route{route("a", expr{val: false}), route("b", nil)}, "b", nil, "map[]"},
		"when nil":              {[]*router.Route{route("a", expr{}), route("b", nil)}, "b", nil, "map[]"},
		"zero is true, in Lua":  {[]*router.Route{route("a", expr{val: 0.0}), route("b", nil)}, "a", nil, "map[]"},
		"so is an empty string": {[]*router.Route{route("a", expr{val: ""}), route("b", nil)}, "a", nil, "map[]"},
		"and a table":           {[]*router.Route{route("a", expr{val: map[string]any{}}), route("b", nil)}, "a", nil, "map[]"},
		"a failing when": {
			[]*router.Route{route("a", expr{err: boom, val: true}), route("b", nil)}, "b", []string{"route a: when: boom"}, "map[]",
		},
		"vars": {
			[]*router.Route{{Name: "a", Path: "/twilio", Vars: []router.Var{
				{Name: "x", Expr: expr{val: 1.5}}, {Name: "y", Expr: expr{err: boom}}, {Name: "z", Expr: expr{}}, {Name: "f", Expr: expr{val: false}},
			}}},
			"a", []string{"route a: vars.y: boom"}, "map[f:false x:1.5]",
		},
		"no vars of a route that does not take it": {
			[]*router.Route{{Name: "a", Path: "/twilio", When: expr{val: false}, Vars: []router.Var{{Name: "x", Expr: expr{val: 1.5}}}}, route("b", nil)},
			"b", nil, "map[]",
		},
		"another path": {[]*router.Route{{Name: "a", Path: "/other"}}, "", nil, "map[]"},
	} {
		t.Run(name, func(t *testing.T) {
			g := generation(c.routes...)
			ev := &router.Event{Kind: "message.received", Path: "/twilio"}
			rt := g.Match(t.Context(), ev)
			if ev.Route != c.want || (rt == nil) != (c.want == "") || rt != nil && rt.Name != c.want {
				t.Errorf("route %+v, the event's %q, want %q", rt, ev.Route, c.want)
			}
			if !slices.Equal(ev.Notes, c.notes) || fmt.Sprint(ev.Vars) != c.vars {
				t.Errorf("notes %q, vars %v, want %q, %s", ev.Notes, ev.Vars, c.notes, c.vars)
			}
		})
	}
}

func TestOwner(t *testing.T) {
	g := generation(&router.Route{Name: "a", Path: "/a"})
	if g.Owner(&router.Event{Route: "a"}) != g.Routes[0] {
		t.Error("an event's owner is not its route")
	}
	rt := g.Owner(&router.Event{Route: "gone", Path: "/gone"})
	if rt.Name != "gone" || rt.Path != "/gone" || len(rt.Scripts) != 1 || rt.Limits.Timeout != 9*time.Second || rt.Timeout != 9*time.Second || rt.Mode != router.ModeAuto {
		t.Errorf("the owner of an event whose route is gone: %+v", rt)
	}
}

func TestInlineAndDeadline(t *testing.T) {
	for _, w := range allWants {
		ev := &router.Event{Wants: w}
		decision := w.JSON() || w == router.WantsStatus
		for mode, want := range map[router.Mode]bool{
			router.ModeAuto: w.Reply(), router.ModeInline: true, router.ModeBackground: decision,
		} {
			if got := (&router.Route{Mode: mode}).Inline(ev); got != want {
				t.Errorf("%s under %s is inline: %v, want %v", w, mode, got, want)
			}
		}
		for timeout, cut := range map[time.Duration]time.Duration{10 * time.Second: 4 * time.Second, time.Second: time.Second} {
			want := timeout
			if decision {
				want = cut
			}
			if got := (&router.Route{Timeout: timeout}).Deadline(ev); got != want {
				t.Errorf("%s with %v has %v, want %v", w, timeout, got, want)
			}
		}
	}
}

func TestLimitsOver(t *testing.T) {
	base := router.Limits{Instructions: 1, Memory: 2, Timeout: 3, BackgroundTimeout: 4, HTTPCalls: 5, Concurrency: 6, TotalMemory: 7}
	if got := (router.Limits{}).Over(base); got != base {
		t.Errorf("nothing over %+v is %+v", base, got)
	}
	full := router.Limits{Instructions: 10, Memory: 20, Timeout: 30, BackgroundTimeout: 40, HTTPCalls: 50, Concurrency: 60, TotalMemory: 70}
	if got := full.Over(base); got != full {
		t.Errorf("%+v over another is %+v", full, got)
	}
}

func TestLive(t *testing.T) {
	var live router.Live
	if live.Load() != nil {
		t.Error("there is a generation before the first")
	}
	a, b := generation(), generation()
	if live.Swap(a) != nil || live.Load() != a || live.Swap(b) != a || live.Load() != b {
		t.Error("Swap and Load")
	}
}

func TestParams(t *testing.T) {
	ps := router.Params{{Key: "a", Value: "1"}, {Key: "b", Value: ""}, {Key: "a", Value: "2"}}
	if ps.Get("a") != "1" || ps.Get("b") != "" || ps.Get("c") != "" || !ps.Has("b") || ps.Has("c") || ps.Has("A") {
		t.Errorf("params: %q", ps)
	}
	if v, ok := ps.Lookup("b"); v != "" || !ok {
		t.Errorf("Lookup of an empty one: %q, %v", v, ok)
	}
}

func TestDedupeKey(t *testing.T) {
	base := router.Event{Account: "AC1", Path: "/p", Step: "s.t", Kind: "k", Key: "n", Origin: router.OriginDoor}
	keys := map[string]string{}
	for what, change := range map[string]func(*router.Event){
		"itself": func(*router.Event) {}, "account": func(ev *router.Event) { ev.Account = "AC2" },
		"path": func(ev *router.Event) { ev.Path = "/q" }, "step": func(ev *router.Event) { ev.Step = "" },
		"kind": func(ev *router.Event) { ev.Kind = "l" }, "key": func(ev *router.Event) { ev.Key = "m" },
		"fallback": func(ev *router.Event) { ev.Fallback = &router.Fallback{} },
		"emit":     func(ev *router.Event) { ev.Origin = router.OriginEmit }, "router": func(ev *router.Event) { ev.Origin = router.OriginRouter },
		"background": func(ev *router.Event) { ev.Origin = router.OriginBackground },
	} {
		ev := base
		change(&ev)
		key := ev.DedupeKey()
		if other, taken := keys[key]; taken || key == "" {
			t.Errorf("another %s: the key %q is that of another %s", what, key, other)
		}
		keys[key] = what
	}
	emitted := base
	emitted.Origin = router.OriginEmit
	elsewhere := emitted
	elsewhere.Path, elsewhere.Step = "/else", ""
	if emitted.DedupeKey() != elsewhere.DedupeKey() {
		t.Error("an emitted event is another at another path")
	}
	for what, ev := range map[string]router.Event{"no key": {Account: "AC1", Kind: "k"}, "a replay": {Key: "n", Origin: router.OriginReplay}} {
		if key := ev.DedupeKey(); key != "" {
			t.Errorf("%s: dedupe key %q", what, key)
		}
	}
}
