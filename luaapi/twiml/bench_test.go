package twiml

import "testing"

// The five answers that scripts give most.
var answers = []struct {
	name  string
	kind  Kind
	build func(m *maker) []Child
}{
	{"auto-reply", Messaging, func(m *maker) []Child {
		return []Child{m.node("Message", nil, Text("We are open from 9 to 5."))}
	}},
	{"message with a picture", Messaging, func(m *maker) []Child {
		return []Child{m.node("Message", nil, m.node("Body", nil, Text("Here it is: 1 < 2 & 3")), m.node("Media", nil, Text("https://example.com/a.jpg")))}
	}},
	{"IVR menu", Voice, func(m *maker) []Child {
		return []Child{
			m.node("Gather", []Arg{{Name: "input", Value: List(Str("dtmf"), Str("speech"))}, {Name: "numDigits", Value: Num(1)},
				{Name: "timeout", Value: Num(4)}, {Name: "action", Value: Str("https://example.com/twilio?step=ivr.menu")}},
				m.node("Say", []Arg{{Name: "voice", Value: Str("Polly.Amy")}}, Text("For sales, press 1 or say "), m.node("ssml.emphasis", nil, Text("sales")), Text(".")),
				m.node("Pause", []Arg{{Name: "length", Value: Num(1)}})),
			m.node("Say", nil, Text("We did not hear anything.")),
			m.node("Redirect", nil, Text("https://example.com/twilio")),
		}
	}},
	{"dial", Voice, func(m *maker) []Child {
		return []Child{m.node("Dial", []Arg{{Name: "action", Value: Str("/dialed")}, {Name: "timeout", Value: Num(20)}, {Name: "answerOnBridge", Value: Flag(true)}},
			m.node("Number", []Arg{{Name: "statusCallbackEvent", Value: List(Str("answered"), Str("completed"))}, {Name: "statusCallback", Value: Str("/status")}}, Text("+15551234567")))}
	}},
	{"voicemail", Voice, func(m *maker) []Child {
		return []Child{
			m.node("Say", nil, Text("Leave a message.")),
			m.node("Record", []Arg{{Name: "maxLength", Value: Num(120)}, {Name: "action", Value: Str("/bye")}, {Name: "transcribe", Value: Flag(true)}}),
		}
	}},
}

type maker struct{ failed Problems }

func (m *maker) node(name string, args []Arg, children ...Child) Child {
	e, _ := Lookup(name)
	n, ps := New(e, Pos{File: "scripts/30-ivr.lua", Line: 12}, args, children)
	if n == nil {
		m.failed = append(m.failed, ps...)
		return Text("")
	}
	return Nested(n)
}

func (m *maker) answer(k Kind, build func(*maker) []Child) ([]byte, Problems) {
	doc, ps := NewDocument(k, build(m))
	ps = append(append(m.failed, ps...), doc.Check()...)
	body, err := doc.Render()
	if err != nil || ps.Failed() {
		return nil, ps
	}
	return body, ps
}

func BenchmarkAnswer(b *testing.B) {
	for _, a := range answers {
		b.Run(a.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if body, ps := new(maker).answer(a.kind, a.build); body == nil {
					b.Fatal(ps)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(elementsText, ownText); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	body, _ := new(maker).answer(Voice, answers[2].build)
	for b.Loop() {
		if doc, ps := Parse(Voice, string(body)); doc == nil {
			b.Fatal(ps)
		}
	}
}

// TestAnswersCostLittle holds the answers to what they may allocate, so that a
// check added later does not make every call dearer unnoticed.
func TestAnswersCostLittle(t *testing.T) {
	for _, a := range answers {
		n := testing.AllocsPerRun(100, func() {
			if body, ps := new(maker).answer(a.kind, a.build); body == nil || len(ps) > 0 {
				t.Fatal(a.name, ps)
			}
		})
		if n > 45 {
			t.Errorf("%s: %v allocations", a.name, n)
		}
	}
}

// An unknown voice is compared with all that are known, for every reply.
func BenchmarkUnknownVoice(b *testing.B) {
	say, _ := Lookup("Say")
	args := []Arg{{Name: "voice", Value: Str("Google.en-US-Chirp3-HD-Nova")}}
	b.ReportAllocs()
	for b.Loop() {
		if _, ps := New(say, Pos{}, args, []Child{Text("hi")}); len(ps) != 1 {
			b.Fatal(ps)
		}
	}
}
