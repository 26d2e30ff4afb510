package router_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

// steps is which scripts were run, and what each came to: "a passed, b failed".
func steps(out router.Outcome) string {
	var parts []string
	for _, st := range out.Steps {
		parts = append(parts, st.Script+" "+string(st.Verdict))
	}
	return strings.Join(parts, ", ")
}

func body(r *router.Reply) string {
	if r == nil {
		return "none"
	}
	return fmt.Sprintf("%d %s", r.Status, r.Body)
}

const emptyVoice = `200 <?xml version="1.0" encoding="UTF-8"?><Response/>`

// TestAnswer: an event that wants an answer goes from script to script until
// one speaks.
func TestAnswer(t *testing.T) {
	every := on("*")
	for name, c := range map[string]struct {
		scripts []*router.Script
		change  func(*router.Event, *router.Route)
		steps   string
		verdict router.Verdict
		reply   string
		reason  string
		warning string
	}{
		"the first that speaks": {
			scripts: []*router.Script{script("a", silent, every), script("b", reply("<Response>b</Response>"), every), script("c", reply("c"), every)},
			steps:   "a passed, b replied", verdict: router.Replied, reply: "200 <Response>b</Response>",
		},
		"a drop is the empty answer": {
			scripts: []*router.Script{script("a", dropped, every), script("b", reply("b"), every)},
			steps:   "a dropped", verdict: router.Dropped, reply: emptyVoice, reason: "spam",
		},
		"a refusal is a reply": {
			scripts: []*router.Script{script("a", refused(), every), script("b", reply("b"), every)},
			steps:   "a replied", verdict: router.Replied, reply: "403 ", reason: "blocked",
		},
		"an error ends it, Twilio's fallback takes over": {
			scripts: []*router.Script{script("a", wrong, every), script("b", reply("b"), every)},
			steps:   "a failed", verdict: router.Failed, reply: "500 ", reason: "r",
		},
		"an error with a fallback of the route": {
			scripts: []*router.Script{script("a", wrong, every)},
			change:  func(_ *router.Event, rt *router.Route) { rt.Fallback.Voice = []byte("<Response>later</Response>") },
			steps:   "a failed", verdict: router.Failed, reply: "200 <Response>later</Response>", reason: "r",
		},
		"the fallback of another kind is none": {
			scripts: []*router.Script{script("a", wrong, every)},
			change:  func(_ *router.Event, rt *router.Route) { rt.Fallback.Messaging = []byte("<Response/>") },
			steps:   "a failed", verdict: router.Failed, reply: "500 ", reason: "r",
		},
		"nobody speaks": {
			scripts: []*router.Script{script("a", silent, every)},
			steps:   "a passed", verdict: router.Passed, reply: emptyVoice, warning: "no script answered call.received",
		},
		"nobody handles it": {
			scripts: []*router.Script{script("a", reply("a"), on("message.*")), script("b", reply("b"), behind("*"))},
			verdict: router.Passed, reply: emptyVoice, warning: "no script handles call.received",
		},
		"a handler for another number or account": {
			scripts: []*router.Script{
				script("a", reply("a"), router.Handler{Kinds: []router.KindPattern{"*"}, To: "+15005550006"}),
				script("b", reply("b"), router.Handler{Kinds: []router.KindPattern{"*"}, Account: "AC2"}),
				script("c", reply("c"), router.Handler{Kinds: []router.KindPattern{"*"}, To: "+15005550007", Account: "AC1"}),
			},
			change: func(ev *router.Event, _ *router.Route) { ev.To = "+15005550007" },
			steps:  "c replied", verdict: router.Replied, reply: "200 c",
		},
		"retry() cannot be where somebody waits": {
			scripts: []*router.Script{script("a", router.Step{Verdict: router.Failed, Retry: &router.Retry{After: time.Second}}, every)},
			steps:   "a failed", verdict: router.Failed, reply: "500 ",
		},
		"scripts finished in an earlier attempt are run again": {
			scripts: []*router.Script{script("a", silent, every), script("b", reply("b"), every)},
			change:  func(ev *router.Event, _ *router.Route) { ev.Finished = []string{"a"} },
			steps:   "a passed, b replied", verdict: router.Replied, reply: "200 b",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, rt := house(c.scripts...)
			ev := call()
			if c.change != nil {
				c.change(ev, rt)
			}
			out := g.Run(t.Context(), rt, ev)
			if steps(out) != c.steps || out.Verdict != c.verdict || out.Reason != c.reason {
				t.Errorf("steps %q, verdict %s, reason %q, want %q, %s, %q", steps(out), out.Verdict, out.Reason, c.steps, c.verdict, c.reason)
			}
			if body(out.Reply) != c.reply {
				t.Errorf("reply %s, want %s", body(out.Reply), c.reply)
			}
			if got := strings.Join(out.Warnings, "\n"); !strings.Contains(got, c.warning) || c.warning == "" && got != "" {
				t.Errorf("warnings %q, want %q", got, c.warning)
			}
			if !out.Answer || out.Generation != 3 || out.Route != "default" || out.Duration < 0 {
				t.Errorf("outcome: %+v", out)
			}
			for _, s := range c.scripts {
				for _, call := range calls(s) {
					if call.Event != ev || !call.Inline || call.Step != "" || call.Handler != -1 || call.Limits.Instructions != 7 {
						t.Errorf("%s was called with %+v", s.Name, call)
					}
				}
			}
		})
	}
}

func TestRetryInlineSaysWhatToDo(t *testing.T) {
	g, rt := house(script("a", router.Step{Verdict: router.Failed, Retry: &router.Retry{After: time.Second}}, on("*")))
	out := g.Run(t.Context(), rt, call())
	st := out.Steps[0]
	if st.Retry != nil || st.Error == nil || !strings.Contains(st.Error.Error(), "scripts/a.lua: retry() is for facts") {
		t.Errorf("step %+v, error %v", st, st.Error)
	}
}

// TestEmptyAnswers: what a kind gets that nobody answers.
func TestEmptyAnswers(t *testing.T) {
	const xml = `200 <?xml version="1.0" encoding="UTF-8"?><Response/>`
	for wants, want := range map[router.Wants]string{
		router.WantsVoice: xml, router.WantsMessaging: xml, router.WantsFax: xml,
		router.WantsHook: "200 {}", router.WantsTaskRouter: "200 {}", router.WantsFrontline: "200 {}", router.WantsAutopilot: "200 {}",
		router.WantsStatus: "204 ",
	} {
		g, rt := house()
		ev := call()
		ev.Wants = wants
		if out := g.Run(t.Context(), rt, ev); body(out.Reply) != want || out.Verdict != router.Passed || len(out.Warnings) != 1 {
			t.Errorf("%s: reply %s, verdict %s, warnings %q", wants, body(out.Reply), out.Verdict, out.Warnings)
		}
	}
}

// TestFact: a fact goes through all scripts, each on its own.
func TestFact(t *testing.T) {
	every := on("*")
	for name, c := range map[string]struct {
		scripts  []*router.Script
		change   func(*router.Event, *router.Route)
		steps    string
		verdict  router.Verdict
		reply    string
		reason   string
		finished string
		warning  string // of the first step
	}{
		"all of them": {
			scripts: []*router.Script{script("a", silent, every), script("b", silent, on("call.*")), script("c", silent, on("message.*"))},
			steps:   "a passed, c passed", verdict: router.Passed, reply: "none", finished: "a,c",
		},
		"an error is its script's alone": {
			scripts: []*router.Script{script("a", wrong, every), script("b", silent, every)},
			steps:   "a failed, b passed", verdict: router.Failed, reply: "none", reason: "r", finished: "b",
		},
		"of two errors the first is told": {
			scripts: []*router.Script{script("a", wrong, every), script("b", router.Step{Verdict: router.Failed, Reason: "second"}, every)},
			steps:   "a failed, b failed", verdict: router.Failed, reply: "none", reason: "r",
		},
		"a drop ends it for the scripts after it": {
			scripts: []*router.Script{script("a", silent, every), script("b", dropped, every), script("c", silent, every), script("d", silent, on("call.*"))},
			steps:   "a passed, b dropped", verdict: router.Dropped, reply: "none", reason: "spam", finished: "a,b,c",
		},
		"a drop does not undo an error": {
			scripts: []*router.Script{script("a", wrong, every), script("b", dropped, every), script("c", silent, every)},
			steps:   "a failed, b dropped", verdict: router.Failed, reply: "none", reason: "r", finished: "b,c",
		},
		"what has finished is not run again": {
			scripts: []*router.Script{script("a", wrong, every), script("b", silent, every), script("c", silent, every)},
			change:  func(ev *router.Event, _ *router.Route) { ev.Finished = []string{"a", "c", "gone"} },
			steps:   "b passed", verdict: router.Passed, reply: "none", finished: "a,c,gone,b",
		},
		"a reply is not sent": {
			scripts: []*router.Script{script("a", reply("x"), every), script("b", silent, every)},
			steps:   "a passed, b passed", verdict: router.Passed, reply: "none", finished: "a,b", warning: "message.delivered wants no reply",
		},
		"nor a refusal": {
			scripts: []*router.Script{script("a", refused(), every), script("b", silent, every)},
			steps:   "a passed, b passed", verdict: router.Passed, reply: "none", finished: "a,b", warning: "message.delivered wants no reply",
		},
		"retry is a failure that asks": {
			scripts: []*router.Script{script("a", router.Step{Verdict: router.Failed, Retry: &router.Retry{After: time.Second}}, every)},
			steps:   "a failed", verdict: router.Failed, reply: "none",
		},
		"nobody handles it": {verdict: router.Passed, reply: "none"},
		"inline": {
			scripts: []*router.Script{script("a", silent, every), script("b", reply("x"), every)},
			change:  func(_ *router.Event, rt *router.Route) { rt.Mode = router.ModeInline },
			steps:   "a passed, b passed", verdict: router.Passed, reply: "204 ", finished: "a,b",
		},
		"inline, an error": {
			scripts: []*router.Script{script("a", wrong, every), script("b", silent, every)},
			change:  func(_ *router.Event, rt *router.Route) { rt.Mode = router.ModeInline },
			steps:   "a failed, b passed", verdict: router.Failed, reply: "500 ", reason: "r", finished: "b",
		},
		"a step in its URL is not looked at": {
			scripts: []*router.Script{script("a", silent, every)},
			change:  func(ev *router.Event, _ *router.Route) { ev.Step = "a.x" },
			steps:   "a passed", verdict: router.Passed, reply: "none", finished: "a",
		},
		"a request for an answer in the background": {
			scripts: []*router.Script{script("a", reply("x"), every), script("b", silent, every)},
			change: func(ev *router.Event, rt *router.Route) {
				ev.Wants, rt.Mode = router.WantsMessaging, router.ModeBackground
			},
			steps: "a passed, b passed", verdict: router.Passed, reply: "none", finished: "a,b", warning: "wants no reply here",
		},
		"a queued one, whatever the route says by now": {
			scripts: []*router.Script{script("a", reply("x"), every), script("b", wrong, every)},
			change: func(ev *router.Event, rt *router.Route) {
				ev.Wants, ev.Queued, rt.Mode = router.WantsMessaging, true, router.ModeInline
			},
			steps: "a passed, b failed", verdict: router.Failed, reply: "none", reason: "r", finished: "a", warning: "wants no reply here",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, rt := house(c.scripts...)
			ev := fact()
			if c.change != nil {
				c.change(ev, rt)
			}
			before := slices.Clone(ev.Finished)
			out := g.Run(t.Context(), rt, ev)
			if steps(out) != c.steps || out.Verdict != c.verdict || out.Reason != c.reason || body(out.Reply) != c.reply {
				t.Errorf("steps %q, verdict %s, reason %q, reply %s, want %q, %s, %q, %s",
					steps(out), out.Verdict, out.Reason, body(out.Reply), c.steps, c.verdict, c.reason, c.reply)
			}
			if got := strings.Join(out.Finished, ","); got != c.finished || out.Answer {
				t.Errorf("finished %q, answer %v, want %q and none", got, out.Answer, c.finished)
			}
			if !slices.Equal(ev.Finished, before) {
				t.Errorf("the event was changed: finished %q", ev.Finished)
			}
			if c.warning != "" && !strings.Contains(strings.Join(out.Steps[0].Warnings, "\n"), c.warning) {
				t.Errorf("warnings %q, want %q", out.Steps[0].Warnings, c.warning)
			}
		})
	}
}

func TestStep(t *testing.T) {
	build := func(steps ...router.Step) []*router.Script {
		a := script("a", steps[0], on("*"))
		b := script("support/b", steps[1], on("*"))
		b.Steps = []string{"choice", "bye"}
		return []*router.Script{a, b}
	}
	for name, c := range map[string]struct {
		step    string
		says    router.Step
		steps   string
		verdict router.Verdict
		reply   string
		reason  string
	}{
		"its handler alone":          {"support/b.choice", reply("b"), "support/b replied", router.Replied, "200 b", ""},
		"a failing one":              {"support/b.bye", wrong, "support/b failed", router.Failed, "500 ", "r"},
		"a silent one":               {"support/b.bye", silent, "support/b passed", router.Passed, emptyVoice, ""},
		"a dropping one":             {"support/b.bye", dropped, "support/b dropped", router.Dropped, emptyVoice, "spam"},
		"a step that is not there":   {"support/b.gone", silent, "", router.Failed, "500 ", `scripts/support/b.lua declares no step("gone")`},
		"a script that is not there": {"c.choice", silent, "", router.Failed, "500 ", `no script "c" on route default for step "c.choice"`},
		"not a step's name":          {"choice", silent, "", router.Failed, "500 ", `step "choice" is not of the form script.step`},
		"a hostile one":              {".", silent, "", router.Failed, "500 ", `no script "" on route default for step "."`},
	} {
		t.Run(name, func(t *testing.T) {
			scripts := build(reply("a"), c.says)
			g, rt := house(scripts...)
			ev := call()
			ev.Step = c.step
			out := g.Run(t.Context(), rt, ev)
			if steps(out) != c.steps || out.Verdict != c.verdict || body(out.Reply) != c.reply || out.Reason != c.reason {
				t.Errorf("steps %q, verdict %s, reply %s, reason %q, want %q, %s, %s, %q",
					steps(out), out.Verdict, body(out.Reply), out.Reason, c.steps, c.verdict, c.reply, c.reason)
			}
			if n := len(calls(scripts[0])); n != 0 {
				t.Errorf("the script that is not named was called %d times", n)
			}
			for _, call := range calls(scripts[1]) {
				if "support/b."+call.Step != c.step || call.Handler != -1 {
					t.Errorf("it was called with %+v", call)
				}
			}
		})
	}
	t.Run("of a script that the route does not have", func(t *testing.T) {
		scripts := build(silent, reply("b"))
		g, rt := house(scripts...)
		rt.Scripts = scripts[:1]
		ev := call()
		ev.Step = "support/b.choice"
		if out := g.Run(t.Context(), rt, ev); out.Verdict != router.Failed || len(out.Steps) != 0 {
			t.Errorf("verdict %s, steps %q", out.Verdict, steps(out))
		}
	})
}

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
		"after the answer":    {call(), reply("<Response/>"), router.ModeAuto, `{"verdict":"replied","status":200,"body":"\u003cResponse/\u003e"}`},
		"after a failure":     {call(), wrong, router.ModeAuto, `{"verdict":"failed","reason":"r","status":500}`},
		"when nobody spoke":   {call(), silent, router.ModeAuto, `{"verdict":"passed","status":200,"body":"\u003c?xml version=\"1.0\" encoding=\"UTF-8\"?\u003e\u003cResponse/\u003e"}`},
		"not after a drop":    {call(), dropped, router.ModeAuto, ""},
		"not after a refusal": {call(), refused(), router.ModeAuto, ""},
		"of a fact":           {fact(), silent, router.ModeAuto, `{"verdict":"passed"}`},
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

func TestReplayIsAnswered(t *testing.T) {
	g, rt := house(script("a", reply("x"), on("*")))
	ev := call()
	ev.Origin, ev.ReplayOf = router.OriginReplay, "C0"
	if out := g.Run(t.Context(), rt, ev); body(out.Reply) != "200 x" {
		t.Errorf("reply %s", body(out.Reply))
	}
}

func TestErrorText(t *testing.T) {
	g, rt := house(script("a", wrong, on("*")))
	out := g.Run(t.Context(), rt, call())
	if got := out.ErrorText(); got != "f.lua:3: boom" {
		t.Errorf("ErrorText: %q", got)
	}
	out = router.Outcome{Verdict: router.Failed, Reason: "process died"}
	if got := out.ErrorText(); got != "process died" {
		t.Errorf("ErrorText: %q", got)
	}
	out.Verdict = router.Dropped
	if got := out.ErrorText(); got != "" {
		t.Errorf("ErrorText: %q", got)
	}
}
