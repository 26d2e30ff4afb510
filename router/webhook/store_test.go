package webhook_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
	"twirouter/router/memory"
	"twirouter/router/storetest"
)

// remembers is a runner that answers, writes and emits.
func remembers() runner {
	return func(context.Context, router.Call) router.Step {
		return router.Step{
			Verdict: router.Replied, Reply: twiml("<Message>hello</Message>"),
			Writes: []router.Write{{Bucket: "b", Key: "k", Val: []byte("1")}},
			Emits:  []router.Emit{{Kind: "app.told", Key: "once"}},
		}
	}
}

// Whatever call of the store fails, before or after it took effect: who waits is
// answered, facts get 503 or are in the store, and what a run wrote and emitted
// is there once or not at all. A moment later all is well, and recorded.
func TestStoreFailsAtEachCall(t *testing.T) {
	storetest.EachCall(t, func(t *testing.T, wrap func(router.Store) *storetest.Faulty) {
		synctest.Test(t, func(t *testing.T) {
			f := wrap(memory.New(memory.Options{}))
			w := newWorldOn(t, f, remembers())
			params := w.sms()
			got := w.do(w.form("/twilio", params...))
			w.want(got, 200, hello)
			time.Sleep(10 * time.Second) // what was late is recorded by now
			w.settle()
			again := w.do(w.form("/twilio", params...))
			if again.status != 200 && again.status != 500 {
				t.Errorf("again: %d %q", again.status, again.body)
			}
			fact := w.form("/twilio", w.fact()...)
			if got := w.do(fact); got.status != 204 && got.status != 503 {
				t.Errorf("a fact: %d", got.status)
			}
			w.settle()
			f.Fail = nil
			w.want(w.do(w.form("/twilio", params...)), 200, hello)
			w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
			w.settle()
			if w.door.StoreFailed() {
				t.Error("the door takes the store for ill")
			}
			emitted := 0
			for _, item := range w.items() {
				switch {
				case item.Event.Kind == "app.told":
					emitted++
				case item.Inline && (item.State != router.StateDone || item.Outcome.Verdict != router.Replied):
					t.Errorf("%s is %s, %+v", item.Event.SID, item.State, item.Outcome)
				}
			}
			if emitted != 1 {
				t.Errorf("emitted %d times", emitted)
			}
		})
	})
}

// A store that is gone: who waits is answered, facts get 503, and when it is
// back all is as before.
func TestStoreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := true
		f := &storetest.Faulty{Store: memory.New(memory.Options{})}
		f.Fail = func(int, string) storetest.Fault {
			if gone {
				return storetest.FaultBefore
			}
			return storetest.FaultNone
		}
		w := newWorldOn(t, f, nil)
		for range 20 {
			w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
			got := w.do(w.form("/twilio", w.fact()...))
			w.want(got, 503, "")
			if got.header.Get("Retry-After") != "2" {
				t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
			}
			w.want(w.do(w.json("/twilio", batch(1, 2))), 503, "")
		}
		n := w.door.Counts()
		if !w.door.StoreFailed() || n.Unrecorded.Load() != 20 || n.Unavailable.Load() != 60 {
			t.Errorf("%d unrecorded, %d unavailable", n.Unrecorded.Load(), n.Unavailable.Load())
		}
		for _, h := range w.watch.all() {
			if !h.how.Unrecorded || h.out.Verdict != router.Replied {
				t.Errorf("the watch was told %+v", h)
			}
		}
		if told := strings.Count(w.logs.String(), "the store cannot be written"); told != 1 {
			t.Errorf("the log tells it %d times", told)
		}
		time.Sleep(time.Minute)
		w.settle()
		gone = false
		params := w.sms()
		w.want(w.do(w.form("/twilio", params...)), 200, hello)
		w.want(w.do(w.form("/twilio", w.fact()...)), 204, "")
		if w.door.StoreFailed() || len(w.items()) != 2 || !strings.Contains(w.logs.String(), "can be written again") {
			t.Errorf("%d events; log: %s", len(w.items()), w.logs)
		}
		w.settle()
	})
}

// An unmatched fact is a fact: nothing that is not in the store is told 204.
func TestStoreGoneUnmatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &storetest.Faulty{Store: memory.New(memory.Options{})}
		f.Fail = func(int, string) storetest.Fault { return storetest.FaultBefore }
		w := newWorldOn(t, f, nil, each(func(r *router.Route) { r.On = []router.KindPattern{"video.*"} }))
		w.want(w.do(w.form("/twilio", w.fact()...)), 503, "")
		w.want(w.do(w.form("/twilio", w.sms()...)), 200, empty)
		w.settle()
	})
}

// hanging is a store that hangs in some of its methods, until its context ends
// or, if it is deaf, until it is released.
type hanging struct {
	router.Store
	in      map[string]bool
	deaf    bool
	release chan struct{}
}

func (h *hanging) hang(ctx context.Context, method string) error {
	switch {
	case !h.in[method]:
		return nil
	case h.deaf:
		<-h.release
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-h.release:
		return nil
	}
}

func (h *hanging) Append(ctx context.Context, events ...router.Accept) ([]router.Receipt, error) {
	if err := h.hang(ctx, "Append"); err != nil {
		return nil, err
	}
	return h.Store.Append(context.WithoutCancel(ctx), events...)
}

func (h *hanging) Commit(ctx context.Context, c router.Commit) error {
	if err := h.hang(ctx, "Commit"); err != nil {
		return err
	}
	return h.Store.Commit(context.WithoutCancel(ctx), c)
}

func (h *hanging) Refuse(ctx context.Context, r router.Refusal) error {
	if err := h.hang(ctx, "Refuse"); err != nil {
		return err
	}
	return h.Store.Refuse(ctx, r)
}

// A store that hangs costs an answer a part of its time, never all of it.
func TestStoreHangs(t *testing.T) {
	for _, c := range []struct {
		method string
		deaf   bool
		took   time.Duration
		status int
		body   string
	}{
		{"Append", false, 2500 * time.Millisecond, 200, hello},
		{"Commit", false, 2500 * time.Millisecond, 200, hello},
		{"Append", true, 10 * time.Second, 200, "sorry"},
		{"Commit", true, 10 * time.Second, 200, hello},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := &hanging{Store: memory.New(memory.Options{}), in: map[string]bool{c.method: true}, deaf: c.deaf, release: make(chan struct{})}
			w := newWorldOn(t, h, remembers(), each(func(r *router.Route) { r.Fallback.Messaging = []byte("sorry") }))
			params := w.sms()
			got, took := w.timed(params)
			w.want(got, c.status, c.body)
			within(t, c.method, took, c.took)
			if told := w.watch.all(); len(told) != 1 || !told[0].how.Unrecorded {
				t.Errorf("%s: the watch was told %+v", c.method, told)
			}
			close(h.release)
			w.settle()
			if c.deaf || c.method == "Commit" { // the store took it in the end
				item := w.items()[len(w.items())-1]
				if item.State != router.StateDone || string(item.Outcome.Reply.Body) != c.body {
					t.Errorf("%s: %s %+v", c.method, item.State, item.Outcome)
				}
				w.want(w.do(w.form("/twilio", params...)), c.status, c.body)
			}
			w.settle()
		})
	}
}

// A fact that the store does not take in time gets 503.
func TestStoreHangsOnFact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{Store: memory.New(memory.Options{}), in: map[string]bool{"Append": true}, release: make(chan struct{})}
		w := newWorldOn(t, h, nil)
		got, took := w.timed(w.fact())
		w.want(got, 503, "")
		within(t, "the answer", took, 10*time.Second)
	})
}

// Nobody who is refused waits for the store, and a flood of them leaves no crowd
// behind.
func TestStoreHangsOnRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{Store: memory.New(memory.Options{}), in: map[string]bool{"Refuse": true}, release: make(chan struct{})}
		w := newWorldOn(t, h, nil)
		begun := time.Now()
		for range 500 {
			r := w.form("/twilio", w.sms()...)
			r.Header.Set("X-Twilio-Signature", "forged")
			if got := w.do(r); got.status != 403 {
				t.Fatalf("%d", got.status)
			}
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("the answers took %s", took)
		}
		w.settle()
		if took := time.Since(begun); took != time.Second {
			t.Errorf("the rest took %s", took)
		}
		if n := strings.Count(w.logs.String(), "a refusal could not be recorded"); n != 50 {
			t.Errorf("%d of them reached the store", n)
		}
	})
}

// Where there is no room for what a script wrote its answer does not count.
func TestQuota(t *testing.T) {
	w := newWorldOn(t, memory.New(memory.Options{MaxState: 100}), func(context.Context, router.Call) router.Step {
		return router.Step{
			Verdict: router.Replied, Reply: twiml("done"), Logs: []router.LogLine{{Message: "a line"}},
			Writes: []router.Write{{Bucket: "b", Key: "k", Val: []byte(`"` + strings.Repeat("x", 1000) + `"`)}},
			Emits:  []router.Emit{{Kind: "app.told"}},
		}
	})
	params := w.sms()
	w.want(w.do(w.form("/twilio", params...)), 500, "")
	item := w.only()
	if item.State != router.StateDone || item.Outcome.Verdict != router.Failed || !strings.Contains(item.Outcome.Reason, "no room") {
		t.Errorf("%s %+v", item.State, item.Outcome)
	}
	if len(item.Outcome.Steps) != 1 || len(item.Outcome.Steps[0].Logs) != 1 {
		t.Errorf("what the script did is lost: %+v", item.Outcome.Steps)
	}
	if w.door.StoreFailed() {
		t.Error("the store is blamed for what a script wrote")
	}
	w.live.Swap(w.generation(2, nil))
	w.want(w.do(w.form("/twilio", params...)), 200, hello) // it was no answer
}

// panicky is a store that panics in one of its methods.
type panicky struct {
	router.Store
	in string
}

func (p *panicky) Append(ctx context.Context, events ...router.Accept) ([]router.Receipt, error) {
	if p.in == "Append" {
		panic("the store broke")
	}
	return p.Store.Append(ctx, events...)
}

func (p *panicky) Commit(ctx context.Context, c router.Commit) error {
	if p.in == "Commit" {
		panic("the store broke")
	}
	return p.Store.Commit(ctx, c)
}

func (p *panicky) Refuse(ctx context.Context, r router.Refusal) error {
	if p.in == "Refuse" {
		panic("the store broke")
	}
	return p.Store.Refuse(ctx, r)
}

func TestStorePanics(t *testing.T) {
	for _, c := range []struct {
		in     string
		params func(w *world) []string
		status int
		body   string
	}{
		{"Append", func(w *world) []string { return w.sms() }, 200, "sorry"},
		{"Append", func(w *world) []string { return w.call() }, 500, ""},
		{"Append", func(w *world) []string { return w.fact() }, 500, "500 internal error"},
		{"Commit", func(w *world) []string { return w.sms() }, 200, hello},
	} {
		w := newWorldOn(t, &panicky{Store: memory.New(memory.Options{}), in: c.in}, nil,
			each(func(r *router.Route) { r.Fallback.Messaging = []byte("sorry") })).listen()
		if got := w.do(w.form("/twilio", c.params(w)...)); got.status != c.status || !strings.HasPrefix(got.body, c.body) {
			t.Errorf("%s: %d %q", c.in, got.status, got.body)
		}
		if w.door.Counts().Panics.Load() != 1 || !strings.Contains(w.logs.String(), "the store broke") {
			t.Errorf("%s: log %s", c.in, w.logs)
		}
	}
	w := newWorldOn(t, &panicky{Store: memory.New(memory.Options{}), in: "Refuse"}, nil)
	r := w.form("/twilio", w.sms()...)
	r.Header.Set("X-Twilio-Signature", "forged")
	if got := w.do(r); got.status != 403 {
		t.Errorf("Refuse: %d", got.status)
	}
	w.settle()
	if w.door.Counts().Panics.Load() != 1 {
		t.Error("Refuse: the panic was not counted")
	}
}
