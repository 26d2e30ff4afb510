package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"twirouter/router"
)

// trial is what a route had to say to an event.
type trial struct {
	Route string `json:"route"`
	Path  string `json:"path"`
	Takes bool   `json:"takes"`
	Why   string `json:"why"` // why it does not; "" if it does
}

func showTrials(w io.Writer, trials []trial) {
	for _, t := range trials {
		if t.Takes {
			fmt.Fprintf(w, "    %-16s takes it\n", t.Route)
		} else {
			fmt.Fprintf(w, "    %-16s no: %s\n", t.Route, oneLine(t.Why))
		}
	}
}

// trials asks every route about an event that one of them, or none, takes.
func (a *arrival) trials(ctx context.Context, ev *router.Event, taker *router.Route) []trial {
	out := make([]trial, 0, len(a.gen.Routes))
	if ev.Origin != router.OriginDoor {
		return out
	}
	asked := *ev
	asked.Route, asked.Vars, asked.Overrides = "", nil, ""
	for _, r := range a.gen.Routes {
		t := trial{Route: r.Name, Path: r.Path, Takes: r == taker}
		if !t.Takes {
			t.Why = a.declines(ctx, r, &asked, taker)
		}
		out = append(out, t)
	}
	return out
}

// declines says why a route does not take an event.
func (a *arrival) declines(ctx context.Context, r *router.Route, ev *router.Event, taker *router.Route) string {
	site := a.gen.Site(ev.Path)
	switch {
	case !r.Covers(ev.Path) && strings.EqualFold(strings.Trim(r.Path, "/*"), strings.Trim(ev.Path, "/")):
		return fmt.Sprintf("its path is %s: slashes and case count", r.Path)
	case !r.Covers(ev.Path):
		return "its path is " + r.Path
	case site != nil && site.Path != r.Path:
		return fmt.Sprintf("the path %s of %s is closer than its %s", site.Path, site.Routes[0].Name, r.Path)
	case !r.Takes(ev):
		on := make([]string, len(r.On))
		for i, k := range r.On {
			on[i] = string(k)
		}
		return "its on is " + strings.Join(on, ", ")
	}
	if a.from.event == nil && !slices.Contains(r.Methods, a.from.method) {
		return "it takes " + strings.Join(r.Methods, " and ") + " only"
	}
	if r.When != nil {
		v, err := r.When.Eval(ctx, ev)
		if err != nil {
			return fmt.Sprintf("its when fails: %v", err)
		}
		if v == nil || v == false {
			return fmt.Sprintf("its when is %v: %s", luaWord(v), condition(a.gen, r.Name))
		}
	}
	if taker != nil {
		return "route " + taker.Name + " takes it first"
	}
	return a.refused
}

func luaWord(v any) string {
	if v == nil {
		return "nil"
	}
	return fmt.Sprint(v)
}
