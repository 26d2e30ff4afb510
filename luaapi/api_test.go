package luaapi

import (
	"context"
	"strings"
	"testing"
	"time"

	"twirouter/luaapi/fetch"
	"twirouter/router"
)

// memoryKV is the least of a store: what store.get can find.
type memoryKV map[string]string

func (m memoryKV) Get(_ context.Context, bucket, key string) ([]byte, uint64, error) {
	if v, ok := m[bucket+" "+key]; ok {
		return []byte(v), 1, nil
	}
	return nil, 0, router.ErrNotFound
}

func (memoryKV) Put(context.Context, router.Write) (uint64, error) { panic("not used by a run") }
func (memoryKV) Incr(context.Context, string, string, int64, time.Duration) (int64, error) {
	panic("not used by a run")
}
func (memoryKV) List(context.Context, string, string, string, int) ([]router.Entry, error) {
	panic("not used by a run")
}

// fetcher answers calls in a test.
type fetcher func(fetch.Request) (*fetch.Response, *fetch.Error)

func (f fetcher) Do(_ context.Context, r fetch.Request) (*fetch.Response, *fetch.Error) { return f(r) }

// workbench is a run to be set up by a test.
type workbench struct {
	host  Host
	grant router.Grant
	event *router.Event
	call  func(*router.Call)
}

// run runs a handler with that body.
func (w workbench) run(t testing.TB, body string) router.Step {
	t.Helper()
	return w.file(t, "on('*', function(event)\n"+body+"\nend)")
}

// file runs a whole file.
func (w workbench) file(t testing.TB, text string) router.Step {
	t.Helper()
	if w.host.Now == nil {
		w.host.Now = func() time.Time { return noon }
	}
	if w.event == nil {
		w.event = sms("Body", "hi")
	}
	p := program(map[string]string{"10-test.lua": text})
	p.Grants = map[string]router.Grant{"test": w.grant}
	scripts, problems := New(w.host).Compile(context.Background(), p)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatalf("compile: %v", errs)
	}
	c := call1(w.event)
	if w.call != nil {
		w.call(&c)
	}
	return scripts[0].Runner.Run(context.Background(), c)
}

// voice is a call that came in.
func voice() *router.Event {
	ev := sms()
	ev.Kind, ev.Product, ev.Wants, ev.Channel, ev.SID = "call.received", "voice", router.WantsVoice, "voice", "CA1"
	return ev
}

// wanting is an event of another kind.
func wanting(kind string, w router.Wants) *router.Event {
	ev := sms()
	ev.Kind, ev.Wants = kind, w
	return ev
}

// loggedText is the messages that the run logged, one a line.
func loggedText(t testing.TB, st router.Step) string {
	t.Helper()
	if st.Error != nil {
		t.Fatalf("the script failed: %v", st.Error)
	}
	lines := make([]string, len(st.Logs))
	for i, l := range st.Logs {
		lines[i] = l.Message
	}
	return strings.Join(lines, "\n")
}

// prints runs the body and returns what it printed.
func prints(t testing.TB, body string) string {
	t.Helper()
	return loggedText(t, workbench{}.run(t, body))
}

// errorOf is the error that the run ended with, "" for none.
func errorOf(st router.Step) string {
	if st.Error == nil {
		return ""
	}
	return st.Error.Message
}

// bodyText is the reply's body.
func bodyText(t testing.TB, st router.Step) string {
	t.Helper()
	if st.Error != nil {
		t.Fatalf("the script failed: %v", st.Error)
	}
	if st.Reply == nil {
		t.Fatalf("no reply; verdict %s", st.Verdict)
	}
	return string(st.Reply.Body)
}
