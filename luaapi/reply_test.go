package luaapi

import (
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

func TestSettle(t *testing.T) {
	fact := wanting("message.delivered", router.WantsNothing)
	hook := wanting("conversations.message-add", router.WantsHook)
	task := wanting("taskrouter.assignment", router.WantsTaskRouter)
	status := wanting("proxy.intercept", router.WantsStatus)
	fax := wanting("fax.received", router.WantsFax)
	for _, c := range []struct {
		name    string
		event   *router.Event
		code    string
		verdict router.Verdict
		reply   string // "status type body"; "" for none
		reason  string
	}{
		{"nothing", nil, ``, router.Passed, "", ""},
		{"nil", nil, `return nil`, router.Passed, "", ""},
		{"two nils", nil, `return nil, nil`, router.Passed, "", ""},
		{"false", nil, `return false`, router.Passed, "", ""},
		{"a text", nil, `return "a & b"`, router.Replied, "200 xml <Response><Message>a &amp; b</Message></Response>", ""},
		{"a text on a call", voice(), `return "hi"`, router.Replied, "200 xml <Response><Say>hi</Say></Response>", ""},
		{"a node", voice(), `return Say"hi"`, router.Replied, "200 xml <Response><Say>hi</Say></Response>", ""},
		{"a list", voice(), `return { Say"hi", nil, false, { Hangup() } }`, router.Replied, "200 xml <Response><Say>hi</Say><Hangup/></Response>", ""},
		{"an empty list", voice(), `return {}`, router.Replied, "200 xml <Response/>", ""},
		{"drop", nil, `return drop("not ours")`, router.Dropped, "", "not ours"},
		{"drop without a reason", nil, `return drop()`, router.Dropped, "", ""},
		{"refuse a call", voice(), `return refuse(403, "blocked")`, router.Replied, "200 xml <Response><Reject/></Response>", "blocked"},
		{"refuse a hook", hook, `return refuse(409, "no")`, router.Replied, "409  ", "no"},
		{"refuse a hook by reason", hook, `return refuse("no")`, router.Replied, "403  ", "no"},
		{"refuse a task", task, `return refuse()`, router.Replied, `200 json {"instruction":"reject"}`, ""},
		{"refuse by status", status, `return refuse(404)`, router.Replied, "404  ", ""},
		{"a table", hook, `return { body = "x", n = 1 }`, router.Replied, `200 json {"body":"x","n":1}`, ""},
		{"an empty table", hook, `return {}`, router.Replied, `200 json {}`, ""},
		{"an instruction", task, `return { instruction = "accept" }`, router.Replied, `200 json {"instruction":"accept"}`, ""},
		{"reply.json", hook, `return reply.json{ x = json.array{} }`, router.Replied, `200 json {"x":[]}`, ""},
		{"reply", hook, `return reply{ status = 418, type = "text/plain", body = "x" }`, router.Replied, `418 text/plain x`, ""},
		{"reply of the usual type", voice(), `return reply{ body = "<Response/>" }`, router.Replied, `200 xml <Response/>`, ""},
		{"reply without anything", status, `return reply{}`, router.Replied, `200  `, ""},
		{"a fax", fax, `return Receive()`, router.Replied, "200 xml <Response><Receive/></Response>", ""},
		{"fail", fact, `return fail("broken")`, router.Failed, "", "broken"},
		{"retry", fact, `return retry("30s", "later")`, router.Failed, "", "later"},
		{"a reply to a fact", fact, `return "x"`, router.Replied, "", ""},
		{"a node to a fact", fact, `return Say"x"`, router.Replied, "", ""},
		{"a table to a fact", fact, `return { x = 1 }`, router.Replied, "", ""},
		{"drop a fact", fact, `return drop("enough")`, router.Dropped, "", "enough"},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := workbench{event: c.event}.run(t, c.code)
			if c.verdict != router.Failed && st.Error != nil {
				t.Fatal(st.Error)
			}
			reply := ""
			if r := st.Reply; r != nil {
				kind := map[string]string{router.TypeTwiML: "xml", router.TypeJSON: "json"}[r.Type]
				if kind == "" {
					kind = r.Type
				}
				reply = numberText(float64(r.Status)) + " " + kind + " " + strings.TrimPrefix(string(r.Body), declaration)
			}
			if st.Verdict != c.verdict || reply != c.reply || st.Reason != c.reason {
				t.Errorf("%s, %q, reason %q; want %s, %q, reason %q", st.Verdict, reply, st.Reason, c.verdict, c.reply, c.reason)
			}
			if want := strings.HasPrefix(c.name, "refuse"); st.Refused != want {
				t.Errorf("refused is %v", st.Refused)
			}
		})
	}
}

func TestSettleRefuses(t *testing.T) {
	hook := wanting("conversations.message-add", router.WantsHook)
	task := wanting("taskrouter.assignment", router.WantsTaskRouter)
	status := wanting("proxy.intercept", router.WantsStatus)
	fax := wanting("fax.received", router.WantsFax)
	fact := wanting("message.delivered", router.WantsNothing)
	for _, c := range []struct {
		event      *router.Event
		code, want string
	}{
		{nil, `return true`, `the handler returned true, which is no reply`},
		{nil, `return 5`, `the handler returned the number 5, which is no reply`},
		{nil, `return print`, `the handler returned a function, which is no reply`},
		{nil, `return event`, `which is no reply`},
		{nil, `return "a", "b"`, `the handler returned 2 values (the text "a" and the text "b"): return one`},
		{nil, `return nil, "b"`, `the handler returned 2 values (nil and the text "b")`},
		{nil, `return '<?xml version="1.0"?><Response/>'`, `the handler returned TwiML as a text: return nodes`},
		{nil, `return "  <response><Say>x</Say></response>"`, `the handler returned TwiML as a text`},
		{nil, `return ""`, `Message is empty`},
		{nil, `return ("x"):rep(1601)`, `Message is 1601 characters`},
		{nil, `return Say"hi"`, `Say belongs to calls; this is a message event; return Message"hi"`},
		{nil, `return { x = 1 }`, `a reply has a list with the name "x" in it`},
		{nil, `return { Message"x", "loose" }`, `text must be inside a verb: Message"loose"`},
		{nil, `return refuse()`, `message.received cannot be refused`},
		{voice(), `return Message"hi"`, `Message`},
		{voice(), `return { Stream{ url = "wss://x" } }`, `Stream is not a verb`},
		{voice(), `return http`, `has a list with the name`},
		{voice(), `local t = {} t[1] = t return t`, `a list that contains itself`},
		{hook, `return "x"`, `the handler returned a text, and conversations.message-add wants JSON: return a table`},
		{hook, `return Say"x"`, `the handler returned TwiML, and conversations.message-add wants JSON`},
		{hook, `return { 1, 2 }`, `the handler returned a list, and conversations.message-add wants JSON`},
		{hook, `return { x = print }`, `the reply cannot be written as JSON: the value at x is a function`},
		{task, `return { instructoin = "accept" }`, `the reply to taskrouter.assignment needs an instruction`},
		{status, `return { x = 1 }`, `the handler returned a table, and proxy.intercept wants an HTTP status`},
		{status, `return "x"`, `proxy.intercept wants an HTTP status`},
		{fax, `return "x"`, `fax.received wants TwiML: return Receive() or Reject()`},
		{fact, `return refuse()`, `message.delivered cannot be refused`},
		{fact, `return 1`, `the handler returned the number 1`},
		{nil, `return reply("x")`, `reply takes a table`},
		{nil, `return reply{ status = 99 }`, `reply: status is from 200 to 599, got 99`},
		{nil, `return reply{ status = "200" }`, `reply: status must be a number`},
		{nil, `return reply{ body = {} }`, `for a table there is reply.json`},
		{nil, `return reply{ type = "a\nb", body = "x" }`, `reply: type has a line break`},
		{nil, `return reply{ type = "a/b" }`, `reply: type says what the body is, and there is none`},
		{nil, `return reply{ status = 204, body = "x" }`, `reply: body cannot be sent with status 204`},
		{nil, `return reply{ headers = { ["Content-Type"] = "x" } }`, `"Content-Type" cannot be set: use type`},
		{nil, `return reply{ headers = { ["content-length"] = 5 } }`, `cannot be set`},
		{nil, `return reply{ headers = { ["a b"] = "x" } }`, `"a b" is no name of a header`},
		{nil, `return reply{ headers = { a = "x\r\nb: c" } }`, `"a" has a line break`},
		{nil, `return reply{ code = 200 }`, `reply has no option code`},
		{nil, `return refuse(500)`, `refuse: 500 does not refuse`},
		{nil, `return retry("soon")`, `retry takes a time and a reason`},
		{nil, `return drop({})`, `drop takes the reason as a text, got a table`},
	} {
		st := workbench{event: c.event}.run(t, c.code)
		if got := errorOf(st); !strings.Contains(got, c.want) || st.Verdict != router.Failed || st.Reply != nil {
			t.Errorf("%s: %s with %q, want %q", c.code, st.Verdict, got, c.want)
		}
	}
}

func TestRetryAndFail(t *testing.T) {
	fact := wanting("message.delivered", router.WantsNothing)
	st := workbench{event: fact}.run(t, "\nreturn retry('1m30s', 'busy')")
	if st.Retry == nil || st.Retry.After != 90*time.Second || st.Final || st.Error.Message != "retry in 1m30s: busy" || st.Error.Line != 3 || st.Error.Source == "" {
		t.Errorf("retry gave %+v, %+v", st, st.Error)
	}
	st = workbench{event: fact}.run(t, "return retry()")
	if st.Retry == nil || st.Retry.After != 0 || st.Error.Message != "retry" {
		t.Errorf("retry() gave %+v, %+v", st, st.Error)
	}
	st = workbench{event: fact}.run(t, "\nreturn fail('no such order')")
	if !st.Final || st.Retry != nil || st.Error.Message != "the script gave up: no such order" || st.Error.Line != 3 {
		t.Errorf("fail gave %+v, %+v", st, st.Error)
	}
}

func TestReplyHeaders(t *testing.T) {
	st := workbench{event: voice()}.run(t, `return reply{ body = "<Response/>", headers = { ["X-B"] = { 1, "x" }, ["X-A"] = true } }`)
	want := router.Params{{Key: "X-A", Value: "true"}, {Key: "X-B", Value: "1"}, {Key: "X-B", Value: "x"}}
	if st.Reply == nil || len(st.Reply.Headers) != len(want) {
		t.Fatalf("reply %+v (%v)", st.Reply, st.Error)
	}
	for i := range want {
		if st.Reply.Headers[i] != want[i] {
			t.Errorf("header %d is %v, want %v", i, st.Reply.Headers[i], want[i])
		}
	}
}

func TestNotReturned(t *testing.T) {
	for _, c := range []struct {
		code string
		want []string
	}{
		{"Message'x'", []string{"scripts/10-test.lua:2: warning: Message", "scripts/10-test.lua:2: Message"}},
		{"local a = drop('x')", []string{"drop()"}},
		{"local a = retry('1s')\nreturn 'x'", []string{"retry()"}},
		{"local a = Message'x'\nreturn a", nil},
		{"local m = Message{ Body'x', Media'https://x.example/y' }\nreturn { m }", nil},
		{"Message'a'\nreturn Message'b'", []string{"Message was made and not returned"}},
		{"error('x')", nil},
	} {
		st := workbench{}.run(t, c.code)
		if len(c.want) == 0 && len(st.Warnings) != 0 || len(c.want) > 0 && len(st.Warnings) != 1 {
			t.Errorf("%s: warnings %q", c.code, st.Warnings)
			continue
		}
		for _, w := range c.want[min(1, max(0, len(c.want)-1)):] {
			if !strings.Contains(st.Warnings[0], w) {
				t.Errorf("%s: warning %q, want %q", c.code, st.Warnings[0], w)
			}
		}
	}
	st := workbench{}.file(t, "local bye = Message'bye'\nlocal no = drop('x')\non('message.*', function(e) if e.Body == 'x' then return bye end end)")
	if len(st.Warnings) != 0 || st.Verdict != router.Passed {
		t.Errorf("constants at the top: %q, %s", st.Warnings, st.Verdict)
	}
}

func TestBackgroundHandlersCannotAnswer(t *testing.T) {
	for _, code := range []string{`return "x"`, `return Message"x"`, `return { Message"x" }`, `return drop("x")`, `return refuse()`, `return reply{}`} {
		ev := sms("Body", "hi")
		ev.Wants = router.WantsNothing
		w := workbench{event: ev, call: func(c *router.Call) { c.Handler = 0 }}
		st := w.file(t, "on('*', { background = true }, function() "+code+" end)")
		if st.Verdict != router.Passed || len(st.Warnings) != 1 || !strings.Contains(st.Warnings[0], "was ignored: the handler has background = true") {
			t.Errorf("%s: %s, %q, %v", code, st.Verdict, st.Warnings, st.Error)
		}
	}
}

func TestTaskRouterInstruction(t *testing.T) {
	st := workbench{event: wanting("taskrouter.assignment", router.WantsTaskRouter)}.run(t, `return { instruction = "acept" }`)
	if st.Verdict != router.Replied || len(st.Warnings) != 1 || !strings.Contains(st.Warnings[0], `TaskRouter knows no instruction "acept"; did you mean accept?`) {
		t.Errorf("%s, %q", st.Verdict, st.Warnings)
	}
}

func TestWatchedValuesAreBounded(t *testing.T) {
	st := workbench{}.run(t, "for i = 1, 5000 do Message'x' drop() end return 'x'")
	if st.Verdict != router.Replied || len(st.Warnings) != 2 {
		t.Errorf("%s, %d warnings, %v", st.Verdict, len(st.Warnings), st.Error)
	}
}
