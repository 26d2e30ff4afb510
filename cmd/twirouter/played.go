package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"twirouter/router"
)

// played is what run prints for one event. What is absent is null.
type played struct {
	Kind     string          `json:"kind"`
	SID      *string         `json:"sid"`
	Route    *string         `json:"route"`
	Verdict  router.Verdict  `json:"verdict"`
	Reason   *string         `json:"reason"`
	Reply    *playedReply    `json:"reply"` // null: nobody waits, the event comes from inside
	Steps    []playedStep    `json:"steps"`
	Emitted  []playedEmitted `json:"emitted"`
	Warnings []string        `json:"warnings"`

	event  *router.Event
	route  *router.Route
	out    router.Outcome
	trials []trial
	writes []router.Write
}

type playedReply struct {
	Status  int                 `json:"status"`
	Type    *string             `json:"type"`
	Body    string              `json:"body"`
	Headers map[string][]string `json:"headers,omitempty"`
}

type playedStep struct {
	Script       string           `json:"script"`
	Verdict      router.Verdict   `json:"verdict"`
	Reason       *string          `json:"reason"`
	Error        *string          `json:"error"` // file:line: what
	Source       *string          `json:"source"`
	Traceback    *string          `json:"traceback"`
	Budget       *string          `json:"budget"` // which was spent
	Retry        *float64         `json:"retry_after_ms"`
	Logs         []router.LogLine `json:"logs"`
	Warnings     []string         `json:"warnings"`
	Calls        []playedCall     `json:"calls"`
	Writes       []playedWrite    `json:"writes"`
	Instructions int64            `json:"instructions"`
	Memory       int64            `json:"memory"` // bytes
	Duration     float64          `json:"duration_ms"`

	kept bool // what it wrote takes effect
}

type playedCall struct {
	Method   string  `json:"method"`
	URL      string  `json:"url"`
	Status   int     `json:"status"`
	Error    *string `json:"error"`
	Duration float64 `json:"duration_ms"`
}

type playedWrite struct {
	Bucket string          `json:"bucket"`
	Key    string          `json:"key"`
	Value  json.RawMessage `json:"value"` // null: deleted
	TTL    float64         `json:"ttl_ms"`
}

type playedEmitted struct {
	Kind    string          `json:"kind"`
	Data    json.RawMessage `json:"data"`
	Key     *string         `json:"key"`
	Due     *time.Time      `json:"due"`    // null: at once
	Handler *string         `json:"script"` // of a handler with background = true
}

// play runs one event as the server would.
func (a *arrival) play(ctx context.Context, ev *router.Event) (*played, error) {
	r, err := a.match(ctx, ev)
	if err != nil {
		return nil, err
	}
	p := &played{
		Kind: ev.Kind, SID: text(ev.SID), Route: text(ev.Route), Steps: []playedStep{}, Emitted: []playedEmitted{},
		event: ev, route: r,
	}
	inside := ev.Origin != router.OriginDoor
	if r == nil {
		p.trials = a.trials(ctx, ev, nil)
		p.out = router.Outcome{Verdict: router.Passed, Reason: "no route takes it", Reply: router.Empty(ev.Wants)}
	} else {
		inline := !inside && ev.Batch == 0 && r.Inline(ev)
		ev.Queued = !inline
		if inline {
			var cancel func()
			ctx, cancel = context.WithTimeout(ctx, r.Deadline(ev))
			defer cancel()
		}
		p.out = a.gen.Run(ctx, r, ev)
		if p.out.Reply == nil && !inside {
			p.out.Reply = router.Empty(ev.Wants)
		}
	}
	p.fill()
	return p, nil
}

// fill writes the outcome as programs see it.
func (p *played) fill() {
	out := &p.out
	p.Verdict, p.Reason, p.writes = out.Verdict, text(out.Reason), out.Writes()
	p.Warnings = append(append([]string{}, p.event.Notes...), out.Warnings...)
	if r := out.Reply; r != nil {
		p.Reply = &playedReply{Status: r.Status, Type: text(r.Type), Body: string(r.Body)}
		for _, h := range r.Headers {
			if p.Reply.Headers == nil {
				p.Reply.Headers = map[string][]string{}
			}
			p.Reply.Headers[h.Key] = append(p.Reply.Headers[h.Key], h.Value)
		}
	}
	for i := range out.Steps {
		st := stepOf(&out.Steps[i])
		st.kept = st.Verdict != router.Failed && !(out.Answer && out.Verdict == router.Failed)
		p.Steps = append(p.Steps, st)
	}
	for _, e := range out.Emitted {
		one := playedEmitted{Kind: e.Event.Kind, Data: e.Event.Data}
		if e.Event.Handler != nil {
			one.Handler = text(e.Event.Handler.Script)
		} else {
			one.Key = text(e.Event.Key)
		}
		if !e.Due.IsZero() {
			one.Due = &e.Due
		}
		p.Emitted = append(p.Emitted, one)
	}
}

func stepOf(st *router.Step) playedStep {
	out := playedStep{
		Script: st.Script, Verdict: st.Verdict, Reason: text(st.Reason), Logs: append([]router.LogLine{}, st.Logs...),
		Warnings: append([]string{}, st.Warnings...), Calls: []playedCall{}, Writes: []playedWrite{},
		Instructions: st.Instructions, Memory: st.Memory, Duration: milliseconds(st.Duration),
	}
	if e := st.Error; e != nil {
		out.Error, out.Source, out.Traceback, out.Budget = text(e.Error()), text(e.Source), text(e.Traceback), text(e.Budget)
	}
	if st.Retry != nil {
		after := milliseconds(st.Retry.After)
		out.Retry = &after
	}
	for _, c := range st.Requests {
		out.Calls = append(out.Calls, playedCall{Method: c.Method, URL: c.URL, Status: c.Status, Error: text(c.Error), Duration: milliseconds(c.Duration)})
	}
	for _, w := range st.Writes {
		out.Writes = append(out.Writes, playedWrite{Bucket: w.Bucket, Key: w.Key, Value: w.Val, TTL: milliseconds(w.TTL)})
	}
	return out
}

func (p *played) show(w io.Writer) {
	ev := p.event
	fmt.Fprintln(w, strings.TrimRight(ev.Kind+"  "+oneLine(parties(ev)), " "))
	switch {
	case p.route == nil:
		fmt.Fprintf(w, "  no route takes %s\n", oneLine(ev.Path))
		showTrials(w, p.trials)
	case p.route.Name != "":
		fmt.Fprintf(w, "  route %s\n", named(p.route))
	}
	for i := range p.Steps {
		p.Steps[i].show(w, &p.out.Steps[i])
	}
	for _, warning := range p.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", oneLine(warning))
	}
	for _, e := range p.Emitted {
		e.show(w)
	}
	fmt.Fprintf(w, "%s", p.Verdict)
	if p.Reason != nil && (len(p.Steps) == 0 || p.Verdict != router.Failed) {
		fmt.Fprintf(w, ": %s", oneLine(*p.Reason))
	}
	fmt.Fprintln(w)
	if r := p.Reply; r != nil {
		fmt.Fprint(w, statusText(r.Status))
		if r.Type != nil {
			fmt.Fprintf(w, "  %s", oneLine(*r.Type))
		}
		fmt.Fprintln(w)
		if r.Body != "" {
			fmt.Fprintln(w, strings.TrimSuffix(harmless(r.Body), "\n"))
		}
	}
}

func (s *playedStep) show(w io.Writer, st *router.Step) {
	fmt.Fprintf(w, "  %-16s %s  %.1f ms, %s\n", s.Script, s.Verdict, s.Duration, count(int(s.Instructions), "instruction"))
	tell := func(format string, args ...any) { fmt.Fprintf(w, "    %s\n", oneLine(fmt.Sprintf(format, args...))) }
	for _, l := range s.Logs {
		line := l.Level + ": " + l.Message
		if len(l.Fields) > 0 {
			fields, err := json.Marshal(l.Fields)
			if err == nil {
				line += "  " + string(fields)
			}
		}
		for part := range strings.SplitSeq(harmless(line), "\n") {
			fmt.Fprintf(w, "    %s\n", part)
		}
	}
	for _, c := range s.Calls {
		answer := fmt.Sprint(c.Status)
		if c.Error != nil {
			answer = *c.Error
		}
		tell("%s %s: %s", c.Method, c.URL, answer)
	}
	for _, x := range s.Writes {
		done := "store.set"
		if x.Value == nil {
			done = "store.delete"
		}
		if !s.kept {
			done = "undone: " + done
		}
		tell("%s", strings.TrimSuffix(fmt.Sprintf("%s %s %s = %s", done, x.Bucket, x.Key, x.Value), " = "))
	}
	for _, warning := range s.Warnings {
		tell("warning: %s", warning)
	}
	switch {
	case s.Error != nil:
		fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(harmless(*s.Error), "\n", "\n    "))
		if s.Source != nil {
			tell("    %s", *s.Source)
		}
		if s.Traceback != nil {
			for frame := range strings.SplitSeq(*s.Traceback, "\n") {
				tell("  %s", frame)
			}
		}
	case s.Reason != nil:
		tell("%s", *s.Reason)
	}
	if st.Final {
		tell("it is not tried again")
	}
}

func (e *playedEmitted) show(w io.Writer) {
	if e.Handler != nil {
		fmt.Fprintf(w, "  then, in the background: %s for %s\n", *e.Handler, e.Kind)
		return
	}
	fmt.Fprintf(w, "  emits %s", e.Kind)
	if len(e.Data) > 0 {
		fmt.Fprintf(w, " %s", oneLine(string(e.Data)))
	}
	if e.Key != nil {
		fmt.Fprintf(w, ", key %s", oneLine(*e.Key))
	}
	if e.Due != nil {
		fmt.Fprintf(w, ", at %s", e.Due.Local().Format(time.DateTime))
	}
	fmt.Fprintln(w)
}

// parties are the two ends of an event, or its resource if it has none.
func parties(ev *router.Event) string {
	if ev.From == "" && ev.To == "" {
		return ev.SID
	}
	if ev.To == "" {
		return ev.From
	}
	return strings.TrimSpace(ev.From + " → " + ev.To)
}

// harmless takes out of a text what could steer a terminal.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7F || 0x80 <= r && r < 0xA0 {
			return '�'
		}
		return r
	}, s)
}
