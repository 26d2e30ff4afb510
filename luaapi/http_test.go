package luaapi

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"twirouter/luaapi/fetch"
	"twirouter/router"
)

// answering is a workbench whose calls are answered by do.
func answering(do func(fetch.Request) (*fetch.Response, *fetch.Error)) workbench {
	return workbench{host: Host{Fetch: func(fetch.Policy) Fetcher { return fetcher(do) }}}
}

// respond answers every call with a status and a body.
func respond(status int, body string) workbench {
	return answering(func(fetch.Request) (*fetch.Response, *fetch.Error) {
		return &fetch.Response{Status: status, Body: []byte(body), Header: http.Header{"Content-Type": {"application/json"}, "X-Two": {"a", "b"}}}, nil
	})
}

func TestHTTPRequest(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`http.get("https://a.example/x")`, "GET https://a.example/x  Idempotency-Key=01J-193309798891521"},
		{`http.get("https://a.example/x?a=1", { query = { b = 2, c = { "x y", true } } })`, "GET https://a.example/x?a=1&b=2&c=x+y&c=true  Idempotency-Key=01J-193309798891521"},
		{`http.get("https://a.example/x#f", { query = { b = "&" } })`, "GET https://a.example/x?b=%26  Idempotency-Key=01J-193309798891521"},
		{`http.post("https://a.example", { json = { b = 1, a = { 1 } } })`, `POST https://a.example {"a":[1],"b":1} Content-Type=application/json Idempotency-Key=01J-193309798891521`},
		{`http.put("https://a.example", { form = { b = 1, a = "x&y" } })`, `PUT https://a.example a=x%26y&b=1 Content-Type=application/x-www-form-urlencoded Idempotency-Key=01J-193309798891521`},
		{`http.patch("https://a.example", { body = "raw", headers = { ["content-type"] = "text/x", ["X-A"] = { 1, 2 } } })`, `PATCH https://a.example raw Content-Type=text/x Idempotency-Key=01J-193309798891521 X-A=1 X-A=2`},
		{`http.delete("https://a.example", { headers = { ["idempotency-key"] = "mine" } })`, `DELETE https://a.example  Idempotency-Key=mine`},
		{`http.request("OPTIONS", "https://a.example", { timeout = "2s" })`, `OPTIONS https://a.example  Idempotency-Key=01J-193309798891521 2s`},
		{`http.post("https://a.example", { json = {} })`, `POST https://a.example {} Content-Type=application/json Idempotency-Key=01J-193309798891521`},
	} {
		var got string
		w := answering(func(r fetch.Request) (*fetch.Response, *fetch.Error) {
			got = fmt.Sprintf("%s %s %s", r.Method, r.URL, r.Body)
			for _, k := range sortedKeys(r.Header) {
				for _, v := range r.Header[k] {
					got += " " + k + "=" + v
				}
			}
			if r.Timeout != 0 {
				got += " " + r.Timeout.String()
			}
			return &fetch.Response{Status: 200}, nil
		})
		if st := w.run(t, c.code); st.Error != nil || got != c.want {
			t.Errorf("%s sent\n%s, want\n%s (%v)", c.code, got, c.want, st.Error)
		}
	}
}

func TestHTTPResponse(t *testing.T) {
	got := loggedText(t, respond(201, `{"id":7,"list":[1,2]}`).run(t, `
		local res, err = http.get("https://a.example")
		print(res.status, err, #res.body)
		print(res.headers["content-type"], res.headers["Content-Type"], res.headers["CONTENT-TYPE"], res.headers["x-two"], res.headers.none)
		for k, v in pairs(res.headers) do print(k, v) end
		print(res:json().id, res:json().list[2])
		print(getmetatable(res), getmetatable(res.headers))`))
	want := "201\tnil\t21\napplication/json\tapplication/json\tapplication/json\ta, b\tnil\ncontent-type\tapplication/json\nx-two\ta, b\n7\t2\nfalse\tfalse"
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	got = loggedText(t, respond(200, `oops`).run(t, `print((http.get("https://a.example")):json())`))
	if want := "nil\tthe body is not JSON: line 1 column 1: a value cannot begin with 'o'"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestHTTPError(t *testing.T) {
	w := answering(func(fetch.Request) (*fetch.Response, *fetch.Error) {
		return nil, &fetch.Error{Kind: fetch.Timeout, Message: "https://a.example did not answer", Retriable: true}
	})
	got := loggedText(t, w.run(t, `
		local res, err = http.get("https://a.example/x?token=s3cret")
		print(res, err, err.kind, err.message, err.status, err.retriable, err.none)
		print("so: " .. err .. "!", tostring(err), type(err), getmetatable(err))
		print(pcall(assert, res, err))
		local ok, e = pcall(error, err)
		print(ok, e == err, e.kind)
		ok, e = pcall(http.get, "https://a.example", { must = true })
		print(ok, e.kind)
		print(pcall(function() err.kind = "x" end))`))
	for i, want := range []string{
		"nil\thttps://a.example did not answer\ttimeout\thttps://a.example did not answer\tnil\ttrue\tnil",
		"so: https://a.example did not answer!\thttps://a.example did not answer\tuserdata\tfalse",
		"false\thttps://a.example did not answer",
		"false\ttrue\ttimeout",
		"false\ttimeout",
		"false\t",
	} {
		if line := strings.Split(got, "\n")[i]; !strings.HasPrefix(line, want) {
			t.Errorf("line %d is %q, want %q", i, line, want)
		}
	}
	st := w.run(t, "\n\nhttp.get('https://a.example', { must = true })")
	if st.Error == nil || st.Error.Message != "https://a.example did not answer" || st.Error.Line != 4 || st.Error.File != "scripts/10-test.lua" {
		t.Errorf("must raised %+v", st.Error)
	}
	st = w.run(t, "\nassert(http.get('https://a.example'))")
	if st.Error == nil || st.Error.Message != "https://a.example did not answer" || st.Error.Line != 3 {
		t.Errorf("assert raised %+v", st.Error)
	}
}

func TestHTTPMust(t *testing.T) {
	for _, c := range []struct {
		status int
		opts   string
		want   string
	}{
		{500, `{}`, ""},
		{204, `{ must = true }`, ""},
		{302, `{ must = true }`, ""},
		{404, `{ must = true }`, "https://a.example answered with status 404"},
		{404, `{ must = true, ok = { 404, 409 } }`, ""},
		{404, `{ must = true, ok = 404 }`, ""},
		{409, `{ must = true, ok = { 404 } }`, "https://a.example answered with status 409"},
		{404, `{ must = false }`, ""},
	} {
		st := respond(c.status, "").run(t, `http.get("https://a.example/p?q=1", `+c.opts+`)`)
		if got := errorOf(st); got != c.want {
			t.Errorf("%d with %s raised %q, want %q", c.status, c.opts, got, c.want)
		}
	}
	got := loggedText(t, respond(503, "").run(t, `local ok, e = pcall(http.get, "https://a.example", { must = true }) print(e.kind, e.status, e.retriable)`))
	if got != "status\t503\ttrue" {
		t.Errorf("the error of a status is %q", got)
	}
}

func TestHTTPDeniedNamesTheKey(t *testing.T) {
	w := answering(func(fetch.Request) (*fetch.Response, *fetch.Error) {
		return nil, &fetch.Error{Kind: fetch.Denied, Message: "https://a.example is not in the allow list"}
	})
	const code = `local _, err = http.get("https://a.example/x?y=1") print(err.kind, err)`
	if got, want := loggedText(t, w.run(t, code)), "denied\thttps://a.example is not in the allow list (what may be called is listed in [http] allow: for example \"https://a.example/*\")"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	w.grant.HTTP = []string{}
	if got, want := loggedText(t, w.run(t, code)), "http of [script.test]"; !strings.Contains(got, want) {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestHTTPRefusesArguments(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`http.get()`, `http.get takes a URL, got nil`},
		{`http.get("https://a", { hedaers = {} })`, `http.get has no option hedaers; did you mean headers?`},
		{`http.post("https://a", { retries = 3 })`, `http.post has no option retries (it has json, form, body, headers, query, timeout, must, ok)`},
		{`http.get("https://a", 5)`, `http.get takes its options as a table, got the number 5`},
		{`http.get("https://a", { 1 })`, `takes its options by name`},
		{`http.post("https://a", { json = {}, body = "x" })`, `json, form and body exclude each other`},
		{`http.post("https://a", { json = { print } })`, `http.post: json cannot be sent: the value at [1] is a function`},
		{`http.post("https://a", { body = {} })`, `http.post: body must be a string, got a table`},
		{`http.post("https://a", { form = "x" })`, `http.post: form must be a table, got the text "x"`},
		{`http.post("https://a", { form = { "x" } })`, `http.post: form is a table of names and values`},
		{`http.post("https://a", { form = { x = { { 1 } } } })`, `a list in a list cannot be sent`},
		{`http.post("https://a", { form = { x = { y = 1 } } })`, `"x" must be a string, a number, a boolean or a list of them`},
		{`http.get("https://a", { headers = { a = print } })`, `http.get: headers "a" must be a string`},
		{`http.get("https://a", { timeout = "soon" })`, `http.get: timeout "soon" is no time`},
		{`http.get("https://a", { must = "yes" })`, `http.get: must must be true or false, got the text "yes"`},
		{`http.get("https://a", { ok = { 200 } })`, `http.get: ok is a list of statuses from 400 to 599`},
		{`http.request("https://a")`, `http.request takes a URL, got nil`},
		{`http.request()`, `http.request takes a method, a URL and options`},
	} {
		if got := errorOf(respond(200, "").run(t, c.code)); !strings.Contains(got, c.want) {
			t.Errorf("%s raised %q, want %q", c.code, got, c.want)
		}
	}
	if got := errorOf(workbench{}.run(t, `http.get("https://a")`)); got != "http.get: there is no network here" {
		t.Errorf("without a network: %q", got)
	}
}

func TestHTTPIsNotedAndLimited(t *testing.T) {
	now := noon
	w := answering(func(r fetch.Request) (*fetch.Response, *fetch.Error) {
		now = now.Add(time.Second)
		if r.Method == "POST" {
			return nil, &fetch.Error{Kind: fetch.TooLarge, Message: "too large", Status: 200}
		}
		return &fetch.Response{Status: 418}, nil
	})
	w.host.Now = func() time.Time { return now }
	st := w.run(t, `http.get("https://u:p@a.example/x/y?token=s3cret#f", { query = { z = 1 } }) http.post("https://a.example", { body = "s3cret" })`)
	want := []router.Request{
		{Method: "GET", URL: "https://a.example/x/y", Status: 418, Duration: time.Second},
		{Method: "POST", URL: "https://a.example", Status: 200, Error: "too_large", Duration: time.Second},
	}
	if fmt.Sprint(st.Requests) != fmt.Sprint(want) {
		t.Errorf("noted %+v, want %+v", st.Requests, want)
	}
	if got := errorOf(w.run(t, `for i = 1, 21 do http.get("https://a.example") end`)); got != "http.get: one run may make 20 outbound calls (limits.http_calls)" {
		t.Errorf("after 20 calls: %q", got)
	}
	w.grant.Limits.HTTPCalls = 2
	st = w.run(t, `for i = 1, 3 do http.get("https://a.example") end`)
	if len(st.Requests) != 2 || !strings.Contains(errorOf(st), "one run may make 2 outbound calls") {
		t.Errorf("%d calls, then %q", len(st.Requests), errorOf(st))
	}
}

func TestOnlyInHandlers(t *testing.T) {
	for _, code := range []string{`http.get("https://a")`, `store.get("x")`, `store.set("x", 1)`, `store.shared.get("x")`, `emit("app.x")`} {
		_, problems := New(testHost()).Compile(t.Context(), program(map[string]string{"10-x.lua": code + "\non('*', function() end)"}))
		if errs := problems.Errors(); len(errs) != 1 || !strings.Contains(errs[0].What, "only inside a handler") || errs[0].Line != 1 {
			t.Errorf("%s at the top: %v", code, problems)
		}
	}
}

// Two scripts of one event never send the same key, and a second run of one
// sends its own again.
func TestIdempotencyKeys(t *testing.T) {
	key := func(script string, calls int) string {
		r := &run{script: &compiled{name: script}, event: &router.Event{ID: "01J"}}
		r.out.Requests = make([]router.Request, calls)
		return r.idempotencyKey()
	}
	seen := map[string]string{}
	for _, script := range []string{"a", "b", "crm/notify", "crm/notice"} {
		for calls := range 20 {
			k := key(script, calls)
			if other, ok := seen[k]; ok {
				t.Fatalf("%s and %s both send %s", script, other, k)
			}
			seen[k] = script
			if again := key(script, calls); again != k {
				t.Fatalf("%s sends %s, then %s", script, k, again)
			}
			if !regexp.MustCompile(`^01J-\d+$`).MatchString(k) {
				t.Fatalf("the key %s is not the event's id and a number", k)
			}
		}
	}
}
