package luaapi

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
)

func runIn(t testing.TB, source string, c router.Call) router.Step {
	t.Helper()
	return compile(t, map[string]string{"10-test.lua": source})[0].Runner.Run(context.Background(), c)
}

func TestHandlersUntilOneSpeaks(t *testing.T) {
	src := `
on("message.*", function(event) log.info("one") end)
on({ "call.received", "message.received" }, function(event) log.info("two") return drop("two") end)
on("message.received", { background = true }, function(event) log.info("back") end)
on("message.received", function(event) log.info("three") end)
on("message.received", { to = "+1555" }, function(event) log.info("other") end)
`
	st := runIn(t, src, call1(sms()))
	if got := logTexts(st); got != "one two" || st.Verdict != router.Dropped || st.Reason != "two" {
		t.Errorf("logged %q, %s %q %v", got, st.Verdict, st.Reason, st.Error)
	}
	c := call1(sms())
	c.Handler = 2
	if got := logTexts(runIn(t, src, c)); got != "back" {
		t.Errorf("handler 2 alone logged %q", got)
	}
}

func logTexts(st router.Step) string {
	var words []string
	for _, l := range st.Logs {
		words = append(words, l.Message)
	}
	return strings.Join(words, " ")
}

func TestStepAlone(t *testing.T) {
	src := `
on("call.received", function() return drop("on") end)
step("menu", function(event) return drop("menu " .. event.step) end)
`
	c := call1(sms())
	c.Event.Step, c.Step = "test.menu", "menu"
	if st := runIn(t, src, c); st.Verdict != router.Dropped || st.Reason != "menu test.menu" {
		t.Errorf("%s %q %v", st.Verdict, st.Reason, st.Error)
	}
}

func TestNothingSurvivesAnEvent(t *testing.T) {
	s := compile(t, map[string]string{
		"lib/m.lua": `local M = { n = 0 } function M.next() M.n = M.n + 1 return M.n end return M`,
		"10-test.lua": `
local count = 0
leak = (leak or 0) + 1
on("message.received", function(event)
  count = count + 1
  local seen = event.params.x
  event.params.x = "written"
  for i = 1, 3 do require("m").next() end
  return drop(count .. " " .. leak .. " " .. require("lib.m").next() .. " " .. tostring(seen) .. " " .. math.random(1000000))
end)`})[0]
	first := s.Runner.Run(context.Background(), call1(sms()))
	for range 5 {
		st := s.Runner.Run(context.Background(), call1(sms()))
		if !strings.HasPrefix(st.Reason, "1 1 4 nil ") || st.Reason != first.Reason {
			t.Fatalf("%q %v, first %q", st.Reason, st.Error, first.Reason)
		}
	}
}

func TestErrorIsToldAtItsLine(t *testing.T) {
	s := compile(t, map[string]string{
		"lib/deep.lua": "local M = {}\nfunction M.go(t)\n  return t.a.b\nend\nreturn M",
		"10-test.lua":  "local deep = require('deep')\nlocal function mid(event)\n  return (deep.go({}))\nend\non('message.received', function(event)\n  local x = mid(event)\nend)",
	})[0]
	st := s.Runner.Run(context.Background(), call1(sms()))
	e := st.Error
	if st.Verdict != router.Failed || e == nil {
		t.Fatalf("%s %v", st.Verdict, e)
	}
	want := router.ScriptError{File: "scripts/lib/deep.lua", Line: 3, Message: "attempt to index a nil value (key 'b')", Source: "return t.a.b",
		Traceback: "scripts/lib/deep.lua:3: in function 'go'\nscripts/10-test.lua:3: in function 'mid'\nscripts/10-test.lua:6: in the function at line 5"}
	if *e != want {
		t.Errorf("got  %+v\nwant %+v", *e, want)
	}
	if st.Reason != "scripts/lib/deep.lua:3: attempt to index a nil value (key 'b')" {
		t.Errorf("reason %q", st.Reason)
	}
}

func TestErrorTexts(t *testing.T) {
	tests := []struct{ body, want string }{
		{`local x x()`, "attempt to call a nil value ('x')"},
		{`Mesage("hi")`, "attempt to call a nil value ('Mesage')"},
		{`local t = {} t.a.b.c = 1`, "attempt to index a nil value (key 'b')"},
		{`local x = 1 + {}`, "attempt to perform arithmetic (add) on a number and a table value"},
		{`local x = "a" .. {}`, "attempt to concatenate a string and a table value"},
		{`local x = 1 < "2"`, "attempt to compare number with string"},
		{`error({ message = "told", code = 4 })`, "told"},
		{`error({ code = 4 })`, "error object is a table value; give error() a text, or a table with a message"},
		{`error(setmetatable({}, { __tostring = function() return "as text" end }))`, "as text"},
		{`error()`, "error object is a nil value; give error() a text, or a table with a message"},
		{`error("bare", 0)`, "bare"},
		{`event.Body = "x"`, "event is read-only: keep Body in a local, or in store"},
		{`string.x = 1`, "attempt to set field 'x' of a read-only table"},
		{`rawset(math, "x", 1)`, "attempt to change a read-only table"},
		{`on("x", function() end)`, "on: only at the top of a file, not inside a handler"},
		{`require("nothing.here")`, "module 'nothing.here' not found: there is no lib/nothing/here.lua and no lib/nothing/here/init.lua"},
		{`require("../secret")`, `require: "../secret" is no name for a module: words between dots`},
		{`at("nowhere")`, `at: scripts/10-test.lua declares no step("nowhere")`},
		{`at("a.b")`, `at: "a.b" is no name for a step: letters, digits, _ and -`},
		{`local t = {} local k = {} t[k].x.y = 1`, "attempt to index a nil value (key 'x')"},
		{`local n n[{}] = 1`, "attempt to index a nil value (key 'table')"},
		{`api(2)`, "api: this is version 1 of the script API"},
		{`for k in pairs(event) do end`, "event is no table: use pairs(event.params)"},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			if got := says(t, tt.body); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestBudgets(t *testing.T) {
	src := "on('message.received', function(event)\n  while true do\n    pcall(function() while true do end end)\n  end\nend)"
	s := compile(t, map[string]string{"10-test.lua": src})[0]
	c := call1(sms())
	c.Limits.Instructions = 1_000_000
	st := s.Runner.Run(context.Background(), c)
	want := router.ScriptError{File: "scripts/10-test.lua", Line: 3, Message: "script took more than 1,000,000 instructions (limits.instructions)",
		Source: "pcall(function() while true do end end)", Budget: "instructions",
		Traceback: "scripts/10-test.lua:3: in the function at line 3\nscripts/10-test.lua:2: in the function at line 1"}
	if st.Error == nil || st.Error.Message != want.Message || st.Error.Line != 3 || st.Error.Budget != want.Budget || st.Error.Source != want.Source {
		t.Errorf("got  %+v\nwant %+v", st.Error, want)
	}
	if st.Instructions != 1_000_000 {
		t.Errorf("counted %d instructions", st.Instructions)
	}

	c.Limits = router.Limits{Instructions: 1 << 50, Timeout: 20 * time.Millisecond}
	if st = s.Runner.Run(context.Background(), c); st.Error == nil || st.Error.Budget != "time" || st.Error.Message != "script took longer than 20ms (limits.timeout)" {
		t.Errorf("time: %+v", st.Error)
	}
	c.Limits.Timeout = time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if st = s.Runner.Run(ctx, c); st.Error == nil || st.Error.Message != "the route's timeout ended before the script did (route.timeout)" {
		t.Errorf("the caller's deadline: %+v", st.Error)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if st = s.Runner.Run(gone, c); st.Error == nil || st.Error.Message != "the run was given up" {
		t.Errorf("cancelled before: %+v", st.Error)
	}
	c.Inline, c.Limits.BackgroundTimeout = false, 30*time.Millisecond
	if st = s.Runner.Run(context.Background(), c); st.Error == nil || st.Error.Message != "script took longer than 30ms (limits.background_timeout)" {
		t.Errorf("background: %+v", st.Error)
	}
}

// TestClock has no real time: the deadline is the run's own.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &run{caller: context.Background()}
		r.begin(10*time.Second, 1000)
		select {
		case <-r.context().Done():
		case <-time.After(time.Minute):
			t.Fatal("the run's context does not end")
		}
		defer r.cancel()
		if got := time.Since(r.begun); got != 10*time.Second {
			t.Errorf("ended after %v", got)
		}
	})
}

func TestDeclarationsMustNotChange(t *testing.T) {
	for _, src := range []string{
		`if event then on("message.received", function() end) end on("message.received", function() return drop("x") end)`,
		`on(event and "message.sent" or "message.received", function() return drop("x") end)`,
		`on("message.received", { to = event and event.To }, function() return drop("x") end)`,
		`on("message.received", function() return drop("x") end) if event then step("late", function() end) end`,
		`if not event then on("message.received", function() return drop("x") end) end`,
	} {
		st := runIn(t, src, call1(sms()))
		if st.Error == nil || !strings.Contains(st.Error.Message, "must not depend on the event") {
			t.Errorf("%s: %s %v", src, st.Verdict, st.Error)
		}
	}
}

func TestMadeAndNotReturned(t *testing.T) {
	st := runBody(t, "  drop('x')\n  Message('hi')")
	want := []string{"scripts/10-test.lua:2: drop() was made and not returned: write return before it", "scripts/10-test.lua:3: Message() was made and not returned: write return before it"}
	for i, w := range want {
		if i >= len(st.Warnings) || !strings.Contains(st.Warnings[i], "was made and not returned") || !strings.HasPrefix(st.Warnings[i], w[:24]) {
			t.Errorf("warnings: %q", st.Warnings)
		}
	}
}

// TestSharedByManyGoroutines is for the race detector: protos are shared, and
// so is the pool.
func TestSharedByManyGoroutines(t *testing.T) {
	s := compile(t, map[string]string{"lib/m.lua": "return { f = function(x) return x * 2 end }", "10-test.lua": `
local m = require("m")
on("message.received", function(event)
  local parts = {}
  for w in event.Body:gmatch("%d+") do parts[#parts + 1] = m.f(tonumber(w)) end
  table.sort(parts)
  local co = coroutine.wrap(function(...) for _, x in ipairs({ ... }) do coroutine.yield(x) end end)
  if event.Body == "9 1" then error("wanted") end
  return drop(table.concat(parts, ",") .. " " .. co(unpack(parts)))
end)`})[0]
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 40 {
				body, want := fmt.Sprintf("%d %d", g+10, i), fmt.Sprintf("%d,%d %d", min(2*(g+10), 2*i), max(2*(g+10), 2*i), min(2*(g+10), 2*i))
				if i%10 == 0 {
					body, want = "9 1", ""
				}
				st := s.Runner.Run(context.Background(), call1(sms("Body", body)))
				if st.Reason != want && want != "" || want == "" && st.Verdict != router.Failed {
					t.Errorf("%q: %q %v, want %q", body, st.Reason, st.Error, want)
				}
			}
		})
	}
	wg.Wait()
}
