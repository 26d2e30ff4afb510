package webhook_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/memory"
	"twirouter/router/twilio"
)

// Every kind that Twilio sends gets the empty answer of its kind where no script
// speaks, and is recorded.
func TestEmptyAnswers(t *testing.T) {
	silent := runner(func(context.Context, router.Call) router.Step { return router.Step{Verdict: router.Passed} })
	built := 0
	for _, info := range twilio.Kinds() {
		draft, err := twilio.Build(info.Kind, nil, twilio.BuildOptions{Account: mainSID, Now: time.Now(), Rand: rand.Reader})
		if notSent := (*twilio.KindError)(nil); errors.As(err, &notSent) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		built++
		for _, mode := range []router.Mode{router.ModeAuto, router.ModeInline, router.ModeBackground} {
			w := newWorld(t, silent, each(func(r *router.Route) { r.Mode = mode }))
			signer := twilio.Credential{Secret: token}
			var r *http.Request
			if draft.JSON != nil {
				r = w.message(signer.SignJSON(w.base+"/twilio", draft.JSON))
			} else {
				r = w.message(signer.SignForm(w.base+"/twilio", draft.Params))
			}
			for _, h := range draft.Headers {
				r.Header.Set(h.Key, h.Value)
			}
			got := w.do(r)
			w.settle()
			item := w.only()
			if item.Event.Kind != info.Kind {
				t.Errorf("%s was taken for %s", info.Kind, item.Event.Kind)
			}
			status, contentType, body := 204, "", ""
			switch {
			case info.Wants.TwiML():
				status, contentType, body = 200, router.TypeTwiML, empty
			case info.Wants.JSON():
				status, contentType, body = 200, router.TypeJSON, "{}"
			}
			if got.status != status || got.body != body || got.header.Get("Content-Type") != contentType {
				t.Errorf("%s, %s: %d %q %s, want %d %q %s", info.Kind, mode, got.status, got.body, got.header.Get("Content-Type"), status, body, contentType)
			}
			decision := info.Wants.JSON() || info.Wants == router.WantsStatus
			inline := mode == router.ModeInline || info.Wants.Reply() && mode == router.ModeAuto || decision
			if item.Event.Batch > 0 {
				inline = false
			}
			state := router.StateQueued
			if inline {
				state = router.StateDone
			}
			if item.State != state || item.Inline != inline {
				t.Errorf("%s, %s: %s, inline %v, want %s, %v", info.Kind, mode, item.State, item.Inline, state, inline)
			}
		}
	}
	if built < 50 {
		t.Errorf("only %d kinds can be built", built)
	}
}

func TestFactIsQueued(t *testing.T) {
	ran := make(chan string, 1)
	w := newWorld(t, func(context.Context, router.Call) router.Step {
		ran <- "ran"
		return router.Step{Verdict: router.Passed}
	}).listen()
	got := w.do(w.form("/twilio", w.fact()...))
	w.want(got, 204, "")
	if got.header.Get("Content-Type") != "" || got.header.Get("Content-Length") != "" {
		t.Errorf("204 with %v", got.header)
	}
	item := w.only()
	if item.State != router.StateQueued || item.Inline || !item.Event.Queued || item.Event.Kind != "message.delivered" {
		t.Errorf("%s %+v", item.State, item.Event)
	}
	if len(ran) != 0 {
		t.Error("the door ran a fact")
	}
	h := w.watch.all()
	if len(h) != 1 || h[0].out != nil || h[0].how.Duplicate || h[0].how.Reply.Status != 204 || h[0].how.Took <= 0 {
		t.Errorf("the watch was told %+v", h)
	}
}

// mode = "inline" runs facts before the answer: 204, or 500 if they failed.
func TestInlineFact(t *testing.T) {
	for _, c := range []struct {
		step   router.Step
		status int
	}{
		{router.Step{Verdict: router.Passed}, 204},
		{router.Step{Verdict: router.Dropped, Reason: "no"}, 204},
		{router.Step{Verdict: router.Replied, Reply: twiml("")}, 204},
		{router.Step{Verdict: router.Failed, Error: &router.ScriptError{Message: "boom"}}, 500},
	} {
		w := newWorld(t, func(_ context.Context, call router.Call) router.Step {
			if !call.Inline {
				t.Error("the script was not told that somebody waits")
			}
			return c.step
		}, each(func(r *router.Route) { r.Mode = router.ModeInline }))
		w.want(w.do(w.form("/twilio", w.fact()...)), c.status, "")
		if item := w.only(); item.State != router.StateDone {
			t.Errorf("%s: %s", c.step.Verdict, item.State)
		}
	}
}

func TestModeBackground(t *testing.T) {
	w := newWorld(t, nil, each(func(r *router.Route) { r.Mode = router.ModeBackground }))
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, empty)
	if item := w.only(); item.State != router.StateQueued {
		t.Errorf("%s", item.State)
	}
}

// What no route takes gets the empty answer and is recorded as passed.
func TestUnmatched(t *testing.T) {
	none := func(g *router.Generation) { each(func(r *router.Route) { r.On = []router.KindPattern{"video.*"} })(g) }
	w := newWorld(t, nil, none)
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, empty)
	item := w.only()
	if item.State != router.StateDone || item.Outcome.Verdict != router.Passed || len(item.Outcome.Warnings) != 1 || item.Event.Route != "" {
		t.Errorf("%s %+v", item.State, item.Outcome)
	}
	w.want(w.do(w.form("/twilio", w.fact()...)), 204, "")
	if item := w.items()[0]; item.State != router.StateDone || len(item.Outcome.Warnings) != 0 {
		t.Errorf("a fact: %s %+v", item.State, item.Outcome)
	}
	w.want(w.do(w.form("/twilio", "Strange", "thing")), 204, "")
	if item := w.items()[0]; item.Event.Kind != "twilio.unknown" || item.State != router.StateDone {
		t.Errorf("%+v", item)
	}
	if running, _ := w.gate.Inside(); running != 0 {
		t.Errorf("%d places are taken", running)
	}
}

// The URL's step names the one handler that runs, for what wants an answer.
func TestStep(t *testing.T) {
	var asked []string
	w := newWorld(t, func(_ context.Context, c router.Call) router.Step {
		asked = append(asked, c.Step)
		return router.Step{Verdict: router.Replied, Reply: twiml("<Say>" + c.Step + "</Say>")}
	})
	say := func(what string) string { return router.Declaration + "<Response><Say>" + what + "</Say></Response>" }
	w.want(w.do(w.form("/twilio?step=s.next", w.call()...)), 200, say("next"))
	w.want(w.do(w.form("/twilio?x=1&step=s%2Enext&step=s.other", w.call()...)), 200, say("next"))
	w.want(w.do(w.get("/twilio?step=s.next", w.call()...)), 200, say("next"))
	w.want(w.do(w.form("/twilio?nostep=s.next", w.call()...)), 200, say(""))
	w.want(w.do(w.form("/twilio?step=", w.call()...)), 200, say(""))
	w.want(w.do(w.form("/twilio?step=s.nowhere", w.call()...)), 500, "")
	if out := w.items()[0].Outcome; out.Verdict != router.Failed || !strings.Contains(out.Reason, "nowhere") {
		t.Errorf("an unknown step: %+v", out)
	}
	w.want(w.do(w.form("/twilio?step=s.nowhere", w.fact()...)), 204, "")
	if len(asked) != 5 {
		t.Errorf("ran %q", asked)
	}
}

const cloudEvent = `{"specversion":"1.0","type":"com.twilio.messaging.message.%s","source":"/x","id":"EZ%d","data":{"messageSid":"SM%d"}}`

// batch is a body of n CloudEvents, with ids from first.
func batch(first, n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(cloudEvent, "delivered", first+i, first+i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// counting counts calls of Append and how many events each had.
type counting struct {
	router.Store
	appends []int
}

func (c *counting) Append(ctx context.Context, events ...router.Accept) ([]router.Receipt, error) {
	c.appends = append(c.appends, len(events))
	return c.Store.Append(ctx, events...)
}

// A batch is one append, all or nothing, whatever its mode, and then 204.
func TestBatch(t *testing.T) {
	for _, mode := range []router.Mode{router.ModeAuto, router.ModeInline, router.ModeBackground} {
		c := &counting{Store: memory.New(memory.Options{})}
		w := newWorldOn(t, c, func(context.Context, router.Call) router.Step { t.Error("the door ran it"); return router.Step{} },
			each(func(r *router.Route) { r.Mode = mode }))
		w.want(w.do(w.json("/twilio", batch(1, 20))), 204, "")
		if len(c.appends) != 1 || c.appends[0] != 20 {
			t.Errorf("%s: appends of %v", mode, c.appends)
		}
		for _, item := range w.items() {
			if item.State != router.StateQueued || item.Event.Batch != 20 {
				t.Errorf("%s: %s, batch of %d", mode, item.State, item.Event.Batch)
			}
		}
		// Twilio sends one of them again, beside a new one.
		w.want(w.do(w.json("/twilio", batch(20, 2))), 204, "")
		w.want(w.do(w.json("/twilio", batch(21, 1))), 204, "")
		if items := w.items(); len(items) != 21 || w.door.Counts().Duplicates.Load() != 2 || w.door.Counts().Accepted.Load() != 23 {
			t.Errorf("%s: %d events, %d duplicates", mode, len(items), w.door.Counts().Duplicates.Load())
		}
		if h := w.watch.all(); len(h) != 23 || h[0].how.Duplicate || !h[20].how.Duplicate || h[21].how.Duplicate {
			t.Errorf("%s: the watch was told of %d", mode, len(h))
		}
	}
}

// Of a batch that routes take in part, the rest is in the same append, and
// recorded as passed.
func TestBatchInPart(t *testing.T) {
	c := &counting{Store: memory.New(memory.Options{})}
	w := newWorldOn(t, c, nil, each(func(r *router.Route) { r.On = []router.KindPattern{"eventstreams.messaging.message.sent", "*.sent"} }))
	body := "[" + fmt.Sprintf(cloudEvent, "sent", 1, 1) + "," + fmt.Sprintf(cloudEvent, "delivered", 2, 2) + "," + fmt.Sprintf(cloudEvent, "sent", 3, 3) + "]"
	w.want(w.do(w.json("/twilio", body)), 204, "")
	w.settle()
	var states []router.State
	for _, item := range w.items() {
		states = append(states, item.State)
	}
	if fmt.Sprint(states) != "[queued done queued]" || fmt.Sprint(c.appends) != "[3]" {
		t.Errorf("states %v, appends %v", states, c.appends)
	}
	w.want(w.do(w.json("/twilio", body)), 204, "")
	if n := w.door.Counts().Duplicates.Load(); n != 3 {
		t.Errorf("%d duplicates, want 3", n)
	}
}

func TestBatchWithoutRoom(t *testing.T) {
	w := newWorldOn(t, memory.New(memory.Options{MaxEvents: 5}), nil)
	got := w.do(w.json("/twilio", batch(1, 6)))
	w.want(got, 503, "")
	if got.header.Get("Retry-After") == "" || len(w.items()) != 0 || w.door.Counts().Unavailable.Load() != 6 {
		t.Errorf("Retry-After %q, %d events", got.header.Get("Retry-After"), len(w.items()))
	}
	if !w.door.StoreFailed() {
		t.Error("the door takes the store for well")
	}
	w.want(w.do(w.json("/twilio", batch(1, 5))), 204, "")
	if w.door.StoreFailed() {
		t.Error("the door takes the store for ill")
	}
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello) // answers have room all the same
}

// A panic of a route's condition, or of the watch, is one request's.
func TestPanics(t *testing.T) {
	w := newWorld(t, nil, each(func(r *router.Route) { r.When = panicking{} })).listen()
	for range 2 { // the connection lives
		got := w.do(w.form("/twilio", w.sms()...))
		if got.status != 500 || !strings.HasPrefix(got.body, "500 internal error; the log has it under ") {
			t.Errorf("%d %q", got.status, got.body)
		}
		id := strings.TrimSpace(got.body[strings.LastIndex(got.body, " "):])
		if !strings.Contains(w.logs.String(), "event="+id) || !strings.Contains(w.logs.String(), "the condition broke") {
			t.Errorf("the log has nothing under %s: %s", id, w.logs)
		}
	}
	// The route that would have been asked has a fallback for what wants TwiML.
	w.live.Swap(w.generation(2, nil, each(func(r *router.Route) {
		r.When, r.Fallback.Messaging = panicking{}, []byte("<Response>sorry</Response>")
	})))
	got := w.do(w.form("/twilio", w.sms()...))
	w.want(got, 200, "<Response>sorry</Response>")
	if got.header.Get("Content-Type") != router.TypeTwiML {
		t.Errorf("Content-Type %s", got.header.Get("Content-Type"))
	}
	if got := w.do(w.form("/twilio", w.fact()...)); got.status != 500 {
		t.Errorf("a fact: %d", got.status)
	}

	w.watch.panics = true
	w.live.Swap(w.generation(3, nil))
	w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
	w.want(w.do(w.form("/twilio", w.fact()...)), 204, "")
	if n := w.door.Counts().Panics.Load(); n != 6 {
		t.Errorf("%d panics counted, want 6", n)
	}
}

type panicking struct{}

func (panicking) Eval(context.Context, *router.Event) (any, error) { panic("the condition broke") }

// A panic under a script is answered by the fallback and recorded, and its place
// is free again.
func TestRunnerPanics(t *testing.T) {
	w := newWorld(t, func(context.Context, router.Call) router.Step { panic("the runner broke") },
		each(func(r *router.Route) { r.Fallback.Voice = []byte("<Response>sorry</Response>") }))
	w.want(w.do(w.form("/twilio", w.sms()...)), 500, "")
	w.want(w.do(w.form("/twilio", w.call()...)), 200, "<Response>sorry</Response>")
	for _, item := range w.items() {
		if item.State != router.StateDone || item.Outcome.Verdict != router.Failed {
			t.Errorf("%s %+v", item.State, item.Outcome)
		}
	}
	if running, _ := w.gate.Inside(); running != 0 || !strings.Contains(w.logs.String(), "the runner broke") {
		t.Errorf("%d places are taken; log: %s", running, w.logs)
	}
}

// What a script's answer may not do is to leave the client guessing.
func TestOddReplies(t *testing.T) {
	for _, c := range []struct {
		reply  router.Reply
		status int
		kind   string
		body   string
	}{
		{router.Reply{Status: 200, Body: []byte("hello")}, 200, "application/octet-stream", "hello"},
		{router.Reply{Status: 200, Body: []byte("hello"), Headers: router.Params{{Key: "Content-Type", Value: "text/csv"}}}, 200, "text/csv", "hello"},
		{router.Reply{Status: 200}, 200, router.TypeTwiML, router.Declaration + "<Response/>"},
		{router.Reply{Status: 0}, 500, "", ""},
		{router.Reply{Status: 101, Body: []byte("x")}, 500, "", ""},
		{router.Reply{Status: 1000, Body: []byte("x")}, 500, "", ""},
		{router.Reply{Status: 204, Body: []byte("x"), Type: "text/xml"}, 204, "", ""},
		{router.Reply{Status: 302, Headers: router.Params{{Key: "Location", Value: "https://x.example/"}}}, 302, "", ""},
	} {
		w := newWorld(t, func(context.Context, router.Call) router.Step {
			return router.Step{Verdict: router.Replied, Reply: &c.reply}
		}).listen()
		got := w.do(w.form("/twilio", w.sms()...))
		if got.status != c.status || got.header.Get("Content-Type") != c.kind || got.body != c.body {
			t.Errorf("%+v: %d %s %q", c.reply, got.status, got.header.Get("Content-Type"), got.body)
		}
		for _, h := range c.reply.Headers {
			if got.header.Get(h.Key) != h.Value {
				t.Errorf("%s: %q, want %q", h.Key, got.header.Get(h.Key), h.Value)
			}
		}
	}
}

// breaking panics when the answer is to be written.
type breaking struct{ http.ResponseWriter }

func (breaking) WriteHeader(int) { panic("the connection broke") }

// What breaks while the answer is written ends the connection: net/http would
// make an empty 200 of it.
func TestPanicWhileWriting(t *testing.T) {
	w := newWorld(t, nil)
	r := w.form("/twilio", w.sms()...)
	r.RequestURI = "/twilio"
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("ended with %v", p)
		}
		if !strings.Contains(w.logs.String(), "the connection broke") {
			t.Errorf("the log says nothing: %s", w.logs)
		}
	}()
	w.door.Handler().ServeHTTP(breaking{httptest.NewRecorder()}, r)
}
