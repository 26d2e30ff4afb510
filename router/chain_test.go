package router_test

import (
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
