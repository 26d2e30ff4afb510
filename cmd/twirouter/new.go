package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/twilio"
)

//go:embed starter
var starters embed.FS

// shortKinds are the names that people use for the kinds they use most.
var shortKinds = map[string]string{
	"sms": "message.received", "message": "message.received", "whatsapp": "message.received",
	"call": "call.received", "voice": "call.received",
}

// kindNamed finds the kind that a person means.
func kindNamed(name string) (twilio.Info, error) {
	if long, ok := shortKinds[name]; ok {
		name = long
	}
	_, known, near := lookUpKind(name)
	if known {
		info, _ := twilio.KindInfo(name)
		return info, nil
	}
	hint := "docs/events.md lists the kinds; sms and call are short for message.received and call.received"
	if near != "" {
		hint = "did you mean " + near + "?"
	}
	return twilio.Info{}, misuse(hint, "there is no kind %q", name)
}

// completeKinds completes names of kinds.
func completeKinds(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for name := range shortKinds {
		out = append(out, name)
	}
	for _, k := range twilio.Kinds() {
		out = append(out, k.Kind)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (c *cli) newCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "new KIND [NAME]",
		Short: "Write a script for a kind of event",
		Long: `Write a script for a kind of event into the scripts folder. Its number puts it
behind those that are there. "sms" and "call" are short for message.received and
call.received.`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeKinds,
		RunE: func(_ *cobra.Command, args []string) error {
			info, err := kindNamed(args[0])
			if err != nil {
				return err
			}
			name := strings.ReplaceAll(info.Kind, ".", "-")
			if len(args) == 2 {
				name = strings.TrimSuffix(args[1], ".lua")
			}
			return c.newScript(info, name)
		},
	}
}

// scriptName is what a script's file may be called here: nothing that leads
// out of the folder, is skipped, or would be taken for a number.
var scriptName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

func (c *cli) newScript(info twilio.Info, name string) error {
	if !scriptName.MatchString(name) {
		return misuse("letters, digits, - and _, beginning with a letter", "%q cannot be a script's name", name)
	}
	if c.configFile != "" && !exists(c.configFile) {
		return noConfig(c.configFile)
	}
	l := c.newLoader(nil, true)
	defer l.close()
	s, err := l.Read()
	if err != nil {
		return err
	}
	dir := s.Data.(*config.Files).Config().Scripts.Dir
	if l.found.Path != "" && !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(l.found.Path), dir)
	}
	text, err := scriptFor(info)
	if err != nil {
		return err
	}
	number, err := nextNumber(dir, name)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fmt.Sprintf("%02d-%s.lua", number, name))
	if err := writeNew(path, text); err != nil {
		return err
	}
	return c.print(map[string]string{"file": path, "kind": info.Kind}, func(w io.Writer) {
		fmt.Fprintf(w, "%s\ntry it: %s send %s\n", path, program(), info.Kind)
	})
}

// scriptFor is a first script for a kind, by the reply that it wants.
func scriptFor(info twilio.Info) ([]byte, error) {
	name := "none"
	switch {
	case info.Wants == router.WantsVoice:
		name = "voice"
	case info.Wants == router.WantsMessaging:
		name = "messaging"
	case info.Wants == router.WantsFax:
		name = "fax"
	case info.Wants == router.WantsTaskRouter:
		name = "json-taskrouter"
	case info.Wants.JSON():
		name = "json"
	case info.Wants == router.WantsStatus:
		name = "http-status"
	}
	t, err := template.ParseFS(starters, "starter/"+name+".lua.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, info); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// nextNumber is ten behind the last script of the folder.
func nextNumber(dir, name string) (int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fail("", "%v", err)
	}
	last := 0
	for _, e := range entries {
		if config.ScriptName(e.Name()) == name && filepath.Ext(e.Name()) == ".lua" {
			return 0, fail("give it another name: twirouter new KIND NAME", "%s is there already", filepath.Join(dir, e.Name()))
		}
		digits := e.Name()[:len(e.Name())-len(strings.TrimLeft(e.Name(), "0123456789"))]
		if n, err := strconv.Atoi(digits); err == nil && n > last {
			last = n
		}
	}
	return last/10*10 + 10, nil
}

// writeNew writes a file that is not there yet, and the folders above it.
func writeNew(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fail("", "%v", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fail("nothing was overwritten", "%s is there already", path)
	}
	if err != nil {
		return fail("", "%v", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fail("", "%v", err)
	}
	return nil
}
