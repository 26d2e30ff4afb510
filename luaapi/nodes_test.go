package luaapi

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/twiml"
	"twirouter/router"
)

func TestNodes(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`Say"a"`, `<Say>a</Say>`},
		{`Say("a" .. 1)`, `<Say>a1</Say>`},
		{`Say{ "a ", 5, " b" }`, `<Say>a 5 b</Say>`},
		{`Say{ voice = "Polly.Amy", "For ", ssml.emphasis"sales", "." }`, `<Say voice="Polly.Amy">For <emphasis>sales</emphasis>.</Say>`},
		{`Say{ ssml.break_{ time = "1s" }, ssml.say_as{ interpret_as = "date", "x" } }`, `<Say><break time="1s"/><say-as interpret-as="date">x</say-as></Say>`},
		{`Say{ ssml.lang{ xml_lang = "de-DE", "x" } }`, `<Say><lang xml:lang="de-DE">x</lang></Say>`},
		{`Hangup()`, `<Hangup/>`},
		{`Pause{ length = 1 }`, `<Pause length="1"/>`},
		{`Gather{ input = { "dtmf", "speech" }, numDigits = 1, timeout = 4.0, action = "https://x.example/a?b=1&c=2", actionOnEmptyResult = true, Say"x" }`,
			`<Gather action="https://x.example/a?b=1&amp;c=2" actionOnEmptyResult="true" input="dtmf speech" numDigits="1" timeout="4"><Say>x</Say></Gather>`},
		{`Gather{ nil, Say"a", nil, false, { Say"b", { nil, Say"c" } }, (5 > 6) and Say"d" }`, `<Gather><Say>a</Say><Say>b</Say><Say>c</Say></Gather>`},
		{`Gather{ input = { false, nil, "speech" }, Say"x" }`, `<Gather input="speech"><Say>x</Say></Gather>`},
		{`Gather(Say"x")`, `<Gather><Say>x</Say></Gather>`},
		{`Gather{ finishOnKey = "", Say"x" }`, `<Gather finishOnKey=""><Say>x</Say></Gather>`},
		{`Dial{ timeout = 20, Number{ statusCallbackEvent = { "initiated", "answered" }, "+15550123" } }`, `<Dial timeout="20"><Number statusCallbackEvent="initiated answered">+15550123</Number></Dial>`},
		{`Message{ Body("You said: <" .. event.Body .. ">"), Media"https://example.com/a.jpg" }`, `<Message><Body>You said: &lt;hi&gt;</Body><Media>https://example.com/a.jpg</Media></Message>`},
		{`Say{ extra = { newAttr = "x", other = 1 }, "x" }`, `<Say newAttr="x" other="1">x</Say>`},
		{`Element("NewVerb", { a = 1, b = true, Say"x", "text" })`, `<NewVerb a="1" b="true"><Say>x</Say>text</NewVerb>`},
		{`Element"NewVerb"`, `<NewVerb/>`},
		{`twiml.Say"x"`, `<Say>x</Say>`},
		{`twiml.Element("X", "y")`, `<X>y</X>`},
	} {
		if got := prints(t, "print(("+c.code+"))"); got != c.want {
			t.Errorf("%s = %s, want %s", c.code, got, c.want)
		}
	}
}

func TestNodesAreReadOnlyValues(t *testing.T) {
	got := prints(t, `
		local g = Gather{ numDigits = 1, input = "dtmf", Say"a", Say{ language = "de-DE", "b" } }
		print(g.numDigits, g.input, g.none, g.tag, #g, tostring(g[1]), g[2].language, g[2][1], g[3], g[1.5], type(g), getmetatable(g))
		print(ssml.say_as{ interpret_as = "date", "x" }.interpret_as, ssml.say_as{ interpret_as = "date", "x" }.tag)
		print(pcall(function() g.numDigits = 2 end))
		print(pcall(function() return "x" .. g end))
		print(pcall(function() return g .. "x" end))
		print(pcall(function() return g{ "x" } end))`)
	for i, want := range []string{
		"1\tdtmf\tnil\tGather\t2\t<Say>a</Say>\tde-DE\tb\tnil\tnil\tuserdata\tfalse",
		"date\tsay-as",
		"a Gather cannot be changed: give it everything when it is made, as Gather{ … }",
		`a Gather is no text: put brackets round joined text, Gather("Hello " .. name)`,
		`a Gather is no text: put brackets round joined text, Gather("Hello " .. name)`,
		"a Gather is made already: attributes and text go into one table, as Gather{ name = …, \"text\" }",
	} {
		if line := strings.Split(got, "\n")[i]; !strings.HasSuffix(line, want) {
			t.Errorf("line %d is %q, want %q", i, line, want)
		}
	}
}

func TestNodeErrors(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`Gather{ numDigts = 1, Say"x" }`, `Gather has no attribute numDigts; did you mean numDigits?`},
		{`Gather{ numDigits = 1, Dial"+15551234567" }`, `Gather cannot contain Dial`},
		{`Dial{ timeout = "30s", "+15550123" }`, `Dial timeout must be a whole number of seconds, got "30s"`},
		{`Say{}`, `Say is empty`},
		{`Say(nil)`, `Say is empty`},
		{`Say(true)`, `Say cannot contain true`},
		{`Say(print)`, `Say cannot contain a function; is it to be called`},
		{`Say{ drop("x") }`, `Say cannot contain what drop() made`},
		{`Gather{ action = at, Say"x" }`, `Gather action must be a string, a number, a boolean or a list of them, got a function; is it to be called, as at()?`},
		{`Gather{ action = Say"x", Say"x" }`, `Gather action must be a string, a number, a boolean or a list of them, got a Say`},
		{`Gather{ input = { print }, Say"x" }`, `Gather input must be a string`},
		{`Gather{ input = { x = 1 }, Say"x" }`, `Gather input is a list, and has the text "x" as a key`},
		{`Gather{ { timeout = 5 }, Say"x" }`, `Gather has a list with the name "timeout" in it: attributes belong to an element`},
		{`Gather{ [true] = 1 }`, `Gather takes attributes by name and children by position, got true as a key`},
		{`Say("x", { voice = "alice" })`, `Say takes one value: a text, or a table`},
		{`Say{ extra = "x", "y" }`, `Say: extra is a table of attributes, got the text "x"`},
		{`Say{ extra = { "x" }, "y" }`, `Say: extra is a table of attributes by name`},
		{`Say{ event, "y" }`, `Say cannot contain a userdata`},
		{`Element(5)`, `Element takes the name of an element`},
		{`Element("a b")`, `"a b" cannot be the name of an element`},
		{`local t = { "x" } t[2] = t Say(t)`, `Say has lists in lists more than 32 deep`},
		{`local t = {} for i = 1, 20000 do t[i] = "x" end Say(t)`, `Say has more than 10000 children`},
		{`local t = { "x" } for i = 1, 20 do t = { t, t } end Say(t)`, `Say has more than 10000 children`},
	} {
		st := workbench{event: voice()}.run(t, "\n"+c.code)
		if got := errorOf(st); !strings.Contains(got, c.want) {
			t.Errorf("%s raised %q, want %q", c.code, got, c.want)
		} else if st.Error.Line != 3 || st.Error.File != "scripts/10-test.lua" {
			t.Errorf("%s raised at %s:%d", c.code, st.Error.File, st.Error.Line)
		}
	}
}

func TestNodeWarnings(t *testing.T) {
	st := workbench{event: voice()}.run(t, "\nreturn { Say{ voice = 'Polly.Ammy', 'x' },\nRedirect'/next',\nSay'never' }")
	if st.Error != nil || len(st.Warnings) < 2 {
		t.Fatalf("warnings %q, %v", st.Warnings, st.Error)
	}
	all := strings.Join(st.Warnings, "\n")
	for _, want := range []string{"scripts/10-test.lua:3: Say voice \"Polly.Ammy\" is not known here", "scripts/10-test.lua:5: Say is never reached"} {
		if !strings.Contains(all, want) {
			t.Errorf("warnings\n%s\nwant %s", all, want)
		}
	}
}

func TestDocumentErrorsHaveTheirLine(t *testing.T) {
	st := workbench{}.run(t, "\nlocal a = Say'x'\nlocal b = Play'https://x.example/y'\nreturn { a, b }")
	if st.Error == nil || st.Error.Line != 3 || st.Error.File != "scripts/10-test.lua" || !strings.Contains(st.Error.Message, "Say belongs to calls") ||
		!strings.Contains(st.Error.Message, "and line 4: Play belongs to calls") || st.Error.Source != "local a = Say'x'" {
		t.Errorf("error %+v", st.Error)
	}
}

// corpusDir is where facts to test against lie, beside the project.
func corpusDir(t testing.TB) string {
	dir := os.Getenv("TWIROUTER_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(filepath.Join(dir, "twiml-cases.json")); err != nil {
		t.Skipf("no corpus at %s (set TWIROUTER_CORPUS)", dir)
	}
	return dir
}

type corpusNode struct {
	Verb     string
	Attrs    map[string]any
	Text     *string
	Comment  *string
	Children []corpusNode
}

// lua writes the node as a script would.
func (n corpusNode) lua(parent *twiml.Element) (string, bool) {
	if n.Comment != nil || n.Verb == "" && n.Text == nil {
		return "", false
	}
	if n.Verb == "" {
		return luaString(*n.Text), true
	}
	e, ok := twiml.LookupTag(parent, n.Verb)
	if !ok {
		return "", false
	}
	var parts []string
	for _, k := range sortedKeys(n.Attrs) {
		parts = append(parts, "["+luaString(k)+"] = "+luaLiteral(n.Attrs[k]))
	}
	if n.Text != nil {
		parts = append(parts, luaString(*n.Text))
	}
	for _, c := range n.Children {
		s, ok := c.lua(e)
		if !ok {
			return "", false
		}
		parts = append(parts, s)
	}
	return e.Label() + "{ " + strings.Join(parts, ", ") + " }", true
}

func luaString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		fmt.Fprintf(&b, `\%03d`, s[i])
	}
	return b.String() + `"`
}

func luaLiteral(v any) string {
	switch v := v.(type) {
	case string:
		return luaString(v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = luaLiteral(v[i])
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return fmt.Sprint(v)
}

// TestCorpusThroughLua builds documents that the official libraries build, with
// the constructors of a script.
func TestCorpusThroughLua(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(corpusDir(t), "twiml-cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name      string
		Document  string
		Build     []corpusNode
		Canonical string
		SchemaOK  bool `json:"schema_ok"`
		Fragment  bool
		RootAttrs map[string]any `json:"root_attrs"`
		Before    any
		After     any
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	events := map[string]*router.Event{"voice": voice(), "messaging": sms("Body", "hi"), "fax": wanting("fax.received", router.WantsFax)}
	ran := 0
	for _, c := range cases {
		if !c.SchemaOK || c.Fragment || c.RootAttrs != nil || c.Before != nil || c.After != nil {
			continue
		}
		var parts []string
		whole := true
		for _, n := range c.Build {
			s, ok := n.lua(nil)
			whole = whole && ok && n.Verb != ""
			parts = append(parts, s)
		}
		if !whole {
			continue
		}
		st := workbench{event: events[c.Document]}.run(t, "return { "+strings.Join(parts, ",\n")+" }")
		if st.Error != nil {
			t.Logf("%s: refused: %s", c.Name, st.Error.Message)
			continue
		}
		ran++
		if got := string(st.Reply.Body); got != c.Canonical {
			t.Errorf("%s:\n%s\nwant\n%s", c.Name, got, c.Canonical)
		}
	}
	t.Logf("%d of %d documents built in Lua", ran, len(cases))
	if ran < len(cases)/2 {
		t.Errorf("only %d of %d documents could be built", ran, len(cases))
	}
}

const ivr = `return {
  Gather{ input = { "dtmf", "speech" }, numDigits = 1, timeout = 4, action = "https://hooks.example.com/twilio?step=ivr.choice",
    Say{ voice = "Polly.Amy", "For sales, press 1 or say ", ssml.emphasis"sales", "." },
    Pause{ length = 1 } },
  Say"We did not hear anything.",
  Redirect"https://hooks.example.com/twilio",
}`

// BenchmarkIVR is an event that is answered with a menu: the whole run, and
// under nodes what the document alone costs of it.
func BenchmarkIVR(b *testing.B) {
	for name, code := range map[string]string{"run": ivr, "nothing": `return nil`} {
		b.Run(name, func(b *testing.B) {
			s := compile(b, map[string]string{"10-ivr.lua": "on('call.received', function(event)\n" + code + "\nend)"})
			c := call1(voice())
			b.ReportAllocs()
			for b.Loop() {
				if st := s[0].Runner.Run(b.Context(), c); st.Error != nil {
					b.Fatal(st.Error)
				}
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	const doc = `{"account_sid":"AC123","messages":[{"sid":"SM1","body":"Hello there","price":-0.0075,"tags":["a","b"]},{"sid":"SM2","body":"Hello \"again\"","price":null,"tags":[]}],"page":0}`
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	v, err := decode(nil, L, doc)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decode(nil, L, doc); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encode(nil, L, v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
