package router

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxDepth is how many emits may lie between the door and an event, so that
// scripts that emit to each other come to an end.
const maxDepth = 16

// Run runs ev through the scripts of r and says what came of it. It never
// panics and writes nothing: the outcome holds all that shall take effect.
//
// An event whose answer is awaited goes from script to script until one speaks.
// A fact goes through all of them, each on its own, but for those that finished
// it in an earlier attempt.
func (g *Generation) Run(ctx context.Context, r *Route, ev *Event) Outcome {
	begun := g.now()
	c := chain{g: g, r: r, ev: ev}
	c.inline = r.Inline(ev) && !ev.Queued && !ev.Origin.inside()
	c.answers = c.inline && ev.Wants.Reply()
	c.out = Outcome{Verdict: Passed, Generation: g.Number, Route: r.Name, Answer: c.answers}
	switch {
	case ev.Handler != nil:
		c.one(ctx)
	case ev.Step != "" && ev.Wants.Reply():
		c.step(ctx)
	case c.answers:
		c.answer(ctx)
	default:
		c.fact(ctx)
	}
	c.reply()
	c.emit()
	c.out.Duration = g.now().Sub(begun)
	return c.out
}

// chain is one run of one event.
type chain struct {
	g       *Generation
	r       *Route
	ev      *Event
	answers bool // a script's reply is sent
	inline  bool // somebody waits
	out     Outcome
}

func (c *chain) scripts() []*Script {
	if c.ev.Origin == OriginEmit || c.ev.Origin == OriginRouter {
		return c.g.Scripts
	}
	return c.r.Scripts
}

func (c *chain) run(ctx context.Context, s *Script, step string, handler int) *Step {
	st := s.Runner.Run(ctx, Call{Event: c.ev, Limits: c.r.Limits, Step: step, Handler: handler, Inline: c.inline})
	st.Script = s.Name
	if st.Retry != nil && c.answers {
		st.Error = misplacedRetry(s, st.Error)
		st.Verdict, st.Retry = Failed, nil
	}
	if ctx.Err() != nil && st.Verdict != Failed {
		// It noticed too late, in a call that waited: nothing of it counts.
		st.Verdict, st.Reply, st.Refused = Failed, nil, false
		st.Error = &ScriptError{File: s.File, Message: "the time for this event ended while the script ran", Budget: "time"}
	}
	if st.Verdict == Replied && !c.answers {
		st.Warnings = append(st.Warnings, fmt.Sprintf("%s wants no reply here: what the script returned was not sent", c.ev.Kind))
		st.Verdict, st.Reply, st.Refused = Passed, nil, false
	}
	c.out.Steps = append(c.out.Steps, st)
	return &c.out.Steps[len(c.out.Steps)-1]
}

// misplacedRetry is what the author of a retry() reads that was no use, where
// the script made it.
func misplacedRetry(s *Script, made *ScriptError) *ScriptError {
	e := &ScriptError{File: s.File, Message: "retry() is for facts: somebody waits for this answer; return a reply, or drop()"}
	if made != nil {
		e.File, e.Line, e.Source = made.File, made.Line, made.Source
	}
	return e
}

// answer goes on until a script speaks.
func (c *chain) answer(ctx context.Context) {
	handled := false
	for _, s := range c.scripts() {
		if !s.Handles(c.ev) {
			continue
		}
		handled = true
		if c.settle(c.run(ctx, s, "", -1)) {
			return
		}
	}
	switch {
	case !handled:
		c.out.Warnings = append(c.out.Warnings, fmt.Sprintf("no script handles %s: it got the empty answer", c.ev.Kind))
	default:
		c.out.Warnings = append(c.out.Warnings, fmt.Sprintf("no script answered %s: it got the empty answer", c.ev.Kind))
	}
}

// settle takes over what a script said, if it did say something.
func (c *chain) settle(st *Step) bool {
	if st.Verdict == Passed {
		return false
	}
	c.out.Verdict, c.out.Reason, c.out.Reply = st.Verdict, st.Reason, whole(st.Reply, c.ev.Wants)
	return true
}

// whole gives an empty 200 the body that says nothing: Twilio takes one without
// a body for an error.
func whole(r *Reply, w Wants) *Reply {
	if r == nil || r.Status != http.StatusOK || len(r.Body) > 0 {
		return r
	}
	empty := *Empty(w)
	empty.Headers = r.Headers
	return &empty
}

// step runs the one handler that the URL names: "script.step".
func (c *chain) step(ctx context.Context) {
	i := strings.LastIndexByte(c.ev.Step, '.')
	if i < 0 {
		c.unknown("step %q is not of the form script.step", c.ev.Step)
		return
	}
	s := named(c.r.Scripts, c.ev.Step[:i])
	if s == nil {
		c.unknown("no script %q on route %s for step %q", c.ev.Step[:i], c.r.Name, c.ev.Step)
		return
	}
	name := c.ev.Step[i+1:]
	if !slices.Contains(s.Steps, name) {
		c.unknown("%s declares no step(%q)", s.File, name)
		return
	}
	if !c.settle(c.run(ctx, s, name, -1)) {
		c.out.Warnings = append(c.out.Warnings, fmt.Sprintf("step %s said nothing: %s got the empty answer", c.ev.Step, c.ev.Kind))
	}
}

// one runs the background handler that the event was made for.
func (c *chain) one(ctx context.Context) {
	h := c.ev.Handler
	s := named(c.g.Scripts, h.Script)
	if s == nil || h.Index < 0 || h.Index >= len(s.Handlers) || !s.Handlers[h.Index].Background || !s.Handlers[h.Index].Takes(c.ev) {
		c.unknown("script %q has no background handler %d for %s any more", h.Script, h.Index+1, c.ev.Kind)
		return
	}
	st := c.run(ctx, s, "", h.Index)
	if st.Verdict == Dropped {
		st.Warnings = append(st.Warnings, "drop() means nothing in a background handler: no script comes after it")
		st.Verdict = Passed
	}
	c.factStep(st)
}

// fact runs every script that has not finished, each on its own. What is ended
// by a drop is finished too, or a later attempt would wake it.
func (c *chain) fact(ctx context.Context) {
	c.out.Finished = slices.Clone(c.ev.Finished)
	ended := false
	for _, s := range c.scripts() {
		if !s.Handles(c.ev) || slices.Contains(c.ev.Finished, s.Name) {
			continue
		}
		if !ended {
			st := c.run(ctx, s, "", -1)
			ended = c.factStep(st)
			if st.Verdict == Failed {
				continue
			}
		}
		c.out.Finished = append(c.out.Finished, s.Name)
	}
}

// factStep lays one script's verdict over the event's: a failure outlasts what
// others said. It reports whether the event ends for the scripts after it.
func (c *chain) factStep(st *Step) (end bool) {
	switch {
	case st.Verdict == Failed:
		if c.out.Verdict != Failed {
			c.out.Verdict, c.out.Reason = Failed, st.Reason
		}
	case st.Verdict == Dropped:
		if c.out.Verdict != Failed {
			c.out.Verdict, c.out.Reason = Dropped, st.Reason
		}
		return true
	}
	return false
}

func (c *chain) unknown(format string, args ...any) {
	c.out.Verdict, c.out.Reason = Failed, fmt.Sprintf(format, args...)
}

// reply chooses what is sent, if anybody waits.
func (c *chain) reply() {
	if !c.inline {
		c.out.Reply = nil
		return
	}
	switch {
	case c.out.Verdict == Failed:
		c.out.Reply = Failure(c.r, c.ev)
	case c.out.Reply == nil:
		c.out.Reply = Empty(c.ev.Wants)
	}
}

// emit turns what the committed steps emitted, and the background handlers,
// into events of their own.
func (c *chain) emit() {
	refused := false
	for i := range c.out.Steps {
		st := &c.out.Steps[i]
		refused = refused || st.Refused
		if !c.out.commits(st) {
			continue
		}
		for _, e := range st.Emits {
			if c.ev.Depth >= maxDepth {
				st.Warnings = append(st.Warnings, fmt.Sprintf("emit(%q) left out: %d emits lie behind this event already", e.Kind, maxDepth))
				continue
			}
			c.out.Emitted = append(c.out.Emitted, Emitted{Event: c.child(e), Due: e.Due})
		}
	}
	if refused || c.out.Verdict == Dropped || !c.inline && c.out.Verdict == Failed || c.ev.Handler != nil {
		return
	}
	c.background()
}

// background makes an event for every handler with background = true.
func (c *chain) background() {
	var summary json.RawMessage
	for _, s := range c.scripts() {
		for i := range s.Handlers {
			h := &s.Handlers[i]
			if !h.Background || !h.Takes(c.ev) {
				continue
			}
			if summary == nil {
				summary = c.summary()
			}
			ev := *c.ev
			ev.ID, ev.Seq, ev.Track, ev.Step = c.g.ids.Next(), 0, "", ""
			ev.Key = fmt.Sprintf("%s %s %d", c.ev.ID, s.Name, i) // once, however often the parent is tried
			ev.Wants, ev.Origin, ev.Parent, ev.Attempt = WantsNothing, OriginBackground, c.ev.ID, 0
			ev.Handler = &HandlerRef{Script: s.Name, Index: i}
			ev.Outcome, ev.Finished = summary, nil
			c.out.Emitted = append(c.out.Emitted, Emitted{Event: &ev})
		}
	}
}

func (c *chain) child(e Emit) *Event {
	return &Event{
		ID: c.g.ids.Next(), Kind: e.Kind, Product: "app", Account: c.ev.Account, Wants: WantsNothing,
		Received: c.g.now(), Data: e.Data, Key: e.Key, Order: "",
		BaseURL: c.ev.BaseURL, Path: c.ev.Path, Overrides: c.ev.Overrides, Verified: VerifiedLocal,
		Route: c.ev.Route, Vars: c.ev.Vars,
		Origin: OriginEmit, Parent: c.ev.ID, Depth: c.ev.Depth + 1,
	}
}

// summary is what a background handler sees as event.outcome.
func (c *chain) summary() json.RawMessage {
	s := struct {
		Verdict Verdict `json:"verdict"`
		Reason  string  `json:"reason,omitempty"`
		Status  int     `json:"status,omitempty"`
		Body    string  `json:"body,omitempty"`
	}{Verdict: c.out.Verdict, Reason: c.out.Reason}
	if c.out.Reply != nil {
		s.Status, s.Body = c.out.Reply.Status, string(c.out.Reply.Body)
	}
	b, err := json.Marshal(s)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	return b
}
