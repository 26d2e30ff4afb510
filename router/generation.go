package router

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Generation is a configuration and its scripts, loaded together: a function
// from Event to Outcome. It is immutable once it is live; an event keeps the
// generation that it began with.
type Generation struct {
	Number   int
	Hash     string // of every byte it was built from
	Loaded   time.Time
	Accounts []Account
	Routes   []*Route  // in file order
	Scripts  []*Script // in the order of the chain
	Server   Server
	Limits   Limits // global
	Settings any    // the whole configuration for the one who wires the program
	Warnings Problems

	sites    map[string]*Site // exact paths
	prefixes []*Site          // by length of path, longest first
	ids      *IDs
	now      func() time.Time
}

// Server is what the door needs to know of the configuration.
type Server struct {
	PublicURLs     []string // candidates, the first is printed; may carry userinfo
	TrustedProxies []string // CIDRs whose forwarded headers are believed
	MaxBody        int64    // bytes
}

// Site is one path and the routes that share it: they agree on methods,
// verification and basic auth, which the door needs before it knows the event.
type Site struct {
	Path   string
	Routes []*Route
}

// Methods, Verify and BasicAuth are those of all the site's routes.
func (s *Site) Methods() []string { return s.Routes[0].Methods }

// Verify is what happens to a wrong signature at this path.
func (s *Site) Verify() Verify { return s.Routes[0].Verify }

// BasicAuth is what this path demands besides a signature; nil for nothing.
func (s *Site) BasicAuth() *BasicAuth { return s.Routes[0].BasicAuth }

// Finish indexes the routes and hands over the clock and the ids that new
// events get; it is called once, before the generation is live.
func (g *Generation) Finish(now func() time.Time, ids *IDs) *Generation {
	g.now, g.ids = now, ids
	g.sites = make(map[string]*Site, len(g.Routes))
	g.prefixes = nil
	for _, r := range g.Routes {
		s := g.sites[r.Path]
		if s == nil {
			s = &Site{Path: r.Path}
			g.sites[r.Path] = s
			if _, ok := r.prefix(); ok {
				g.prefixes = append(g.prefixes, s)
			}
		}
		s.Routes = append(s.Routes, r)
	}
	slices.SortStableFunc(g.prefixes, func(a, b *Site) int { return cmp.Compare(len(b.Path), len(a.Path)) })
	return g
}

// Site finds the routes of a path, raw as sent: an exact path first, then the
// longest prefix. It is nil if no route has the path.
func (g *Generation) Site(path string) *Site {
	if s := g.sites[path]; s != nil {
		return s
	}
	for _, s := range g.prefixes {
		if s.Routes[0].Covers(path) {
			return s
		}
	}
	return nil
}

// Route returns the route of that name, or nil.
func (g *Generation) Route(name string) *Route {
	for _, r := range g.Routes {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Match finds the route that takes ev, the first of its path whose `on` and
// `when` hold, and sets ev's Route, Overrides, Vars and Notes. It returns nil if
// none does.
// A `when` that fails does not match; a `vars` that fails is nil. Both are noted.
func (g *Generation) Match(ctx context.Context, ev *Event) *Route {
	site := g.Site(ev.Path)
	if site == nil {
		return nil
	}
	for _, r := range site.Routes {
		if !r.Takes(ev) {
			continue
		}
		if r.When != nil {
			v, err := r.When.Eval(ctx, ev)
			if err != nil {
				ev.Notes = append(ev.Notes, fmt.Sprintf("route %s: when: %v", r.Name, err))
				continue
			}
			if v == nil || v == false {
				continue
			}
		}
		ev.Route, ev.Overrides = r.Name, r.Overrides
		for _, v := range r.Vars {
			val, err := v.Expr.Eval(ctx, ev)
			if err != nil {
				ev.Notes = append(ev.Notes, fmt.Sprintf("route %s: vars.%s: %v", r.Name, v.Name, err))
				continue
			}
			if val == nil {
				continue
			}
			if ev.Vars == nil {
				ev.Vars = make(map[string]any, len(r.Vars))
			}
			ev.Vars[v.Name] = val
		}
		return r
	}
	return nil
}

// Owner is the route whose limits and vars an event runs under that came from
// inside: its parent's by name, or a plain one if that is gone.
func (g *Generation) Owner(ev *Event) *Route {
	if r := g.Route(ev.Route); r != nil {
		return r
	}
	return &Route{Name: ev.Route, Path: ev.Path, Scripts: g.Scripts, Limits: g.Limits, Mode: ModeAuto, Timeout: g.Limits.Timeout}
}
