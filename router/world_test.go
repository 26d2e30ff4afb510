package router_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"go.uber.org/goleak"

	"twirouter/router"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a Runner that says what it is told to, and remembers its calls.
type fake struct {
	say   func(router.Call) router.Step
	calls []router.Call
}

func (f *fake) Run(_ context.Context, c router.Call) router.Step {
	f.calls = append(f.calls, c)
	return f.say(c)
}

// script is one that says step to what it has a handler for.
func script(name string, step router.Step, handlers ...router.Handler) *router.Script {
	return &router.Script{
		Name: name, File: "scripts/" + name + ".lua", Handlers: handlers,
		Runner: &fake{say: func(router.Call) router.Step { return step }},
	}
}

func calls(s *router.Script) []router.Call { return s.Runner.(*fake).calls }

// on is a handler in the chain.
func on(kinds ...router.KindPattern) router.Handler { return router.Handler{Kinds: kinds} }

// behind is a handler with background = true.
func behind(kinds ...router.KindPattern) router.Handler {
	return router.Handler{Kinds: kinds, Background: true}
}

// What a script can say.
var (
	silent  = router.Step{Verdict: router.Passed}
	wrong   = router.Step{Verdict: router.Failed, Reason: "r", Error: &router.ScriptError{File: "f.lua", Line: 3, Message: "boom"}}
	dropped = router.Step{Verdict: router.Dropped, Reason: "spam"}
)

func reply(body string) router.Step {
	return router.Step{Verdict: router.Replied, Reply: &router.Reply{Status: 200, Type: router.TypeTwiML, Body: []byte(body)}}
}

func refused() router.Step {
	return router.Step{Verdict: router.Replied, Refused: true, Reason: "blocked", Reply: &router.Reply{Status: 403}}
}

// house is a generation with one route for the scripts.
func house(scripts ...*router.Script) (*router.Generation, *router.Route) {
	rt := &router.Route{
		Name: "default", Path: "/twilio", Scripts: scripts, Mode: router.ModeAuto, Timeout: 10 * time.Second,
		Limits: router.Limits{Instructions: 7},
	}
	g := &router.Generation{Number: 3, Routes: []*router.Route{rt}, Scripts: scripts}
	return g.Finish(time.Now, router.NewIDs(time.Now, rand.Reader)), rt
}

// call is a voice request that wants an answer; fact one that wants none.
func call() *router.Event {
	return &router.Event{
		ID: "C1", Kind: "call.received", Product: "voice", Account: "AC1", SID: "CA1", Wants: router.WantsVoice,
		Path: "/twilio", Origin: router.OriginDoor, Route: "default", Attempt: 1, Order: "CA1", Track: "CA1",
		Vars: map[string]any{"v": "w"},
	}
}

func fact() *router.Event {
	ev := call()
	ev.ID, ev.Kind, ev.Product, ev.Wants = "F1", "message.delivered", "messaging", router.WantsNothing
	return ev
}
