package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"twirouter/router"
)

// Exit codes of every command.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitProblem = 3 // check, explain, run or status found a problem
)

// Stdio is where a command reads and writes: output for people and programs on
// Out, logs and errors on Err.
type Stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// cli is what all commands share.
type cli struct {
	Stdio
	configFile string
	json       bool
}

// failure is an error with what to do about it and an exit code of its own.
type failure struct {
	what   string
	hint   string
	code   int
	silent bool // everything was said already
}

func (f *failure) Error() string { return f.what }

// fail is an ordinary failure, with a hint.
func fail(hint, format string, args ...any) error {
	return &failure{what: fmt.Sprintf(format, args...), hint: hint, code: exitFailed}
}

// misuse is a wrong call of a command.
func misuse(hint, format string, args ...any) error {
	return &failure{what: fmt.Sprintf(format, args...), hint: hint, code: exitUsage}
}

// found ends a command that did its work and found something wrong.
func found() error { return &failure{code: exitProblem, silent: true} }

// Main runs one command line and returns its exit code.
func Main(ctx context.Context, args []string, stdio Stdio) int {
	c := &cli{Stdio: stdio}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(stdio.In)
	root.SetOut(stdio.Out)
	root.SetErr(stdio.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	return c.report(err)
}

// report prints an error as "twirouter: what" and "hint: what to do".
func (c *cli) report(err error) int {
	var f *failure
	var problems router.Problems
	switch {
	case errors.As(err, &f):
		if f.silent {
			return f.code
		}
		fmt.Fprintf(c.Err, "twirouter: %s\n", f.what)
		if f.hint != "" {
			fmt.Fprintf(c.Err, "hint: %s\n", f.hint)
		}
		return f.code
	case errors.As(err, &problems):
		for _, p := range problems {
			fmt.Fprintln(c.Err, p)
		}
		fmt.Fprintf(c.Err, "twirouter: %s\n", count(len(problems.Errors()), "problem"))
		return exitFailed
	}
	fmt.Fprintf(c.Err, "twirouter: %v\n", err)
	if isUsage(err) {
		fmt.Fprintln(c.Err, "hint: twirouter --help lists commands and flags")
		return exitUsage
	}
	return exitFailed
}

// isUsage tells cobra's own errors about a call, which have no type.
func isUsage(err error) bool {
	for _, prefix := range []string{"unknown command", "unknown flag", "unknown shorthand", "flag needs", "invalid argument", "accepts ", "requires ", "bad flag"} {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return false
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// print writes v as JSON under --json, and calls forPeople otherwise.
func (c *cli) print(v any, forPeople func(w io.Writer)) error {
	if !c.json {
		forPeople(c.Out)
		return nil
	}
	return c.printJSON(v)
}

// printJSON writes v as one line.
func (c *cli) printJSON(v any) error {
	e := json.NewEncoder(c.Out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "twirouter",
		Short: "Routes Twilio's webhooks to Lua scripts that can be changed while it runs",
		Long: `twirouter takes Twilio's webhooks, verifies them, and lets Lua scripts answer.

Begin with:  twirouter dev        a server on this machine: no account, no settings
             twirouter send sms   in a second terminal: a message through it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&c.configFile, "config", "", "configuration file (default $TWIROUTER_CONFIG, ./config.toml, …)")
	root.PersistentFlags().BoolVar(&c.json, "json", false, "print data as JSON, for programs")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.AddCommand(
		c.serveCommand(),
		c.devCommand(),
		c.sendCommand(),
		c.newCommand(),
		c.initCommand(),
		c.checkCommand(),
		c.explainCommand(),
		c.runCommand(),
		c.routesCommand(),
		c.configCommand(),
		c.statusCommand(),
		c.reloadCommand(),
		c.versionCommand(),
	)
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" { // cobra's own would print its help for an unknown shell and call it success
			cmd.Args, cmd.RunE = cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}
