package router_test

import (
	"slices"
	"testing"

	"twirouter/router"
)

func TestProblem(t *testing.T) {
	for _, c := range []struct {
		p    router.Problem
		want string
	}{
		{router.Problem{File: "config.toml", Line: 3, Col: 7, What: "unknown key", Hint: `did you mean "path"?`}, `config.toml:3:7: unknown key (did you mean "path"?)`},
		{router.Problem{File: "a.lua", Line: 3, What: "boom"}, "a.lua:3: boom"},
		{router.Problem{File: "a.lua", Col: 3, What: "boom"}, "a.lua: boom"},
		{router.Problem{File: "a.lua", What: "boom"}, "a.lua: boom"},
		{router.Problem{What: "boom"}, "boom"},
		{router.Problem{File: "a.lua", Line: 1, What: "boom", Warning: true}, "a.lua:1: warning: boom"},
	} {
		if got := c.p.String(); got != c.want {
			t.Errorf("%+v reads %q, want %q", c.p, got, c.want)
		}
	}
}

func TestProblems(t *testing.T) {
	at := func(file string, line, col int, what string, warning bool) router.Problem {
		return router.Problem{File: file, Line: line, Col: col, What: what, Warning: warning}
	}
	ps := router.Problems{
		at("b", 1, 1, "z", false), at("a", 10, 1, "y", true), at("a", 2, 9, "x", false),
		at("a", 2, 3, "second", false), at("a", 2, 3, "first", false), at("a", 2, 3, "second", false), at("a", 0, 0, "whole", true),
	}
	ps = ps.Sort()
	const want = "a: warning: whole\na:2:3: second\na:2:3: first\na:2:9: x\na:10:1: warning: y\nb:1:1: z"
	if got := ps.Error(); got != want {
		t.Errorf("sorted:\n%s\nwant\n%s", got, want)
	}
	if got := ps.Errors(); len(got) != 4 || slices.ContainsFunc(got, func(p router.Problem) bool { return p.Warning }) {
		t.Errorf("errors: %v", got)
	}
	if got := ps.Warnings().Error(); got != "a: warning: whole\na:10:1: warning: y" {
		t.Errorf("warnings: %v", got)
	}
	if len(router.Problems(nil).Sort()) != 0 || router.Problems(nil).Error() != "" {
		t.Error("no problems are not none")
	}
}
