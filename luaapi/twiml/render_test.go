package twiml

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	tests := []struct {
		name  string
		kind  Kind
		build func(w *writer) []any
		want  string
	}{
		{"nothing", Voice, func(*writer) []any { return nil }, `<Response/>`},
		{"a message", Messaging, one("Message", "You said: <b>R&D</b> \"ok\"\r\n\t'x'"),
			"<Response><Message>You said: &lt;b&gt;R&amp;D&lt;/b&gt; \"ok\"&#xD;\n\t'x'</Message></Response>"},
		{"an attribute", Voice, one("Gather", attrs{"hints": "a\tb\nc\rd \"e\" <f> & 'g'", "action": "/x"}),
			`<Response><Gather action="/x" hints="a&#x9;b&#xA;c&#xD;d &quot;e&quot; &lt;f&gt; &amp; 'g'"/></Response>`},
		{"attributes in order", Voice, one("Gather", attrs{"timeout": 4, "numDigits": 1, "input": []any{"dtmf", "speech"}, "action": "/m", "finishOnKey": ""}),
			`<Response><Gather action="/m" finishOnKey="" input="dtmf speech" numDigits="1" timeout="4"/></Response>`},
		{"lists by the separator of the attribute", Voice, one("Gather", attrs{"hints": []any{"sales", "tech support", 3}, "input": []any{"speech"}}),
			`<Response><Gather hints="sales,tech support,3" input="speech"/></Response>`},
		{"numbers and booleans", Voice, func(w *writer) []any {
			return []any{w.N("Connect", w.N("ConversationRelay", attrs{"url": "wss://x", "eotThreshold": 0.7, "dtmfDetection": true, "interruptible": false}))}
		}, `<Response><Connect><ConversationRelay dtmfDetection="true" eotThreshold="0.7" interruptible="false" url="wss://x"/></Connect></Response>`},
		{"a number for a string", Messaging, one("Message", attrs{"to": 15551234567.0, "from": "Acme"}, "x"),
			`<Response><Message from="Acme" to="15551234567">x</Message></Response>`},
		{"speech", Voice, func(w *writer) []any {
			return []any{w.N("Say", attrs{"voice": "Polly.Amy"}, "For ", w.N("ssml.emphasis", "sales"), ", ",
				w.N("ssml.break_", attrs{"time": "1s"}), w.N("ssml.say_as", attrs{"interpret_as": "digits"}, "12"),
				w.N("ssml.lang", attrs{"xml_lang": "fr-FR"}, "bonjour"), ".")}
		}, `<Response><Say voice="Polly.Amy">For <emphasis>sales</emphasis>, <break time="1s"/><say-as interpret-as="digits">12</say-as><lang xml:lang="fr-FR">bonjour</lang>.</Say></Response>`},
		{"reserved words", Voice, func(w *writer) []any {
			return []any{w.N("Pay", attrs{"action": "/p"}, w.N("Prompt", attrs{"for_": "security-code", "attempt": []any{1, 2}}, w.N("Say", "code")))}
		}, `<Response><Pay action="/p"><Prompt attempt="1 2" for="security-code"><Say>code</Say></Prompt></Pay></Response>`},
		{"Sip in Dial and in Refer", Voice, func(w *writer) []any {
			return []any{w.N("Refer", w.N("Sip", "sip:a@b.example")), w.N("Refer", w.N("ReferSip", "sip:a@b.example")), w.N("Dial", w.N("Sip", attrs{"username": "u"}, "sip:a@b.example"))}
		}, `<Response><Refer><Sip>sip:a@b.example</Sip></Refer><Refer><Sip>sip:a@b.example</Sip></Refer><Dial><Sip username="u">sip:a@b.example</Sip></Dial></Response>`},
		{"the documented spelling", Voice, func(w *writer) []any {
			return []any{w.N("Connect", w.N("ConversationRelay", attrs{"url": "wss://x", "speechtimeout": "auto"}))}
		}, `<Response><Connect><ConversationRelay speechTimeout="auto" url="wss://x"/></Connect></Response>`},
		{"what XML forbids", Messaging, one("Message", "a\x00b\x0bc\uFFFEd\uFFFFe\xed\xa0\x80f\xf0\x9f\x98g\u0085"),
			"<Response><Message>abcde\uFFFD\uFFFD\uFFFDf\uFFFDg\u0085</Message></Response>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ps := document(tt.kind, tt.build)
			if ps.Failed() {
				t.Fatal(ps)
			}
			if want := Declaration + tt.want; got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestSipOfDialInReferKeepsToRefer(t *testing.T) {
	_, ps := document(Voice, func(w *writer) []any { return []any{w.N("Refer", w.N("Sip", attrs{"username": "u"}, "sip:a@b"))} })
	if got := ps.Errors(); len(got) != 1 || got[0].Rule != ruleUnknownAttribute || got[0].Pos.Line != 1 {
		t.Errorf("got %v", got)
	}
}

// A node that stands in several places is written in each; doubling it must not
// make an endless document of a few lines.
func TestSharedNodesAreBounded(t *testing.T) {
	e, _ := Lookup("ssml.emphasis")
	n, _ := New(e, Pos{}, nil, []Child{Text("ha")})
	for i := range 64 {
		next, ps := New(e, Pos{File: "x.lua", Line: i + 1}, nil, []Child{Nested(n), Nested(n)})
		if next == nil {
			if got := ps.Errors()[0]; got.Code != 11750 || got.Pos.Line != i+1 {
				t.Errorf("refused with %v", got)
			}
			if i > 16 {
				t.Errorf("refused only after %d doublings", i)
			}
			return
		}
		n = next
	}
	t.Error("never refused")
}

func TestDepthIsBounded(t *testing.T) {
	var n *Node
	var ps Problems
	for i := range maxDepth + 2 {
		var children []Child
		if n != nil {
			children = []Child{Nested(n)}
		}
		if n, ps = Generic("x", Pos{}, nil, children); n == nil {
			if i != maxDepth+1 || ps[0].Rule != ruleTooDeep {
				t.Errorf("refused at %d: %v", i, ps)
			}
			return
		}
	}
	t.Error("never refused")
}

func TestSizeIsBounded(t *testing.T) {
	e, _ := Lookup("Task")
	var children []Child
	for range 5 {
		n, ps := New(e, Pos{}, nil, []Child{Text(`"` + strings.Repeat("&", 3000) + `"`)})
		if n == nil {
			t.Fatal(ps)
		}
		q, _ := Lookup("Enqueue")
		enqueue, ps := New(q, Pos{}, []Arg{{Name: "workflowSid", Value: Str("WW" + strings.Repeat("0", 32))}}, []Child{Nested(n)})
		if enqueue == nil {
			t.Fatal(ps)
		}
		children = append(children, Nested(enqueue))
	}
	doc, _ := NewDocument(Voice, children)
	if ps := doc.Check(); len(ps) != 1 || ps[0].Message() != "the reply is 74 kB; Twilio takes 64 kB; use Redirect to a second script, or pass a key instead of the data" {
		t.Errorf("Check: %v", ps)
	}
	body, err := doc.Render()
	var p *Problem
	if body != nil || !errors.As(err, &p) || p.Code != 11750 {
		t.Errorf("Render: %d bytes, %v", len(body), err)
	}
	doc, _ = NewDocument(Voice, children[:4])
	if body, err := doc.Render(); err != nil || len(body) != cap(body) {
		t.Errorf("Render: %d bytes of %d, %v", len(body), cap(body), err)
	}
}

func TestEscapeHatches(t *testing.T) {
	say, _ := Lookup("Say")
	n, ps := New(say, Pos{}, []Arg{{Name: "newAttr", Value: Num(1), Extra: true}, {Name: "a", Value: List(Str("x"), Flag(true)), Extra: true}}, []Child{Text("hi")})
	if ps != nil || n.String() != `<Say a="x true" newAttr="1">hi</Say>` {
		t.Errorf("extra: %v %v", n, ps)
	}
	inner, ps := Generic("NewVerb", Pos{}, []Arg{{Name: "xml:id", Value: Str("<")}}, []Child{Text("a & b"), Nested(n)})
	if ps != nil || inner.String() != `<NewVerb xml:id="&lt;">a &amp; b<Say a="x true" newAttr="1">hi</Say></NewVerb>` {
		t.Errorf("Generic: %v %v", inner, ps)
	}
	gather, _ := Lookup("Gather")
	if n, ps := New(gather, Pos{}, nil, []Child{Nested(inner)}); n == nil {
		t.Errorf("a generic child: %v", ps)
	}
	if _, ps := Generic("say", Pos{}, nil, nil); len(ps) != 1 || ps[0].Message() != `Element("say") is not checked; write Say` {
		t.Errorf("an element that is known: %v", ps)
	}
	bad := []struct {
		name string
		ps   func() Problems
	}{
		{"an element's name", func() Problems { _, ps := Generic("New Verb", Pos{}, nil, nil); return ps }},
		{"an element that closes", func() Problems { _, ps := Generic("a><b", Pos{}, nil, nil); return ps }},
		{"the root", func() Problems { _, ps := Generic("Response", Pos{}, nil, nil); return ps }},
		{"an attribute's name", func() Problems {
			_, ps := New(say, Pos{}, []Arg{{Name: `a="`, Value: Str("x"), Extra: true}}, []Child{Text("hi")})
			return ps
		}},
		{"an attribute twice", func() Problems {
			_, ps := New(say, Pos{}, []Arg{{Name: "voice", Value: Str("man"), Extra: true}, {Name: "voice", Value: Str("man")}}, []Child{Text("hi")})
			return ps
		}},
		{"a value that is none", func() Problems {
			_, ps := New(say, Pos{}, []Arg{{Name: "a", Extra: true}}, []Child{Text("hi")})
			return ps
		}},
	}
	for _, b := range bad {
		if !b.ps().Failed() {
			t.Errorf("%s was not refused", b.name)
		}
	}
}

func TestComments(t *testing.T) {
	for in, want := range map[string]string{"a": "a", "a--b": "a- -b", "-": "- ", "---": "- - - ", "x\x01y": "xy", "<&>": "<&>"} {
		doc, _ := NewDocument(Voice, []Child{Comment(in)})
		doc.SetComments([]string{in}, []string{in})
		body, err := doc.Render()
		c := "<!--" + want + "-->"
		if err != nil || string(body) != Declaration+c+"<Response>"+c+"</Response>"+c {
			t.Errorf("%q: %s %v", in, body, err)
		}
		if err := wellFormed(string(body)); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func wellFormed(s string) error {
	dec := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := dec.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// FuzzNodes builds whatever the bytes say, with every element and escape hatch,
// and holds the package to its promise: what it renders is XML, with the same
// texts in it, or it was refused.
func FuzzNodes(f *testing.F) {
	f.Add([]byte("\x00hello"), "text & <b>", "name")
	f.Add([]byte{1, 2, 3, 4, 5, 200, 100, 50, 3, 3, 3}, "\x00\xff]]>", "x:y")
	f.Add([]byte("SayGatherDialSipRefer"), "--", "a b")
	f.Fuzz(func(t *testing.T, plan []byte, text, name string) {
		var pool []*Node
		all := append(append([]*Element(nil), Elements()...), SSML()...)
		next := func() int {
			if len(plan) == 0 {
				return 0
			}
			b := plan[0]
			plan = plan[1:]
			return int(b)
		}
		for len(plan) > 0 && len(pool) < 64 {
			e := all[next()%len(all)]
			var args []Arg
			for range next() % 4 {
				switch n := next(); {
				case n%3 == 0 || len(e.Attributes) == 0:
					args = append(args, Arg{Name: name, Value: Str(text), Extra: n%2 == 0})
				default:
					a := e.Attributes[n%len(e.Attributes)]
					v := Str(text)
					if len(a.Values) > 0 {
						v = Str(a.Values[next()%len(a.Values)])
					}
					args = append(args, Arg{Name: a.LuaName, Value: v})
				}
			}
			var children []Child
			for range next() % 4 {
				switch n := next(); {
				case n%4 == 0:
					children = append(children, Comment(text))
				case n%4 == 1 || len(pool) == 0:
					children = append(children, Text(text))
				default:
					children = append(children, Nested(pool[n%len(pool)]))
				}
			}
			n, ps := New(e, Pos{}, args, children)
			if next()%8 == 0 {
				n, ps = Generic(name, Pos{}, args, children)
			}
			if (n == nil) != ps.Failed() {
				t.Fatalf("%v but %v", n, ps)
			}
			if n != nil {
				if s := n.String(); len(s) != n.size {
					t.Fatalf("%d bytes, expected %d: %s", len(s), n.size, s)
				}
				pool = append(pool, n)
			}
		}
		var children []Child
		for _, n := range pool {
			children = append(children, Nested(n))
		}
		doc, _ := NewDocument(Kind(len(text)%3), append(children, Text(text)))
		doc.SetAttrs(Pos{}, []Arg{{Name: name, Value: Str(text), Extra: true}})
		doc.SetComments([]string{text}, []string{name})
		doc.Check()
		body, err := doc.Render()
		if err != nil {
			return
		}
		if err := wellFormed(string(body)); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
	})
}
