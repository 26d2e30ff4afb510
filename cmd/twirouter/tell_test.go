package main

import (
	"bytes"
	"strings"
	"testing"

	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/webhook"
)

// TestTell is what the log and the screen say of an event whose script failed.
func TestTell(t *testing.T) {
	const body = "my \x1b[2J\"secret\" diagnosis & more"
	event := func() (*router.Event, *router.Outcome) {
		ev := &router.Event{ID: "e1", Kind: "message.received", From: "+14155550142", Params: router.Params{{Key: "Body", Value: body}}}
		return ev, &router.Outcome{Verdict: router.Failed, Steps: []router.Step{
			{
				Script: "a", Verdict: router.Failed,
				Error: &router.ScriptError{
					File: "scripts/a.lua", Line: 3, Message: "cannot read " + body, Source: "return read(event)",
					Traceback: "scripts/a.lua:3: in function 'read'\nscripts/a.lua:9: in the function at line 8",
				},
				Logs: []router.LogLine{{
					Level: "info", Message: "got " + strings.ToUpper(body),
					Fields: map[string]any{"xml": "<Message>my \x1b[2J\"secret\" diagnosis &amp; more</Message>", "list": []any{body}},
				}},
				Warnings: []string{"echo of " + body},
			},
			{Script: "b", Verdict: router.Failed, Error: &router.ScriptError{File: "scripts/b.lua", Line: 1, Message: "and this too", Source: `error"and this too"`}},
		}}
	}
	for _, c := range []struct {
		name       string
		redact     []string
		has, lacks []string
	}{
		{
			"bodies are left out", []string{"bodies"},
			[]string{
				`"error":"scripts/a.lua:3: cannot read ***"`, `"msg":"got ***"`, `"xml":"<Message>***</Message>"`, `"list":["***"]`, `"msg":"echo of ***"`,
				`"source":"return read(event)"`, `"traceback":"scripts/a.lua:3: in function 'read'\nscripts/a.lua:9: in the function at line 8"`,
				`"msg":"scripts/b.lua:1: and this too"`, `"from":"+14155550142"`,
			},
			[]string{"secret", "SECRET", "diagnosis"},
		},
		{
			"bodies may be logged", []string{"numbers"},
			[]string{`cannot read my`, `"msg":"got MY`, `"from":"***0142"`},
			[]string{"+14155550142"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			settings := config.Log{Level: "info", Format: "json", Redact: c.redact}
			ev, out := event()
			newTeller(newLog(&log, settings), settings).Handled(ev, out, webhook.How{})
			for _, text := range c.has {
				if !strings.Contains(log.String(), text) {
					t.Errorf("not in the log: %s", text)
				}
			}
			for _, text := range c.lacks {
				if strings.Contains(log.String(), text) {
					t.Errorf("in the log: %s", text)
				}
			}
			if t.Failed() {
				t.Log(log.String())
			}
		})
	}

	t.Run("screen", func(t *testing.T) {
		var log, terminal bytes.Buffer
		tell := newTeller(newLog(&log, config.Log{}), config.Log{})
		tell.screen = &terminal
		ev, out := event()
		tell.Ran(ev, out)
		for _, text := range []string{
			"error: scripts/a.lua:3: cannot read my \ufffd[2J\"secret\"", "    return read(event)\n", "scripts/a.lua:9: in the function at line 8\n",
			"error: scripts/b.lua:1: and this too\n", "warning: echo of my \ufffd[2J",
		} {
			if !strings.Contains(terminal.String(), text) {
				t.Errorf("not on the screen: %q", text)
			}
		}
		if strings.ContainsRune(terminal.String(), '\x1b') || strings.Count(terminal.String(), "cannot read") != 1 {
			t.Errorf("on the screen:\n%q", terminal.String())
		}
	})
}

// TestDiscreet: what is too short to be looked for stays, and what is not asked
// for as well.
func TestDiscreet(t *testing.T) {
	for _, c := range []struct{ body, text, want string }{
		{"hours", "scripts/a.lua:3: no HOURS for hours", "scripts/a.lua:3: no *** for ***"},
		{" hours\n", "[hours]", "[***]"},
		{"a", "scripts/a.lua:3: a", "scripts/a.lua:3: a"},
		{"", "text", "text"},
		{"two\nlines", `{ Body = "two\nlines" } two` + "\nlines", `{ Body = "***" } ***`},
	} {
		quiet := newTeller(nil, config.Log{Redact: []string{"bodies"}}).discreet(&router.Event{Params: router.Params{{Key: "Body", Value: c.body}}})
		if got := quiet.text(c.text); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.body, c.text, got, c.want)
		}
	}
}
