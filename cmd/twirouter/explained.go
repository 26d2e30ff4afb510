package main

import (
	"fmt"
	"io"
	"strings"

	"twirouter/router"
)

// show writes what explain found for people.
func (e explained) show(w io.Writer, a *arrival) {
	switch s := e.Signature; {
	case s.Valid == nil:
		fmt.Fprintf(w, "signature  not verified: %s\n", *s.Reason)
	case *s.Valid:
		fmt.Fprintf(w, "signature  right (%s)\n", s.note)
	default:
		fmt.Fprintf(w, "signature  wrong: %s\n", *s.Reason)
	}
	if e.Signature.Hint != nil {
		fmt.Fprintf(w, "  hint     %s\n", *e.Signature.Hint)
	}
	for _, n := range a.from.notes {
		fmt.Fprintf(w, "  note     %s\n", n)
	}
	for i := range e.Events {
		e.Events[i].show(w)
	}
}

func (e *explainedEvent) show(w io.Writer) {
	ev := e.event
	line := func(name, format string, args ...any) {
		if text := oneLine(fmt.Sprintf(format, args...)); text != "" {
			fmt.Fprintf(w, "  %-8s %s\n", name, text)
		}
	}
	fmt.Fprintf(w, "event      %s\n", ev.Kind)
	line("sid", "%s", ev.SID)
	line("status", "%s", ev.Status)
	line("channel", "%s", ev.Channel)
	if ev.From != "" || ev.To != "" {
		line("parties", "%s", parties(ev))
	}
	line("account", "%s", ev.Account)
	if ev.Error != nil {
		line("error", "%s", strings.TrimSpace(ev.Error.Code+" "+ev.Error.Message))
	}
	if ev.Fallback != nil {
		line("fallback", "%s %s, at %s", ev.Fallback.Code, ev.Fallback.Message, ev.Fallback.URL)
	}
	if ev.Batch > 0 {
		line("batch", "of %d", ev.Batch)
	}
	line("wants", "%s", ev.Wants)
	switch {
	case e.Key != nil:
		line("key", "%s", *e.Key)
	case e.DedupedBy != nil:
		line("key", "none: repeated requests are known by Twilio's idempotency token")
	default:
		line("key", "none: it is never taken for a duplicate")
	}
	for _, n := range e.Notes {
		line("note", "%s", n)
	}
	if e.route == nil {
		line("route", "none takes %s", ev.Path)
		showTrials(w, e.trials)
		return
	}
	when := "in the background"
	if e.Inline {
		when = fmt.Sprintf("before the answer, within %s", e.route.Deadline(ev))
	}
	line("route", "%s, %s", named(e.route), when)
	for _, name := range sortedKeys(e.Vars) {
		line("vars", "%s = %v", name, e.Vars[name])
	}
	if len(e.takers) == 0 {
		line("scripts", "none handles it")
	}
	for i, s := range e.takers {
		name := ""
		if i == 0 {
			name = "scripts"
		}
		line(name, "%s  %s", s.Name, placeOf(s, ev))
	}
	if len(e.Background) > 0 {
		line("after", "%s", strings.Join(e.Background, ", "))
	}
}

// named is a route with its path, for people.
func named(r *router.Route) string {
	if r.Path == "" {
		return r.Name
	}
	return r.Name + " at " + r.Path
}

// placeOf is where a script takes an event.
func placeOf(s *router.Script, ev *router.Event) string {
	if ev.Step != "" && ev.Wants.Reply() {
		return s.File + "  step " + ev.Step[strings.LastIndexByte(ev.Step, '.')+1:]
	}
	for i := range s.Handlers {
		if h := &s.Handlers[i]; !h.Background && h.Takes(ev) && h.Line > 0 {
			return fmt.Sprintf("%s:%d", s.File, h.Line)
		}
	}
	return s.File
}
