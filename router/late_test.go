package router_test

import (
	"context"
	"testing"

	"twirouter/router"
)

// A script that noticed the end too late, in a call that waited, has failed:
// nothing of it counts.
func TestLateStepFails(t *testing.T) {
	for _, verdict := range []router.Verdict{router.Replied, router.Dropped, router.Passed} {
		ctx, cancel := context.WithCancel(t.Context())
		late := script("late", silent, on("*"))
		late.Runner = &fake{say: func(router.Call) router.Step {
			cancel()
			st := reply("late")
			st.Verdict = verdict
			st.Writes = []router.Write{{Bucket: "late", Key: "k", Val: []byte("1")}}
			return st
		}}
		g, rt := house(late)
		rt.Fallback.Voice = []byte("fallback")
		out := g.Run(ctx, rt, call())
		if out.Verdict != router.Failed || body(out.Reply) != "200 fallback" || len(out.Writes()) != 0 {
			t.Errorf("%s: %s %s %v", verdict, out.Verdict, body(out.Reply), out.Writes())
		}
	}
}

// An answer of 200 always says something; what a script set beside it stays.
func TestEmptyAnswerIsWhole(t *testing.T) {
	for wants, want := range map[router.Wants]string{
		router.WantsVoice: emptyVoice, router.WantsMessaging: emptyVoice, router.WantsHook: "200 {}", router.WantsTaskRouter: "200 {}",
	} {
		st := router.Step{Verdict: router.Replied, Reply: &router.Reply{Status: 200, Headers: router.Params{{Key: "X", Value: "y"}}}}
		g, rt := house(script("a", st, on("*")))
		ev := call()
		ev.Wants = wants
		out := g.Run(t.Context(), rt, ev)
		if body(out.Reply) != want || out.Reply.Type == "" || out.Reply.Headers.Get("X") != "y" {
			t.Errorf("%s: %s %+v", wants, body(out.Reply), out.Reply)
		}
	}
}
