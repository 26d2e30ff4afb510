package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/webhook"
)

// teller writes what happens to the log, one line an event, and shows it to
// whoever sits before `dev`.
type teller struct {
	log    *slog.Logger
	bodies bool // what messages say may be logged

	mu     sync.Mutex
	screen io.Writer // nil unless somebody watches
}

func newTeller(log *slog.Logger, c config.Log) *teller {
	return &teller{log: log, bodies: !slices.Contains(c.Redact, "bodies")}
}

// Handled tells of an event that came through the door.
func (t *teller) Handled(ev *router.Event, out *router.Outcome, how webhook.How) {
	t.tell(ev, out, how)
}

// Ran tells of an event that a worker ran.
func (t *teller) Ran(ev *router.Event, out *router.Outcome) {
	t.tell(ev, out, webhook.How{Took: out.Duration})
}

func (t *teller) tell(ev *router.Event, out *router.Outcome, how webhook.How) {
	level := slog.LevelInfo
	quiet := t.discreet(ev)
	attrs := []slog.Attr{
		slog.String("event", ev.ID), slog.String("sid", ev.SID),
		slog.String("from", ev.From), slog.String("to", ev.To), slog.String("route", ev.Route),
	}
	if t.bodies {
		if body, ok := ev.Params.Lookup("Body"); ok {
			attrs = append(attrs, slog.String("body", body))
		}
	}
	switch {
	case how.Duplicate:
		attrs = append(attrs, slog.Bool("duplicate", true))
	case out == nil:
		attrs = append(attrs, slog.String("verdict", "queued"))
	default:
		attrs = append(attrs, slog.String("verdict", string(out.Verdict)))
		if text := out.ErrorText(); text != "" {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", quiet.text(text)))
		} else if out.Reason != "" {
			attrs = append(attrs, slog.String("reason", quiet.text(out.Reason)))
		}
	}
	if how.Unrecorded {
		level = max(level, slog.LevelWarn)
		attrs = append(attrs, slog.Bool("unrecorded", true))
	}
	if ev.Verified == router.VerifiedFailed {
		level = max(level, slog.LevelWarn)
		attrs = append(attrs, slog.String("signature", "wrong, let through by verify = report"))
	}
	if how.Reply != nil {
		attrs = append(attrs, slog.Int("answer", how.Reply.Status))
	}
	attrs = append(attrs, slog.Duration("took", how.Took.Round(time.Microsecond)))
	t.log.LogAttrs(context.Background(), level, ev.Kind, attrs...)
	t.details(ev, out, quiet)
	t.show(ev, out, how)
}

// details logs what the scripts logged, were warned about and failed of.
func (t *teller) details(ev *router.Event, out *router.Outcome, quiet discreet) {
	id := slog.String("event", ev.ID)
	for _, n := range ev.Notes {
		t.log.LogAttrs(context.Background(), slog.LevelWarn, quiet.text(n), id)
	}
	if out == nil {
		return
	}
	for _, w := range out.Warnings {
		t.log.LogAttrs(context.Background(), slog.LevelWarn, quiet.text(w), id)
	}
	for i := range out.Steps {
		st := &out.Steps[i]
		script := slog.String("script", st.Script)
		for _, w := range st.Warnings {
			t.log.LogAttrs(context.Background(), slog.LevelWarn, quiet.text(w), id, script)
		}
		for _, l := range st.Logs {
			attrs := []slog.Attr{id, script}
			if len(l.Fields) > 0 {
				attrs = append(attrs, slog.Any("fields", quiet.fields(l.Fields)))
			}
			t.log.LogAttrs(context.Background(), logLevel(l.Level), quiet.text(l.Message), attrs...)
		}
		if e := st.Error; e != nil {
			attrs := []slog.Attr{id, script}
			if e.Source != "" {
				attrs = append(attrs, slog.String("source", quiet.text(e.Source)))
			}
			if e.Traceback != "" {
				attrs = append(attrs, slog.String("traceback", quiet.text(e.Traceback)))
			}
			t.log.LogAttrs(context.Background(), slog.LevelError, quiet.text(e.Error()), attrs...)
		}
	}
}

func logLevel(name string) slog.Level {
	switch name {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	return slog.LevelInfo
}

// Refused tells of a request that was turned away.
func (t *teller) Refused(r router.Refusal) {
	what := "turned away"
	if r.Status < 400 {
		what = "let in by verify = report"
	}
	t.log.Warn(what+": "+r.Finding, "code", r.Code, "status", r.Status, "path", r.Path, "remote", r.Remote,
		"hint", r.Hint, "setting", r.Setting, "refusal", r.ID)
	t.screenf(func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  %d %s  %s\n", r.At.Local().Format("15:04:05"), what, r.Status, r.Path, oneLine(r.Finding))
		if r.Hint != "" {
			fmt.Fprintf(w, "          hint: %s%s\n", r.Hint, inBrackets(r.Setting))
		}
	})
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// show writes an event for eyes: who, what, and what came of it.
func (t *teller) show(ev *router.Event, out *router.Outcome, how webhook.How) {
	t.screenf(func(w io.Writer) {
		fmt.Fprintf(w, "%s  %-20s %s", time.Now().Format("15:04:05"), ev.Kind, route(ev))
		switch {
		case how.Duplicate:
			fmt.Fprint(w, "  duplicate")
		case out == nil:
			fmt.Fprint(w, "  queued")
		default:
			fmt.Fprintf(w, "  %s", out.Verdict)
			if names := speakers(out); names != "" {
				fmt.Fprintf(w, " by %s", names)
			}
		}
		fmt.Fprintf(w, "  %s\n", how.Took.Round(10*time.Microsecond))
		if body, ok := ev.Params.Lookup("Body"); ok && body != "" {
			fmt.Fprintf(w, "          ← %s\n", oneLine(body))
		}
		if how.Reply != nil && len(how.Reply.Body) > 0 {
			fmt.Fprintf(w, "          → %s\n", oneLine(strings.TrimPrefix(string(how.Reply.Body), router.Declaration)))
		}
		if out == nil {
			return
		}
		if text := out.ErrorText(); text != "" {
			fmt.Fprintf(w, "          error: %s\n", harmless(text))
		} else if out.Reason != "" {
			fmt.Fprintf(w, "          reason: %s\n", oneLine(out.Reason))
		}
		for _, warning := range slices.Concat(ev.Notes, out.Warnings) {
			fmt.Fprintf(w, "          warning: %s\n", harmless(warning))
		}
		for i := range out.Steps {
			st := &out.Steps[i]
			showError(w, st.Error, out.ErrorText())
			for _, warning := range st.Warnings {
				fmt.Fprintf(w, "          warning: %s\n", harmless(warning))
			}
			for _, l := range st.Logs {
				fmt.Fprintf(w, "          %s: %s%s\n", l.Level, oneLine(l.Message), fields(l.Fields))
			}
		}
	})
}

// showError writes where a script failed and what led there, and what failed if
// that was not told yet.
func showError(w io.Writer, e *router.ScriptError, told string) {
	if e == nil {
		return
	}
	if text := e.Error(); text != told {
		fmt.Fprintf(w, "          error: %s\n", harmless(text))
	}
	if e.Source != "" {
		fmt.Fprintf(w, "              %s\n", harmless(e.Source))
	}
	if strings.Contains(e.Traceback, "\n") { // one frame is the place that was named
		for frame := range strings.SplitSeq(e.Traceback, "\n") {
			fmt.Fprintf(w, "            %s\n", harmless(frame))
		}
	}
}

func route(ev *router.Event) string {
	if ev.From == "" && ev.To == "" {
		return ev.SID
	}
	return ev.From + " → " + ev.To
}

// fields are what a script logged beside a message, by name.
func fields(all map[string]any) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text, ok := all[name].(string)
		if !ok {
			encoded, err := json.Marshal(all[name])
			if err != nil {
				continue // nothing that a script can log
			}
			text = string(encoded)
		}
		fmt.Fprintf(&b, "  %s=%s", oneLine(name), oneLine(text))
	}
	return b.String()
}

// speakers are the scripts that had a say.
func speakers(out *router.Outcome) string {
	var names []string
	for i := range out.Steps {
		if out.Verdict == router.Passed || out.Steps[i].Verdict == out.Verdict {
			names = append(names, out.Steps[i].Script)
		}
	}
	return strings.Join(names, ", ")
}

// oneLine cuts a text to what fits a line of a terminal, without anything that
// could steer it.
func oneLine(s string) string {
	const most = 240
	var b strings.Builder
	for i, r := range s {
		if i >= most {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case r < ' ' || r == 0x7F || 0x80 <= r && r < 0xA0:
			b.WriteRune('�')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (t *teller) screenf(write func(io.Writer)) {
	if t.screen == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	write(t.screen)
}
