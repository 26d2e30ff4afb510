package luaapi

import (
	"context"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

// noon is the time that scripts see in tests.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func testHost() Host {
	return Host{Now: func() time.Time { return noon }, Rand: func() uint64 { return 7 }}
}

// program is a program of files by name; names below lib/ are modules.
func program(files map[string]string) router.Program {
	var p router.Program
	for _, name := range sortedKeys(files) {
		s := router.Source{File: "scripts/" + name, Text: []byte(files[name])}
		if module, ok := strings.CutPrefix(name, "lib/"); ok {
			s.Name = module
			p.Modules = append(p.Modules, s)
			continue
		}
		s.Name = strings.TrimLeft(strings.TrimSuffix(name, ".lua"), "0123456789-")
		p.Scripts = append(p.Scripts, s)
	}
	return p
}

// compile compiles files that must have no errors.
func compile(t testing.TB, files map[string]string) []*router.Script {
	t.Helper()
	scripts, problems := New(testHost()).Compile(context.Background(), program(files))
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatalf("compile: %v", errs)
	}
	return scripts
}

// sms is a message that came in.
func sms(params ...string) *router.Event {
	ev := &router.Event{
		ID: "01J", Kind: "message.received", Product: "messaging", Wants: router.WantsMessaging, Channel: "sms",
		From: "+15550100", To: "+15550199", SID: "SM1", Account: "AC1", Received: noon,
		BaseURL: "https://hooks.example.com", Path: "/twilio", Route: "default", Verified: router.VerifiedYes, Attempt: 1,
		Params: router.Params{{Key: "MessageSid", Value: "SM1"}, {Key: "From", Value: "+15550100"}, {Key: "To", Value: "+15550199"}, {Key: "FromCountry", Value: "US"}},
	}
	for i := 0; i+1 < len(params); i += 2 {
		ev.Params = append(ev.Params, router.Param{Key: params[i], Value: params[i+1]})
	}
	return ev
}

func call1(ev *router.Event) router.Call {
	return router.Call{Event: ev, Handler: -1, Inline: true, Limits: router.Limits{Instructions: 10_000_000, Timeout: 10 * time.Second}}
}

// runBody runs a handler of message.received with that body.
func runBody(t testing.TB, body string) router.Step {
	t.Helper()
	s := compile(t, map[string]string{"10-test.lua": "on('message.received', function(event)\n" + body + "\nend)"})
	return s[0].Runner.Run(context.Background(), call1(sms("Body", "hi")))
}

// says runs the body and returns the text of the error that it ends with: the
// way for a test to look at a value.
func says(t testing.TB, body string) string {
	t.Helper()
	st := runBody(t, body)
	if st.Error == nil {
		t.Fatalf("no error; verdict %s", st.Verdict)
	}
	return st.Error.Message
}

// lines runs code that gives values to show() and returns them, one a line.
func lines(t testing.TB, body string) string {
	t.Helper()
	got := says(t, "local out = {} local function show(...) local p = {} for i = 1, select('#', ...) do p[i] = tostring((select(i, ...))) end out[#out + 1] = table.concat(p, ' ') end\n"+body+"\nerror('\\n' .. table.concat(out, '\\n'), 0)")
	return strings.TrimPrefix(got, "\n")
}
