package luaapi

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

func problemsOf(files map[string]string) []string {
	_, problems := New(testHost()).Compile(context.Background(), program(files))
	var out []string
	for _, p := range problems {
		out = append(out, p.String())
	}
	return out
}

const handler = "\non('message.received', function(event) end)\n"

func TestCompileProblems(t *testing.T) {
	long := strings.Repeat("-", maxSource+1)
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"syntax", map[string]string{"a.lua": "local x = = 1"}, []string{"scripts/a.lua:1:11: syntax error near \"=\" (comparing is == in Lua)"}},
		{"missing end", map[string]string{"a.lua": "on('x', function()\n  if a then\nend)\n"}, []string{"scripts/a.lua:3:4: syntax error near \")\" (one too many here, or something above is not closed)"}},
		{"end of file", map[string]string{"a.lua": "on('x', function()\n  local a = 1\n\n"}, []string{"scripts/a.lua:2:14: the file ends in the middle of a statement (an `end`, a `)` or a `}` is missing)"}},
		{"not equal", map[string]string{"a.lua": "if a != b then end"}, []string{"scripts/a.lua:1:6: syntax error near \"!\" (not equal is ~= in Lua)"}},
		{"byte order mark keeps columns", map[string]string{"a.lua": "\xef\xbb\xbflocal x = = 1"}, []string{"scripts/a.lua:1:14: syntax error near \"=\" (comparing is == in Lua)"}},
		{"all at once", map[string]string{"a.lua": "x x", "b.lua": "y y", "lib/c.lua": "z z"}, []string{
			"scripts/a.lua:1:3: syntax error near \"x\"", "scripts/b.lua:1:3: syntax error near \"y\"", "scripts/lib/c.lua:1:3: syntax error near \"z\""}},
		{"break outside", map[string]string{"a.lua": "local a\nbreak"}, []string{"scripts/a.lua:2: no loop to break"}},
		{"too long", map[string]string{"a.lua": long}, []string{"scripts/a.lua: the file has 262,145 bytes; a script may have 262,144 (move data to a store or settings, code to lib/)"}},
		{"too deep", map[string]string{"a.lua": "local x = " + strings.Repeat("(", 600) + "1" + strings.Repeat(")", 600) + "\nlocal y = " + strings.Repeat("{", 600) + strings.Repeat("}", 600)}, []string{
			"scripts/a.lua:2: more than 500 levels of syntax in one another (build it in steps)"}},
		{"bytecode", map[string]string{"a.lua": "\x1bLua"}, []string{"scripts/a.lua:1:1: compiled Lua is not run (use the source)"}},
		{"error at the top", map[string]string{"a.lua": "local t\nt.x = 1"}, []string{"scripts/a.lua:2: attempt to index a nil value (key 'x')"}},
		{"loop at the top", map[string]string{"a.lua": "while true do end"}, []string{"scripts/a.lua:1: script took more than 10,000,000 instructions (limits.instructions)"}},
		{"no handler", map[string]string{"a.lua": "local x = 1"}, []string{"scripts/a.lua:1: warning: the script declares no handler (on(\"message.received\", function(event) … end))"}},
		{"globals", map[string]string{"a.lua": "count = 1\nfunction helper() end\nlog = 2\nlocal ok = Mesage or io or DEBUG" + handler}, []string{
			"scripts/a.lua:1: warning: count is assigned as a global (write local before it)",
			"scripts/a.lua:2: warning: helper is assigned as a global (write local before it)",
			"scripts/a.lua:3: warning: the script hides the global log (give yours another name, or write local)",
			"scripts/a.lua:4: warning: Mesage is nil: no global has that name (did you mean Message?)",
			"scripts/a.lua:4: warning: there is no io in scripts (scripts have no files)",
			"scripts/a.lua:4: warning: DEBUG is nil: no global has that name"}},
		{"unknown step", map[string]string{"a.lua": "step('here', function() return at'there' or at('here') end)"}, []string{"scripts/a.lua:1: warning: at(\"there\"): the file declares no step(\"there\")"}},
		{"require", map[string]string{"a.lua": "local function f() return require('no.such') end" + handler}, []string{"scripts/a.lua:1: warning: require(\"no.such\"): there is no lib/no/such.lua"}},
		{"require at the top", map[string]string{"a.lua": "require('none')" + handler}, []string{"scripts/a.lua:1: module 'none' not found: there is no lib/none.lua and no lib/none/init.lua"}},
		{"require in a circle", map[string]string{"lib/a.lua": "require('b')", "lib/b.lua": "require('a')", "x.lua": "require('a')"}, []string{"scripts/lib/b.lua:1: loop in require: 'a' requires itself"}},
		{"the world at the top", map[string]string{"a.lua": "store.get('x')", "b.lua": "http.get('https://x')", "c.lua": "emit('app.x')"}, []string{
			"scripts/a.lua:1: store.get: only inside a handler", "scripts/b.lua:1: http.get: only inside a handler", "scripts/c.lua:1: emit: only inside a handler"}},
		{"on", map[string]string{"a.lua": "on()", "b.lua": "on('x', 1)", "c.lua": "on({}, function() end)", "d.lua": "on('x', { backgrund = true }, function() end)", "e.lua": "on(5, function() end)", "f.lua": "on('a b', function() end)"}, []string{
			"scripts/a.lua:1: on: the last argument must be the handler, a function (got nil)", "scripts/b.lua:1: on: the last argument must be the handler, a function (got number)",
			"scripts/c.lua:1: on: the list of kinds is empty", "scripts/d.lua:1: on: unknown option backgrund; there are background, to and account",
			"scripts/e.lua:1: on: the first argument must be a kind or a list of kinds (got number)", "scripts/f.lua:1: on: \"a b\" is no kind"}},
		{"step", map[string]string{"a.lua": "step('a.b', function() end)", "b.lua": "step('x', function() end)\nstep('x', function() end)"}, []string{
			"scripts/a.lua:1: step: \"a.b\" is no name for a step: letters, digits, _ and -", "scripts/b.lua:2: step: \"x\" is declared twice, first at line 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := problemsOf(tt.files)
			ok := len(got) == len(tt.want)
			for i := range got {
				ok = ok && strings.HasPrefix(got[i], tt.want[i])
			}
			if !ok {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestCompileIndexesHandlers(t *testing.T) {
	s := compile(t, map[string]string{"10-a.lua": "#!/usr/bin/env lua\n" + `on({ "call.*", "message.received" }, { background = true, to = "+1", account = "AC1" }, function() end)
on("x", function() end)
step("one", function() end) step("two", function() end)
return { 1 }`})[0]
	if s.Name != "a" || s.File != "scripts/10-a.lua" || len(s.Handlers) != 2 || !slices.Equal(s.Steps, []string{"one", "two"}) {
		t.Fatalf("%+v", s)
	}
	h := s.Handlers[0]
	if !slices.Equal(h.Kinds, []router.KindPattern{"call.*", "message.received"}) || !h.Background || h.To != "+1" || h.Account != "AC1" || h.Line != 2 || s.Handlers[1].Line != 3 {
		t.Errorf("%+v", h)
	}
}

func TestOnlyChangedFilesAreCompiled(t *testing.T) {
	c := New(testHost())
	files := map[string]string{"a.lua": handler, "b.lua": handler, "lib/m.lua": "return 1"}
	one, _ := c.Compile(context.Background(), program(files))
	files["b.lua"] += "-- changed"
	two, _ := c.Compile(context.Background(), program(files))
	proto := func(s *router.Script) any { return s.Runner.(*runner).script.chunk.proto }
	if proto(one[0]) != proto(two[0]) || proto(one[1]) == proto(two[1]) {
		t.Error("a.lua was compiled again, or b.lua was not")
	}
	if len(c.cache) != 3 {
		t.Errorf("the cache has %d files", len(c.cache))
	}
}

func TestModulesRun(t *testing.T) {
	st := compile(t, map[string]string{
		"lib/class.lua": `local C = {} C.__index = C setmetatable(C, { __call = function(cls, ...) local o = setmetatable({}, cls) o:init(...) return o end })
function C:init(n) self.n = n end function C:__tostring() return "C" .. self.n end C.__add = function(a, b) return C(a.n + b.n) end return C`,
		"lib/pkg/init.lua": `local name = ... return { name = name, sub = require("lib.pkg.sub") }`,
		"lib/pkg/sub.lua":  `shared = (shared or 0) + 1 return shared`,
		"10-a.lua": `
local C = require "class"
on("message.received", function(event)
  local pkg = require("pkg")
  error("\n" .. tostring(C(1) + C(2)) .. " " .. pkg.name .. " " .. pkg.sub .. " " .. require("pkg.sub") .. " " .. tostring(require("pkg") == pkg), 0)
end)`})[0].Runner.Run(context.Background(), call1(sms()))
	if st.Error == nil || st.Error.Message != "\nC3 pkg 1 1 true" {
		t.Errorf("%v", st.Error)
	}
}

func TestExpr(t *testing.T) {
	c := New(testHost())
	tests := []struct {
		source string
		want   any
		err    string
	}{
		{`event.FromCountry == "US"`, true, ""},
		{`event.Body`, "hi", ""},
		{`#event.media`, 0.0, ""},
		{`event.Nothing`, nil, ""},
		{`{ a = event.From, b = { 1, 2 } }`, map[string]any{"a": "+15550100", "b": []any{1.0, 2.0}}, ""},
		{`event.Body:upper():match("^H") ~= nil and event.kind`, "message.received", ""},
		{`(function() while true do end end)()`, nil, "config.toml:7: the expression took more than 100,000 instructions"},
		{`event.x.y`, nil, "config.toml:7: attempt to index a nil value (key 'y')"},
		{"1 +\n nil", nil, "config.toml:7: attempt to perform arithmetic (add) on a number and a nil value"},
		{`function() end`, nil, "the value is a function"},
		{`event.stale or event.previous`, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			x, problem := c.Expr(tt.source, "config.toml", 7, 12)
			if problem != nil {
				t.Fatal(problem)
			}
			for range 3 {
				v, err := x.Eval(context.Background(), sms("Body", "hi"))
				if tt.err != "" {
					if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
						t.Fatalf("error %v, want %s", err, tt.err)
					}
					continue
				}
				if err != nil || fmt.Sprintf("%#v", v) != fmt.Sprintf("%#v", tt.want) {
					t.Fatalf("%#v %v, want %#v", v, err, tt.want)
				}
			}
		})
	}
	for source, want := range map[string]string{
		"":                         "config.toml:7:12: the expression is empty (leave the key out)",
		"event.Body ==":            "config.toml:7:25: the file ends in the middle of a statement",
		"event.Body = 1":           "config.toml:7:23: syntax error near \"=\" (comparing is == in Lua)",
		"1, 2":                     "config.toml:7:12: this is not one expression",
		"1 end":                    "config.toml:7:14: syntax error near \"end\"",
		"http.get('x')":            "config.toml:7:12: http is not known in a route's expression",
		"store.get('x')":           "config.toml:7:12: store is not known in a route's expression",
		"event.Body and (\n 1 ..)": "config.toml:8:6: syntax error near \")\"",
	} {
		if _, problem := c.Expr(source, "config.toml", 7, 12); problem == nil || !strings.HasPrefix(problem.String(), want) {
			t.Errorf("%q: %v, want %s", source, problem, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{typical, "x = = 1", "return coroutine.yield(1)", "\xef\xbb\xbf#!x\nreturn 1", "local a <const> = 1", "goto x ::x::", "x = [==[ ]==]", "f'a'{b}(c)", "return 1+1+1+1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, problem := compileFile("fuzz.lua", text)
		if (c == nil) == (problem == nil) {
			t.Fatalf("%v and %v", c, problem)
		}
		if problem != nil && (problem.What == "" || problem.Line > bytes.Count(text, []byte("\n"))+bytes.Count(text, []byte("\r"))+1) {
			t.Fatalf("problem %s", problem)
		}
	})
}

// FuzzRun runs anything as a handler: it ends, with a step, and the state that
// goes back to the pool is as good as new.
func FuzzRun(f *testing.F) {
	for _, s := range []string{"return event.Body:rep(3)", "local t = {} for i = 1, 10 do t[i] = i end return #t", "error({})", "return pcall(coroutine.wrap(function() coroutine.yield() end))", "while true do end", "return (('x'):gsub('.', {x = 'y'}))"} {
		f.Add(s)
	}
	host := testHost()
	host.KV = memoryKV{}
	c := New(host)
	f.Fuzz(func(t *testing.T, body string) {
		p := program(map[string]string{"10-fuzz.lua": "on('message.received', function(event)\n" + body + "\nend)", "20-canary.lua": "on('message.received', function(event)\n" + canary + "\nend)"})
		scripts, problems := c.Compile(context.Background(), p)
		if len(problems.Errors()) > 0 {
			return
		}
		call := call1(sms("Body", "hi"))
		call.Limits.Instructions = 200_000
		st := scripts[0].Runner.Run(context.Background(), call)
		if st.Duration > 3*time.Second {
			t.Fatalf("took %v", st.Duration)
		}
		if st.Verdict == "" || (st.Error == nil) == (st.Verdict == router.Failed) {
			t.Fatalf("%+v", st)
		}
		if after := scripts[1].Runner.Run(context.Background(), call); !strings.HasPrefix(after.Reason, canarySays) {
			t.Fatalf("afterwards the canary says %+v", after)
		}
	})
}

// FuzzPattern matches any pattern against any text, in each of the functions
// that do.
func FuzzPattern(f *testing.F) {
	for _, s := range [][2]string{{"hello", "l+"}, {"a(b)c", "%b()"}, {"THE fox", "%f[%a]%a+"}, {"x=1", "(%w+)=(%w+)"}, {"", "^$"}, {"aaa", "a-b"}, {"]", "[]]"}, {"abab", "(ab)%1"}, {"x", "%"}, {"x", "[%"}} {
		f.Add(s[0], s[1])
	}
	scripts, problems := New(testHost()).Compile(context.Background(), program(map[string]string{"10-p.lua": `on("message.received", function(event)
  local s, p = event.Body, event.Pattern
  local ok, from, to = pcall(string.find, s, p)
  if ok and from then assert(from >= 1 and to >= from - 1 and to <= #s, "find") end
  pcall(string.match, s, p)
  local ok3, r, n = pcall(string.gsub, s, p, "%0")
  if ok3 then assert(r == s, "gsub by what was matched changes nothing") end

  pcall(function() for w in s:gmatch(p) do assert(w) end end)
  return drop("fine")
end)`}))
	if len(problems.Errors()) > 0 {
		f.Fatal(problems)
	}
	f.Fuzz(func(t *testing.T, s, p string) {
		c := call1(sms("Body", s, "Pattern", p))
		c.Limits.Instructions = 100_000
		if st := scripts[0].Runner.Run(context.Background(), c); st.Reason != "fine" && (st.Error == nil || st.Error.Budget == "") {
			t.Fatalf("%q %q: %+v", s, p, st.Error)
		}
	})
}
