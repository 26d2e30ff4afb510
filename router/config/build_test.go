package config

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

func names(scripts []*router.Script) []string {
	var out []string
	for _, s := range scripts {
		out = append(out, s.Name)
	}
	return out
}

// TestDefaultRoute: with no route at all there is one, on /twilio and below.
func TestDefaultRoute(t *testing.T) {
	g, _, problems := text(t, "")
	if g == nil || len(problems) > 0 {
		t.Fatal(problems)
	}
	for path, want := range map[string]bool{"/twilio": true, "/twilio/": true, "/twilio/a/b": true, "/twiliox": false, "/": false} {
		s := g.Site(path)
		if (s != nil) != want || want && (s.Routes[0].Name != "default" || len(s.Routes[0].Scripts) != 1 || s.Verify() != router.VerifyEnforce || len(s.Methods()) != 2) {
			t.Errorf("%s: %+v", path, s)
		}
	}
	if g, _, _ = text(t, "[route.off]\npath = \"/x\"\nenabled = false\n"); len(g.Routes) != 0 {
		t.Errorf("a route that was switched off comes back as %v", g.Routes[0])
	}
}

// TestRoute: every key of a route arrives.
func TestRoute(t *testing.T) {
	dir := folder(t, project)
	full := readFile(t, "testdata/good/full.toml")
	write(t, dir, "config.toml", full)
	g, _, problems := load(t, dir, deps())
	if g == nil {
		t.Fatal(problems)
	}
	if len(g.Routes) != 2 || g.Routes[0].Name != "support" || g.Routes[1].Name != "calls" {
		t.Fatalf("routes %v", g.Routes)
	}
	r := g.Routes[0]
	if want := []string{"optout", "support/tickets", "ivr"}; !slices.Equal(names(r.Scripts), want) {
		t.Errorf("scripts %v, want %v", names(r.Scripts), want)
	}
	if want := []string{"optout", "ivr", "support/tickets"}; !slices.Equal(names(g.Routes[1].Scripts), want) {
		t.Errorf("by default %v, want %v", names(g.Routes[1].Scripts), want)
	}
	var vars []string
	for _, v := range r.Vars {
		vars = append(vars, v.Name)
	}
	if !slices.Equal(vars, []string{"zeta", "alpha", "with space"}) {
		t.Errorf("vars %v are not in file order", vars)
	}
	if r.When != expression(`event.FromCountry == "US"`) || r.Verify != router.VerifyReport || r.Mode != router.ModeAuto ||
		r.Timeout != 12*time.Second || !slices.Equal(r.Methods, []string{"POST"}) || !strings.HasPrefix(r.Overrides, "rc=2&") ||
		r.BasicAuth.User != "twilio" || r.BasicAuth.Password.Reveal() != environment["WORD"] {
		t.Errorf("%+v", r)
	}
	want := router.Limits{Instructions: 1e6, Timeout: 2 * time.Second, BackgroundTimeout: 2 * time.Minute, HTTPCalls: 1, Concurrency: 8}
	if r.Limits != want {
		t.Errorf("limits %+v", r.Limits)
	}
	if !strings.Contains(string(r.Fallback.Voice), "Please call") || !strings.Contains(string(r.Fallback.Messaging), "Later") || string(r.Fallback.JSON) != `{"objects":{}}` {
		t.Errorf("fallback %s", encode(t, r.Fallback))
	}
	if f := g.Routes[1].Fallback; f.Voice == nil || f.Messaging != nil {
		t.Errorf("a document with Say counts for %v %v", f.Voice, f.Messaging)
	}
	if len(g.Accounts) != 2 || g.Accounts[0].Tokens[0].Reveal() != environment["TOKEN"] || len(g.Accounts[0].SharedKeys) != 2 ||
		g.Accounts[0].SharedKeys[1] != (router.SharedKey{SID: "SK00000000000000000000000000000002", Algorithm: "sha256", Secret: "ffffffffffffffffffffffffffffffff"}) ||
		len(g.Accounts[1].Tokens) != 3 {
		t.Errorf("accounts %+v", g.Accounts)
	}
	if s := g.Server; s.MaxBody != 2<<20 || s.TrustedProxies[1] != "10.0.0.0/8" || s.PublicURLs[1] != "http://user:hunter2hunter2@hooks.example.net/base" {
		t.Errorf("server %+v", s)
	}
}

// TestProgram: what the compiler is given.
func TestProgram(t *testing.T) {
	dir := folder(t, project)
	write(t, dir, "config.toml", readFile(t, "testdata/good/full.toml"))
	d := deps()
	var got router.Program
	d.Compile = func(ctx context.Context, p router.Program) ([]*router.Script, router.Problems) {
		got = p
		return compile(ctx, p)
	}
	if g, _, problems := load(t, dir, d); g == nil {
		t.Fatal(problems)
	}
	if len(got.Scripts) != 3 || len(got.Modules) != 1 || got.Modules[0].Name != "money.lua" {
		t.Errorf("%d scripts, modules %v", len(got.Scripts), got.Modules)
	}
	if got.Accounts["main"] != "AC00000000000000000000000000000001" || len(got.Accounts) != 2 {
		t.Errorf("accounts %v", got.Accounts)
	}
	grant := got.Grants["optout"]
	if grant.HTTP == nil || len(grant.HTTP) != 0 || grant.Limits.HTTPCalls != 3 || grant.Limits.Concurrency != 0 {
		t.Errorf("an empty list of URLs must not be none: %+v", grant)
	}
	if got.Grants["support/tickets"].HTTP != nil {
		t.Error("no list of URLs must be none")
	}
	want := `{"at":"2026-05-01T10:00:00Z","big":1e+300,"deep":{"a":{"b":"c"}},"f":1.5,"key":"hunter2hunter2","list":[1,"two",[3],{"four":4}],` +
		`"literal":"${WORD}","local":"2026-05-01T10:00:00","n":9007199254740992,"on":true,"pipeline":"leads","since":"2026-05-01","time":"07:30:00"}`
	if s := encode(t, grant.Settings); s != want {
		t.Errorf("settings\n%s\nwant\n%s", s, want)
	}
	if s := encode(t, got.Grants["support/tickets"].Settings); s != `{"queue":[{"name":"first"},{"name":"second"}]}` {
		t.Errorf("settings %s", s)
	}
	if got.HTTP.MaxResponse != 512<<10 || got.HTTP.AllowPrivate[0] != "10.0.0.0/8" {
		t.Errorf("http %+v", got.HTTP)
	}
}

// TestAddressees: a handler for an account that there is not is warned of; one
// may be meant by name or by SID.
func TestAddressees(t *testing.T) {
	d := deps()
	d.Compile = func(context.Context, router.Program) ([]*router.Script, router.Problems) {
		s := &router.Script{Name: "a", File: "a.lua"}
		for i, account := range []string{"", "main", "AC00000000000000000000000000000001", "mian", "AC00000000000000000000000000000002"} {
			s.Handlers = append(s.Handlers, router.Handler{Kinds: []router.KindPattern{"*"}, Account: account, Line: i + 1})
		}
		return []*router.Script{s}, nil
	}
	dir := folder(t, map[string]string{"config.toml": "[account.main]\nsid = \"AC00000000000000000000000000000001\"\n", "scripts/a.lua": ""})
	_, _, problems := load(t, dir, d)
	want := []string{
		`a.lua:4: warning: there is no account "mian": this handler never runs (did you mean "main"?)`,
		`a.lua:5: warning: there is no account "AC00000000000000000000000000000002": this handler never runs`,
	}
	if !slices.Equal(problems, want) {
		t.Errorf("got %q", problems)
	}
}

// TestNeedsAccount: a route that verifies wants an account that can.
func TestNeedsAccount(t *testing.T) {
	for _, c := range []struct{ name, toml, want string }{
		{"default route", "", `config.toml: route default verifies signatures`},
		{"own route", "[route.off]\npath = \"/a\"\nverify = \"off\"\n[route.on]\npath = \"/b\"\nverify = \"report\"\n", `config.toml:4:2: route on verifies signatures`},
		{"account without a token", "[account.a]\nsid = \"AC00000000000000000000000000000001\"\n", `config.toml: route default verifies signatures`},
		{"nothing verifies", "[route.off]\npath = \"/a\"\nverify = \"off\"\n", ""},
		{"token", "[account.a]\nsid = \"AC00000000000000000000000000000001\"\nauth_tokens = [\"x\"]\n", ""},
		{"shared key", "[account.a]\nsid = \"AC00000000000000000000000000000001\"\nshared_keys.SK1.secret = \"x\"\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"config.toml": c.toml, "scripts/a.lua": `on("*")`})
			g, _, problems := load(t, dir, deps())
			if g == nil {
				t.Fatal(problems)
			}
			got := strings.Join(lines(dir, NeedsAccount(g)), "\n")
			if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestReach: what can never run is warned of, what can is not.
func TestReach(t *testing.T) {
	for _, c := range []struct {
		name    string
		scripts map[string]string
		toml    string
		want    []string
	}{
		{"all well", map[string]string{"a": `on("message.received")`}, "", nil},
		{"no script", nil, "", []string{`scripts: warning: there is no script in this folder: every event gets the empty answer (put a .lua file into it)`}},
		{"no handler, which the compiler tells", map[string]string{"a": `return`}, "", nil},
		{"no such kind", map[string]string{"a": `on("message.recieved")`, "b": `on("*")`}, "", []string{
			`scripts/a.lua: warning: there is no kind "message.recieved" (did you mean "message.received"?)`,
		}},
		{"another kind", map[string]string{"a": `on("message.*")`}, "[route.r]\npath = \"/r\"\non = [\"call.*\"]\n", []string{
			`config.toml:3:1: warning: no script of route r handles call.* (its events get the empty answer)`,
			`scripts/a.lua: warning: no route leads to this script (no route that has it takes one of its kinds)`,
		}},
		{"patterns that meet", map[string]string{"a": `on("*.received")`}, "[route.r]\npath = \"/r\"\non = [\"call.*\"]\n", nil},
		{"answered", map[string]string{"a": `on("call.answered")`}, "[route.r]\npath = \"/r\"\non = [\"call.in-progress\"]\n", nil},
		{"left out of every list", map[string]string{"a": `on("*")`, "b": `on("*")`}, "[route.r]\npath = \"/r\"\nscripts = [\"a\"]\n", []string{
			`scripts/b.lua: warning: no route leads to this script (no route that has it takes one of its kinds)`,
		}},
		{"from inside", map[string]string{"a": `on("*.received")`, "b": `on("app.missed")`, "c": `on("router.*")`}, "[route.r]\npath = \"/r\"\nscripts = [\"a\"]\n", nil},
		{"steps", map[string]string{"a": `step("x")`}, "[route.r]\npath = \"/r\"\non = [\"call.received\"]\n", nil},
		{"disabled", map[string]string{"a": `on("*")`}, "[route.r]\npath = \"/r\"\nenabled = false\n", []string{
			`scripts/a.lua: warning: no route leads to this script (no route that has it takes one of its kinds)`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"config.toml": c.toml, "scripts/": ""}
			for name, text := range c.scripts {
				files["scripts/"+name+".lua"] = text
			}
			g, _, problems := load(t, folder(t, files), deps())
			if g == nil || !slices.Equal(problems, c.want) {
				t.Errorf("got %q", problems)
			}
		})
	}
}

func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"*", "", true}, {"a*", "*b", true}, {"a*", "b*", false}, {"*a", "*b", false},
		{"a*c", "ab*", true}, {"a*b", "a*c", false}, {"message.*", "*.received", true}, {"message.*", "call.*", false},
		{"*x*", "*y*", true}, {"a**b", "ab", true}, {"", "", true}, {"", "a", false},
	} {
		if overlap(c.a, c.b) != c.want || overlap(c.b, c.a) != c.want {
			t.Errorf("%q and %q: want %v", c.a, c.b, c.want)
		}
	}
}

// FuzzOverlap: a name that both patterns match is an overlap.
func FuzzOverlap(f *testing.F) {
	f.Add("a*", "*b", "ab")
	f.Add("*a*b", "a*", "aab")
	f.Fuzz(func(t *testing.T, a, b, name string) {
		if len(a)+len(b)+len(name) < 200 && router.Glob(a, name) && router.Glob(b, name) && !strings.Contains(name, "*") && !overlap(a, b) {
			t.Errorf("%q and %q both match %q", a, b, name)
		}
	})
}

func TestGlobPath(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"*.lua", "a.lua", true}, {"*.lua", "x/a.lua", false}, {"x/*.lua", "x/a.lua", true}, {"**/*.lua", "a.lua", true},
		{"**/*.lua", "x/y/a.lua", true}, {"x/**", "x/y/a.lua", true}, {"x/**/a.lua", "x/a.lua", true}, {"x/**/a.lua", "y/a.lua", false},
		{"?-[ab].lua", "1-b.lua", true}, {"?-[ab].lua", "1-c.lua", false}, {"x", "x/y", false}, {"**", "", true},
	} {
		if got := globPath(strings.Split(c.pattern, "/"), strings.Split(c.path, "/")); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.path, got)
		}
	}
}

// TestDiff names what needs a restart, and nothing else.
func TestDiff(t *testing.T) {
	base := "[server]\nlisten = [\":1\"]\n[admin]\nlisten = \"127.0.0.1:1\"\n"
	_, old, _ := text(t, base)
	for _, c := range []struct{ toml, want string }{
		{base, ""},
		{base + "[limits]\ntimeout = \"1s\"\n[route.a]\npath = \"/a\"\n", ""},
		{strings.Replace(base, ":1\"]", ":2\"]", 1), "server.listen (from [:1] to [:2])"},
		{strings.Replace(base, "127.0.0.1:1", "127.0.0.1:2", 1), "admin.listen (from 127.0.0.1:1 to 127.0.0.1:2)"},
		{base + "[store]\ndedupe = \"2d\"\n", "store.dedupe (from 24h to 2d)"},
		{base + "[log]\nlevel = \"debug\"\nformat = \"json\"\nredact = []\n", "log.level (from info to debug)\nlog.format (from auto to json)\nlog.redact (from [numbers bodies] to [])"},
		{strings.Replace(base, "[admin]", "drain = \"1s\"\n[admin]", 1), "server.drain (from 20s to 1s)"},
		{base + "token = \"not for a log, and long enough\"\n", "admin.token"},
	} {
		_, c2, _ := text(t, c.toml)
		if got := strings.Join(Diff(old, c2), "\n"); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	with := *old
	with.Server.TLS = &TLS{}
	if got := Diff(old, &with); !slices.Equal(got, []string{"server.tls (from HTTP to HTTPS)"}) {
		t.Errorf("got %q", got)
	}
}

// TestUnchanged: a Files can be built twice, and the problems of one build are
// not in the next.
func TestUnchanged(t *testing.T) {
	dir := folder(t, project)
	write(t, dir, "config.toml", readFile(t, "testdata/good/warnings.toml"))
	f := read(t, dir)
	g1, _, first := Build(t.Context(), f, deps())
	g2, _, second := Build(t.Context(), f, deps())
	if !slices.Equal(first, second) || len(first) == 0 || g1 == nil || g2 == nil {
		t.Errorf("first %v, second %v", first, second)
	}
}

// many is a configuration of n routes.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[route.r%d]\npath = \"/in/%d\"\non = [\"message.received\", \"call.*\"]\nwhen = 'event.From == \"%d\"'\nvars = { a = \"event.Body\" }\nscripts = [\"all\"]\n\n", i, i, i)
	}
	return b.String()
}

func BenchmarkTenThousandRoutes(b *testing.B) {
	dir := folder(b, map[string]string{"config.toml": many(10_000), "scripts/10-all.lua": `on("*")`})
	for b.Loop() {
		g, _, problems := load(b, dir, deps())
		if g == nil || len(g.Routes) != 10_000 || len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
