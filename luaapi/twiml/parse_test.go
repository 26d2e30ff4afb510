package twiml

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		kind Kind
		text string
		want string // rendered, without the declaration
	}{
		{"as written", Voice, `<?xml version="1.0" encoding="UTF-8"?><Response><Say voice="man">a &amp; b</Say></Response>`, `<Response><Say voice="man">a &amp; b</Say></Response>`},
		{"indented", Voice, "\n  <Response>\n    <Gather action=\"/x\">\n      <Say>Press 1</Say>\n    </Gather>\n    <Redirect>\n      /again\n    </Redirect>\n  </Response>\n",
			`<Response><Gather action="/x"><Say>Press 1</Say></Gather><Redirect>/again</Redirect></Response>`},
		{"with a byte order mark", Messaging, "\uFEFF<Response><Message>hi</Message></Response>", `<Response><Message>hi</Message></Response>`},
		{"nothing to say", Voice, `<Response></Response>`, `<Response/>`},
		{"CDATA and entities", Messaging, `<Response><Message>a<![CDATA[<b>]]>&#65;&lt;</Message></Response>`, `<Response><Message>a&lt;b&gt;A&lt;</Message></Response>`},
		{"comments", Voice, `<!--x--><Response><!-- y --><Hangup/></Response><!--z-->`, `<!--x--><Response><!-- y --><Hangup/></Response><!--z-->`},
		{"Sip in Refer", Voice, `<Response><Refer><Sip>sip:a@b</Sip></Refer></Response>`, `<Response><Refer><Sip>sip:a@b</Sip></Refer></Response>`},
		{"mixed speech", Voice, `<Response><Say>a <emphasis level="strong">b</emphasis> c</Say></Response>`, `<Response><Say>a <emphasis level="strong">b</emphasis> c</Say></Response>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, ps := Parse(tt.kind, tt.text)
			if doc == nil {
				t.Fatal(ps)
			}
			if body, err := doc.Render(); err != nil || string(body) != Declaration+tt.want {
				t.Errorf("\n got %s %v\nwant %s", body, err, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name string
		kind Kind
		text string
		want string
	}{
		{"nothing", Voice, "", "1:1: the document is empty; write <Response/> to answer nothing"},
		{"words", Voice, "\n  OK", `2:3: this is not TwiML: "OK"; write <Response>…</Response>`},
		{"another root", Voice, "<Say>hi</Say>", "1:1: the root element must be Response, not Say; write <Response>…</Response>"},
		{"two roots", Voice, "<Response/><Response/>", "1:12: <Response> comes after the end of the document; a document has one <Response>"},
		{"an open element", Voice, "<Response>\n  <Say>hi", "2:3: <Say> is never closed"},
		{"crossed elements", Voice, "<Response>\n <Gather><Say>hi</Gather></Say></Response>", "2:17: </Gather> where <Say> of line 2 must be closed"},
		{"an ampersand", Voice, "<Response><Say>R&D</Say></Response>", "1:17: this is not XML: invalid character entity &D (no semicolon); write & as &amp;"},
		{"an unquoted attribute", Voice, "<Response><Pause length=1/></Response>", "1:26: this is not XML: unquoted or missing attribute value in element"},
		{"a doctype", Voice, "<!DOCTYPE x><Response/>", "1:1: a DOCTYPE has no place in TwiML"},
		{"an unknown verb", Voice, "<Response>\n<Sayy>hi</Sayy></Response>", "2:1: there is no Sayy; did you mean Say?"},
		{"a verb in lower case", Voice, "<Response><say>hi</say></Response>", "1:11: there is no say; TwiML names start with a capital: Say"},
		{"an unknown attribute", Voice, "<Response>\n\t<Gather numDigts=\"1\"/></Response>", "2:2: Gather has no attribute numDigts; did you mean numDigits?"},
		{"wrong nesting", Voice, "<Response><Gather>\n<Dial>+15551234567</Dial></Gather></Response>",
			"1:11: Gather cannot contain Dial (allowed: Say, Play, Pause); put Dial after the Gather or in its action script"},
		{"a missing attribute", Voice, "<Response><Connect>\n<Stream/></Connect></Response>", "2:1: Stream in Connect needs url or connectorName"},
		{"the wrong document", Messaging, "<Response>\n  <Say>hi</Say></Response>",
			`2:3: Say belongs to calls; this is a message event; return Message"hi" (a message reply takes only Message and Redirect)`},
		{"text in the root", Voice, "<Response>\n  hi</Response>", `2:3: text must be inside a verb: "hi"; write <Say> or <Message> round it`},
		{"another encoding", Voice, `<?xml version="1.0" encoding="latin1"?><Response/>`,
			"1:1: this is not XML: the encoding is not UTF-8; save it as UTF-8 and declare that, or nothing"},
		{"an attribute twice", Voice, `<Response><Say voice="man" voice="man">x</Say></Response>`, "1:11: Say has the attribute voice twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, ps := Parse(tt.kind, tt.text)
			if doc != nil {
				t.Fatal("not refused")
			}
			if got := ps.Errors().Error(); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestParseTellsAllAtOnce(t *testing.T) {
	_, ps := Parse(Voice, "<Response>\n<Sayy/>\n<Dial timeout='5s' colour='red'>+15551234567</Dial>\n<Pause length='x'/></Response>")
	var lines []string
	for _, p := range ps.Errors() {
		lines = append(lines, p.Pos.String())
	}
	if got := strings.Join(lines, " "); got != "2:1 3:1 3:1 4:1" {
		t.Errorf("errors at %s: %v", got, ps)
	}
}

func TestParseBounds(t *testing.T) {
	deep := "<Response><Say>" + strings.Repeat("<p><s><w><prosody>", 5000)
	if _, ps := Parse(Voice, deep); !ps.Failed() || len(ps) > 200 {
		t.Errorf("deep: %d problems", len(ps))
	}
	if _, ps := Parse(Voice, "<Response><!--"+strings.Repeat("x", MaxBytes)+"--></Response>"); !ps.Failed() || ps[0].Code != 11750 {
		t.Errorf("big: %v", ps)
	}
	if _, ps := Parse(Voice, "<Response>"+strings.Repeat("<x/>", 10000)+"</Response>"); len(ps) != maxProblems+2 {
		t.Errorf("many: %d problems", len(ps))
	}
	if _, ps := Parse(Voice, strings.Repeat(" ", 1<<20)); !ps.Failed() {
		t.Errorf("huge: %v", ps)
	}
}

// FuzzParse holds Parse to what it promises of any text: an error with a place,
// or a document that renders to what reads as the same document.
func FuzzParse(f *testing.F) {
	f.Add(`<Response><Say voice="man">a &amp; b</Say><!-- x --></Response>`, uint8(0))
	f.Add("\n<Response>\n<Message>hi<Media>x</Media></Message></Response>", uint8(1))
	f.Add(`<?xml version="1.0"?><Response a="b"><Dial><Sip>sip:x@y<Headers/></Sip></Dial></Response>`, uint8(0))
	f.Add(`<Response><Dial> <Number>1</Number> </Dial><Say> </Say></Response>`, uint8(0))
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		k := Kind(kind % 3)
		doc, ps := Parse(k, text)
		if (doc == nil) != ps.Failed() {
			t.Fatalf("%v but %v", doc, ps)
		}
		for _, p := range ps {
			if p.Pos.Line == 0 || p.Pos.Col == 0 {
				t.Fatalf("no place: %+v", p)
			}
		}
		if doc == nil {
			return
		}
		body, err := doc.Render()
		if err != nil {
			t.Fatal(err)
		}
		again, ps := Parse(k, string(body))
		if again == nil {
			t.Fatalf("%s: %v", body, ps)
		}
		if second, err := again.Render(); err != nil || string(second) != string(body) {
			t.Fatalf("\n%s\n%s %v", body, second, err)
		}
	})
}
