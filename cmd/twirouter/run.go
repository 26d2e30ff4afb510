package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/memory"
)

// rehearsal is one call of run.
type rehearsal struct {
	c      *cli
	noHTTP bool
	script string
}

func (c *cli) runCommand() *cobra.Command {
	s := rehearsal{c: c}
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a captured request or event through the scripts, here and now",
		Long: `Run a captured request or event through the scripts, here and now, without a
server: print what each script did and the answer that Twilio would get. The
signature is not looked at. store.* begins empty and is forgotten; http.* really
calls out, as far as the configuration allows, unless --no-http is given. What is
emitted is shown and not run. The exit code is 3 if a script fails.

With --script FILE that script alone is run, on a route that takes everything; it
has the rights and settings that the configuration gives to a script of its name.

` + captureHelp,
		Example: `  twirouter run request.json
  twirouter run request.json --script scripts/20-autoreply.lua
  echo '{"kind": "message.received", "params": {"Body": "hours"}}' | twirouter run -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&s.noHTTP, "no-http", false, "scripts have no http.*")
	cmd.Flags().StringVar(&s.script, "script", "", "run this script alone, on a route that takes everything")
	return cmd
}

func (s *rehearsal) run(ctx context.Context, file string) (err error) {
	store := memory.New(memory.Options{})
	defer func() { err = errors.Join(err, store.Close()) }()
	l := s.c.newLoader(store, s.noHTTP).takesAll()
	defer l.close()
	l.panicked = func(file string, value any, stack []byte) {
		fmt.Fprintf(s.c.Err, "twirouter: internal error under %s: %v\n%s\n", file, value, stack)
	}
	if s.script != "" {
		if err := l.alone(s.script); err != nil {
			return err
		}
	}
	g, err := s.c.generation(ctx, l)
	if err != nil {
		return err
	}
	for _, w := range g.Warnings {
		if s.script == "" || w.File == s.script {
			fmt.Fprintln(s.c.Err, w)
		}
	}
	if s.script != "" {
		g = onlyRoute(g, &router.Route{
			Name: "default", Path: "/*", Scripts: g.Scripts, Methods: []string{"POST", "GET"},
			Verify: router.VerifyOff, Mode: router.ModeAuto, Timeout: 10 * time.Second, Limits: g.Limits,
		})
	}
	from, err := s.c.readCapture(file)
	if err != nil {
		return err
	}
	a, err := arrive(g, from, "")
	if err != nil {
		return err
	}
	if err := a.unverified(time.Now(), l.deps.IDs.Next); err != nil {
		return err
	}
	notes := from.notes
	if a.refused != "" {
		notes = append(notes, "the server would answer "+a.refused)
	}
	for _, n := range notes {
		fmt.Fprintf(s.c.Err, "%s: warning: %s\n", from.file, n)
	}
	failed := false
	for i, ev := range a.events {
		p, err := a.play(ctx, ev)
		if err != nil {
			return err
		}
		failed = failed || p.Verdict == router.Failed
		for _, w := range p.writes {
			if _, err := store.Put(ctx, w); err != nil { // so that the next of a batch sees it
				return fail("", "store: %v", err)
			}
		}
		if err := s.c.print(p, func(w io.Writer) {
			if i > 0 {
				fmt.Fprintln(w)
			}
			p.show(w)
		}); err != nil {
			return err
		}
	}
	if failed {
		return found()
	}
	return nil
}

// maxScript bounds a script file, as the configuration does.
const maxScript = 4 << 20

// alone makes the loader take one file for the only script, wherever it is.
func (l *loader) alone(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		err = errors.New("is no file")
	case err == nil && info.Size() > maxScript:
		err = errors.New("is too large for a script")
	}
	var source []byte
	if err == nil {
		source, err = os.ReadFile(path)
	}
	if err != nil {
		return fail("--script takes the path of a .lua file", "%s: %s", path, withoutPath(err))
	}
	name := config.ScriptName(filepath.Base(path))
	compile := l.deps.Compile
	l.deps.Compile = func(ctx context.Context, p router.Program) ([]*router.Script, router.Problems) {
		for _, s := range p.Scripts {
			if known, err := os.Stat(s.File); err == nil && os.SameFile(known, info) {
				name = s.Name
			}
		}
		p.Scripts = []router.Source{{Name: name, File: path, Text: source}}
		return compile(ctx, p)
	}
	return nil
}
