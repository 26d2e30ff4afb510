package config

import (
	"fmt"
	"strings"

	"twirouter/router"
)

// reach warns of what never runs: routes whose kinds no script handles, scripts
// that no route leads to. It says nothing where something did not compile.
func (b *builder) reach() {
	if len(b.problems.Errors()) > 0 || b.index.absent {
		return
	}
	if len(b.gen.Scripts) == 0 {
		b.problems = append(b.problems, router.Problem{
			File: b.files.folder, Warning: true,
			What: "there is no script in this folder: every event gets the empty answer",
			Hint: "put a .lua file into it",
		})
		return
	}
	seen := overlaps{}
	reached := map[*router.Script]bool{}
	for _, s := range b.gen.Scripts {
		reached[s] = inside(s)
	}
	for _, r := range b.gen.Routes {
		for _, s := range r.Scripts {
			if !reached[s] {
				reached[s] = leads(r, s, seen)
			}
		}
	}
	for _, s := range b.gen.Scripts {
		b.misspelt(s)
		// A script without handlers the compiler has warned of.
		if !reached[s] && len(s.Handlers)+len(s.Steps) > 0 {
			b.idle(s, "no route leads to this script", "no route that has it takes one of its kinds")
		}
	}
	for _, rt := range b.c.Routes {
		if rt.Enabled {
			b.unhandled(rt, b.clean[rt], seen)
		}
	}
}

func (b *builder) idle(s *router.Script, what, hint string) {
	b.problems = append(b.problems, router.Problem{File: s.File, What: what, Hint: hint, Warning: true})
}

// misspelt warns of kinds in a script's on() that there are none of.
func (b *builder) misspelt(s *router.Script) {
	for _, h := range s.Handlers {
		for _, k := range h.Kinds {
			kind, exact := k.Exact()
			if !exact {
				continue
			}
			if _, known, near := b.deps.Kinds(kind); !known {
				b.problems = append(b.problems, router.Problem{
					File: s.File, Line: h.Line, What: fmt.Sprintf("there is no kind %q", string(k)), Hint: meant(near), Warning: true,
				})
			}
		}
	}
}

// meant is the hint for a kind that is not known: near is what may have been
// meant, "" for nothing.
func meant(near string) string {
	if near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "Twilio may have made it since: then it is right"
}

// inside reports whether the script is for what comes from inside: that needs no
// route. A handler of everything is not.
func inside(s *router.Script) bool {
	for _, h := range s.Handlers {
		for _, k := range h.Kinds {
			if strings.HasPrefix(string(k), "app.") || strings.HasPrefix(string(k), "router.") {
				return true
			}
		}
	}
	return false
}

// leads reports whether an event that the route takes can run the script.
func leads(r *router.Route, s *router.Script, seen overlaps) bool {
	if len(s.Steps) > 0 {
		return true
	}
	for _, on := range r.On {
		if handled(on, s, seen) {
			return true
		}
	}
	return len(r.On) == 0 && len(s.Handlers) > 0
}

func handled(on router.KindPattern, s *router.Script, seen overlaps) bool {
	for _, h := range s.Handlers {
		for _, k := range h.Kinds {
			if seen.both(on, k) {
				return true
			}
		}
	}
	return false
}

// unhandled tells which of a route's kinds none of its scripts handles.
func (b *builder) unhandled(rt *Route, r *router.Route, seen overlaps) {
	if len(r.Scripts) == 0 {
		if len(rt.Scripts) > 0 { // an empty list is wanted so
			b.warn(rt.place, "scripts", fmt.Sprintf("route %s has no script: its events get the empty answer", rt.Name), "")
		}
		return
	}
	for _, on := range r.On {
		found := false
		for _, s := range r.Scripts {
			if found = handled(on, s, seen) || len(s.Steps) > 0; found {
				break
			}
		}
		if !found {
			b.warn(rt.place, "on", fmt.Sprintf("no script of route %s handles %s", rt.Name, on), "its events get the empty answer")
		}
	}
}

// overlaps remembers which patterns have a kind in common.
type overlaps map[[2]router.KindPattern]bool

func (o overlaps) both(a, b router.KindPattern) bool {
	key := [2]router.KindPattern{a, b}
	known, ok := o[key]
	if !ok {
		known = overlap(string(a), string(b)) || a.Match("call.in-progress") && b.Match("call.in-progress")
		o[key] = known
	}
	return known
}

// overlap reports whether some name matches both patterns.
func overlap(a, b string) bool {
	if !strings.Contains(a, "*") {
		return router.Glob(b, a)
	}
	if !strings.Contains(b, "*") {
		return router.Glob(a, b)
	}
	row := make([]bool, len(b)+1) // row[j]: a[i:] and b[j:] have a name in common
	for i := len(a); i >= 0; i-- {
		diagonal := false // row[j+1] of the row before
		for j := len(b); j >= 0; j-- {
			last := row[j]
			switch {
			case i == len(a) && j == len(b):
				row[j] = true
			case i < len(a) && a[i] == '*':
				row[j] = last || j < len(b) && row[j+1]
			case j < len(b) && b[j] == '*':
				row[j] = row[j+1] || i < len(a) && last
			default:
				row[j] = i < len(a) && j < len(b) && a[i] == b[j] && diagonal
			}
			diagonal = last
		}
	}
	return row[0]
}
