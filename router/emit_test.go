package router_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

// emitting is what a script says that also emits and writes.
func emitting(step router.Step, name string) router.Step {
	step.Emits = []router.Emit{{Kind: "app." + name, Data: json.RawMessage(`{"n":1}`), Key: "k", Due: time.Unix(9, 0)}}
	step.Writes = []router.Write{{Bucket: name, Key: "k", Val: []byte(`1`)}}
	return step
}

// TestWhatCommits: of an answer all or none, of a fact what succeeded.
func TestWhatCommits(t *testing.T) {
	every := on("*")
	for name, c := range map[string]struct {
		ev     *router.Event
		mode   router.Mode
		says   []router.Step
		effect string
	}{
		"an answer":                       {call(), router.ModeAuto, []router.Step{silent, reply("x")}, "a b"},
		"a drop":                          {call(), router.ModeAuto, []router.Step{silent, dropped}, "a b"},
		"a refusal":                       {call(), router.ModeAuto, []router.Step{silent, refused()}, "a b"},
		"an answer that failed":           {call(), router.ModeAuto, []router.Step{silent, wrong}, ""},
		"a fact":                          {fact(), router.ModeAuto, []router.Step{silent, silent}, "a b"},
		"a fact that one script failed":   {fact(), router.ModeAuto, []router.Step{wrong, silent}, "b"},
		"an inline fact":                  {fact(), router.ModeInline, []router.Step{silent, silent}, "a b"},
		"an inline fact that one failed":  {fact(), router.ModeInline, []router.Step{silent, wrong}, "a"},
		"a fact whose reply was not sent": {fact(), router.ModeAuto, []router.Step{reply("x"), silent}, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			g, rt := house(script("a", emitting(c.says[0], "a"), every), script("b", emitting(c.says[1], "b"), every))
			rt.Mode = c.mode
			out := g.Run(t.Context(), rt, c.ev)
			var writes, emits []string
			for _, w := range out.Writes() {
				writes = append(writes, w.Bucket)
			}
			for _, e := range out.Emitted {
				emits = append(emits, strings.TrimPrefix(e.Event.Kind, "app."))
			}
			if strings.Join(writes, " ") != c.effect || strings.Join(emits, " ") != c.effect {
				t.Errorf("writes %q, emits %q, want %q", writes, emits, c.effect)
			}
		})
	}
}

func TestEmittedEvent(t *testing.T) {
	g, rt := house(script("a", emitting(silent, "x"), on("*")))
	ev := fact()
	ev.Depth, ev.BaseURL, ev.Step = 3, "https://hooks.example.com", "a.b"
	out := g.Run(t.Context(), rt, ev)
	if len(out.Emitted) != 1 {
		t.Fatalf("%d events were emitted, want 1", len(out.Emitted))
	}
	e := out.Emitted[0]
	if !e.Due.Equal(time.Unix(9, 0)) {
		t.Errorf("due %v", e.Due)
	}
	c := e.Event
	if c.ID == "" || c.ID == ev.ID || c.Kind != "app.x" || c.Product != "app" || string(c.Data) != `{"n":1}` || c.Key != "k" {
		t.Errorf("emitted: %+v", c)
	}
	if c.Account != "AC1" || c.Route != "default" || c.Vars["v"] != "w" || c.Path != "/twilio" || c.BaseURL != ev.BaseURL {
		t.Errorf("what it keeps of its parent: %+v", c)
	}
	if c.Origin != router.OriginEmit || c.Parent != ev.ID || c.Depth != 4 || c.Verified != router.VerifiedLocal || c.Wants != router.WantsNothing {
		t.Errorf("where it comes from: %+v", c)
	}
	if c.Order != "" || c.Track != "" || c.Step != "" || c.Seq != 0 || c.Attempt != 0 || c.Received.IsZero() {
		t.Errorf("what it has not: %+v", c)
	}
}

// TestEmittedEventIsForAll: the route's scripts do not filter it, and nobody
// waits for it whatever the route's mode.
func TestEmittedEventIsForAll(t *testing.T) {
	a, b := script("a", silent, on("call.*")), script("b", reply("x"), on("app.*"))
	g, rt := house(a, b)
	rt.Scripts, rt.Mode = rt.Scripts[:1], router.ModeInline
	for _, origin := range []router.Origin{router.OriginEmit, router.OriginRouter} {
		ev := fact()
		ev.Kind, ev.Origin = "app.x", origin
		out := g.Run(t.Context(), rt, ev)
		if steps(out) != "b passed" || out.Reply != nil || calls(b)[0].Inline {
			t.Errorf("%s: steps %q, reply %s, call %+v", origin, steps(out), body(out.Reply), calls(b)[0])
		}
	}
}

func TestEmitsEnd(t *testing.T) {
	g, rt := house(script("a", emitting(silent, "x"), on("*")))
	ev := fact()
	for depth := 0; ; depth++ {
		out := g.Run(t.Context(), rt, ev)
		if len(out.Emitted) == 0 {
			if depth != 16 || !strings.Contains(strings.Join(out.Steps[0].Warnings, ""), `emit("app.x") left out: 16 emits`) {
				t.Errorf("depth %d, warnings %q", depth, out.Steps[0].Warnings)
			}
			return
		}
		if depth > 16 {
			t.Fatal("emits do not end")
		}
		ev = out.Emitted[0].Event
	}
}

func TestBackgroundHandlers(t *testing.T) {
	for name, c := range map[string]struct {
		ev   *router.Event
		says router.Step
		mode router.Mode
		want string // the outcome that they see; "" if they are not called
	}{
		"after the answer":                    {call(), reply("<Response/>"), router.ModeAuto, `{"verdict":"replied","status":200,"body":"\u003cResponse/\u003e"}`},
		"after a failure":                     {call(), wrong, router.ModeAuto, `{"verdict":"failed","reason":"r","status":500}`},
		"when nobody spoke":                   {call(), silent, router.ModeAuto, `{"verdict":"passed","status":200,"body":"\u003c?xml version=\"1.0\" encoding=\"UTF-8\"?\u003e\u003cResponse/\u003e"}`},
		"not after a drop":                    {call(), dropped, router.ModeAuto, ""},
		"not after a refusal":                 {call(), refused(), router.ModeAuto, ""},
		"of a fact":                           {fact(), silent, router.ModeAuto, `{"verdict":"passed"}`},
		"of a fact whose refusal is not sent": {fact(), refused(), router.ModeAuto, `{"verdict":"passed"}`},
		"of a fact that failed: not before another attempt": {fact(), wrong, router.ModeAuto, ""},
		"of a fact that was dropped":                        {fact(), dropped, router.ModeAuto, ""},
		"of an inline fact":                                 {fact(), silent, router.ModeInline, `{"verdict":"passed","status":204}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := script("s", c.says, on("*"), behind("*"), behind("none"), behind("*"))
			g, rt := house(s)
			rt.Mode = c.mode
			c.ev.Finished = []string{"other"}
			out := g.Run(t.Context(), rt, c.ev)
			if c.want == "" {
				if len(out.Emitted) != 0 {
					t.Errorf("%d events were made", len(out.Emitted))
				}
				return
			}
			if len(out.Emitted) != 2 {
				t.Fatalf("%d events were made, want 2", len(out.Emitted))
			}
			for i, e := range out.Emitted {
				ev := e.Event
				if ev.Handler == nil || ev.Handler.Script != "s" || ev.Handler.Index != 1+2*i || string(ev.Outcome) != c.want {
					t.Errorf("handler %+v, outcome %s, want %s", ev.Handler, ev.Outcome, c.want)
				}
				if ev.ID == c.ev.ID || ev.Parent != c.ev.ID || ev.Origin != router.OriginBackground || ev.Wants != router.WantsNothing || ev.Attempt != 0 || ev.Seq != 0 {
					t.Errorf("event: %+v", ev)
				}
				if ev.Kind != c.ev.Kind || ev.SID != "CA1" || ev.Order != "CA1" || ev.Track != "" || len(ev.Finished) != 0 || !e.Due.IsZero() {
					t.Errorf("event: %+v", ev)
				}
			}
			a, b := out.Emitted[0].Event, out.Emitted[1].Event
			again := g.Run(t.Context(), rt, c.ev).Emitted[0].Event
			if a.DedupeKey() == "" || a.DedupeKey() == b.DedupeKey() || a.DedupeKey() != again.DedupeKey() {
				t.Errorf("dedupe keys %q, %q, and of another attempt %q", a.DedupeKey(), b.DedupeKey(), again.DedupeKey())
			}
		})
	}
}

func TestBackgroundHandlerRuns(t *testing.T) {
	for name, c := range map[string]struct {
		says    router.Step
		ref     router.HandlerRef
		verdict router.Verdict
		reason  string
		calls   int
	}{
		"it alone":           {silent, router.HandlerRef{Script: "s", Index: 1}, router.Passed, "", 1},
		"its reply":          {reply("x"), router.HandlerRef{Script: "s", Index: 1}, router.Passed, "", 1},
		"its drop":           {dropped, router.HandlerRef{Script: "s", Index: 1}, router.Passed, "", 1},
		"its failure":        {wrong, router.HandlerRef{Script: "s", Index: 1}, router.Failed, "r", 1},
		"a script gone":      {silent, router.HandlerRef{Script: "t", Index: 1}, router.Failed, `script "t" has no background handler 2 for call.received any more`, 0},
		"a handler gone":     {silent, router.HandlerRef{Script: "s", Index: 9}, router.Failed, `script "s" has no background handler 10 for call.received any more`, 0},
		"another in place":   {silent, router.HandlerRef{Script: "s", Index: 0}, router.Failed, `script "s" has no background handler 1 for call.received any more`, 0},
		"one of other kinds": {silent, router.HandlerRef{Script: "s", Index: 2}, router.Failed, `script "s" has no background handler 3 for call.received any more`, 0},
		"a negative one":     {silent, router.HandlerRef{Script: "s", Index: -1}, router.Failed, `script "s" has no background handler 0 for call.received any more`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := script("s", c.says, on("*"), behind("*"), behind("message.*"))
			g, rt := house(s)
			ev := call()
			ev.Wants, ev.Origin, ev.Handler = router.WantsNothing, router.OriginBackground, &c.ref
			out := g.Run(t.Context(), rt, ev)
			if out.Verdict != c.verdict || out.Reason != c.reason || out.Reply != nil || len(out.Emitted) != 0 {
				t.Errorf("verdict %s, reason %q, reply %s, %d events", out.Verdict, out.Reason, body(out.Reply), len(out.Emitted))
			}
			if got := calls(s); len(got) != c.calls || c.calls == 1 && (got[0].Handler != 1 || got[0].Inline) {
				t.Errorf("calls: %+v", got)
			}
			if c.calls == 1 && c.says.Verdict != router.Failed && c.says.Verdict != router.Passed && len(out.Steps[0].Warnings) == 0 {
				t.Error("what it returned is ignored without a warning")
			}
		})
	}
}
