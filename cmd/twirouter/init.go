package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"
)

func (c *cli) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a project: config.toml, a script for messages and one for calls",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return c.init(dir)
		},
	}
}

// init writes a project, all of it or nothing that was there before.
func (c *cli) init(dir string) error {
	type file struct {
		path string
		text []byte
	}
	var files []file
	for _, f := range []struct{ path, from string }{{"config.toml", "config.toml"}, {".gitignore", "gitignore"}} {
		text, err := starters.ReadFile("starter/init/" + f.from)
		if err != nil {
			return err
		}
		files = append(files, file{f.path, text})
	}
	for _, f := range []struct{ path, kind string }{{"scripts/10-sms.lua", "sms"}, {"scripts/20-call.lua", "call"}} {
		info, err := kindNamed(f.kind)
		if err != nil {
			return err
		}
		text, err := scriptFor(info)
		if err != nil {
			return err
		}
		files = append(files, file{f.path, text})
	}
	for _, f := range files {
		if path := filepath.Join(dir, f.path); exists(path) {
			return fail("init writes into an empty folder: twirouter init DIR", "%s is there already", path)
		}
	}
	written := []string{}
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		if err := writeNew(path, f.text); err != nil {
			return err
		}
		written = append(written, path)
	}
	return c.print(map[string][]string{"files": written}, func(w io.Writer) {
		for _, path := range written {
			fmt.Fprintln(w, path)
		}
		fmt.Fprint(w, "next: ")
		if dir != "." {
			fmt.Fprintf(w, "cd %s && ", dir)
		}
		fmt.Fprintln(w, "twirouter dev")
	})
}
