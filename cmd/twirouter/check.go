package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
)

func (c *cli) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Say what serve would load, and every problem, without listening",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return c.check(cmd.Context()) },
	}
}

// checked is what check prints for programs.
type checked struct {
	OK       bool            `json:"ok"`
	Config   string          `json:"config"` // "" for none
	Problems router.Problems `json:"problems"`
	Scripts  []checkedScript `json:"scripts"`
	Routes   []string        `json:"routes"`
}

type checkedScript struct {
	Name  string   `json:"name"`
	File  string   `json:"file"`
	Kinds []string `json:"kinds"`
	Steps []string `json:"steps"`
}

func (c *cli) check(ctx context.Context) error {
	if c.configFile != "" && !exists(c.configFile) {
		return noConfig(c.configFile)
	}
	l := c.newLoader(nil, true)
	defer l.close()
	g, problems := l.load(ctx)
	if g != nil {
		for _, p := range config.NeedsAccount(g) {
			p.Warning = true
			problems = append(problems, p)
		}
		problems = problems.Sort()
	}
	res := checked{OK: g != nil, Config: l.found.Path, Problems: problems, Scripts: []checkedScript{}, Routes: []string{}}
	if res.Problems == nil {
		res.Problems = router.Problems{}
	}
	if g != nil {
		for _, s := range g.Scripts {
			one := checkedScript{Name: s.Name, File: s.File, Kinds: []string{}, Steps: append([]string{}, s.Steps...)}
			for _, h := range s.Handlers {
				for _, k := range h.Kinds {
					one.Kinds = append(one.Kinds, string(k))
				}
			}
			res.Scripts = append(res.Scripts, one)
		}
		for _, r := range g.Routes {
			res.Routes = append(res.Routes, r.Name)
		}
	}
	if err := c.print(res, func(w io.Writer) { res.show(w, l) }); err != nil {
		return err
	}
	if !res.OK {
		return found()
	}
	return nil
}

func (res checked) show(w io.Writer, l *loader) {
	for _, p := range res.Problems {
		fmt.Fprintln(w, p)
	}
	if !res.OK {
		fmt.Fprintf(w, "%s: %s\n", l.name(), count(len(res.Problems.Errors()), "problem"))
		return
	}
	fmt.Fprintf(w, "%s: ok, %s, %s", l.name(), count(len(res.Scripts), "script"), count(len(res.Routes), "route"))
	if n := len(res.Problems); n > 0 {
		fmt.Fprintf(w, ", %s", count(n, "warning"))
	}
	fmt.Fprintln(w)
}
