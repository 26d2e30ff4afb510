package twiml

import (
	"fmt"
	"strings"
	"testing"
)

// N makes a node in a test: strings and nodes are children, the map holds the
// attributes. Everything wrong goes to *Problems.
func (w *writer) N(name string, parts ...any) *Node {
	e, ok := Lookup(name)
	if !ok {
		w.problems = append(w.problems, Unknown(name, w.pos()))
		return nil
	}
	args, children := w.parts(parts)
	n, ps := New(e, w.pos(), args, children)
	w.problems = append(w.problems, ps...)
	return n
}

// writer is a script in a test: every node stands on the next line.
type writer struct {
	line     int
	problems Problems
}

type attrs map[string]any

func (w *writer) pos() Pos {
	w.line++
	return Pos{File: "scripts/x.lua", Line: w.line}
}

func (w *writer) parts(parts []any) (args []Arg, children []Child) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			children = append(children, Text(p))
		case *Node:
			if p != nil {
				children = append(children, Nested(p))
			}
		case attrs:
			for k, v := range p {
				args = append(args, Arg{Name: k, Value: scalarOrList(v)})
			}
		default:
			panic(fmt.Sprintf("%T is no part of a node", p))
		}
	}
	return args, children
}

func scalarOrList(v any) Value {
	switch v := v.(type) {
	case string:
		return Str(v)
	case bool:
		return Flag(v)
	case int:
		return Num(float64(v))
	case float64:
		return Num(v)
	case []any:
		items := make([]Value, len(v))
		for i, x := range v {
			items[i] = scalarOrList(x)
		}
		return List(items...)
	}
	return Value{}
}

// document makes and checks a document of what build returns.
func document(k Kind, build func(w *writer) []any) (string, Problems) {
	w := &writer{}
	_, children := w.parts(build(w))
	doc, ps := NewDocument(k, children)
	ps = append(append(w.problems, ps...), doc.Check()...)
	body, err := doc.Render()
	if err != nil {
		return err.Error(), ps
	}
	return string(body), ps
}

func one(name string, parts ...any) func(*writer) []any {
	return func(w *writer) []any { return []any{w.N(name, parts...)} }
}

// TestMistakes is what people get wrong, and what they read then.
func TestMistakes(t *testing.T) {
	tests := []struct {
		name     string
		kind     Kind
		build    func(w *writer) []any
		severity Severity
		code     int
		want     string
	}{
		{"a misspelled attribute", Voice, one("Gather", attrs{"numDigts": 1}), Error, 12200,
			"Gather has no attribute numDigts; did you mean numDigits?"},
		{"an attribute of another element", Voice, one("Dial", attrs{"statusCallbackEvent": "answered"}, "+15551234567"), Error, 12200,
			"Dial has no attribute statusCallbackEvent; it belongs to Application, Client, Conference, Number, Sip, WhatsApp (did you mean recordingStatusCallbackEvent?)"},
		{"an attribute in lower case", Voice, one("Number", attrs{"statuscallback": "/x"}, "+15551234567"), Error, 12200,
			"Number has no attribute statuscallback; did you mean statusCallback?"},
		{"a verb in Gather", Voice, func(w *writer) []any { return []any{w.N("Gather", w.N("Dial", "+15551234567"))} }, Error, 13320,
			"Gather cannot contain Dial (allowed: Say, Play, Pause); put Dial after the Gather or in its action script"},
		{"a noun in the wrong verb", Voice, func(w *writer) []any { return []any{w.N("Gather", w.N("Number", "+15551234567"))} }, Error, 13320,
			"Gather cannot contain Number (allowed: Say, Play, Pause); Number belongs in Dial"},
		{"a verb of another document in a verb", Messaging, func(w *writer) []any { return []any{w.N("Message", w.N("Body", "hi"), w.N("Say", "x"))} }, Error, 12200,
			"Message cannot contain Say (allowed: Body, Media); Say belongs to calls"},
		{"an element for an attribute", Messaging, one("Message", attrs{"body": "x"}), Error, 12200,
			"Message has no attribute body; Body is an element: write Message{ Body{…} }"},
		{"speech in the document", Voice, one("ssml.break_"), Error, 12200,
			"ssml.break_ is not a verb: wrap it, Say{ ssml.break_{…} } or ssml.emphasis{ ssml.break_{…} }"},
		{"a noun for a verb", Voice, one("Stream", attrs{"url": "wss://example.com/s"}), Error, 12200,
			"Stream is not a verb: wrap it, Connect{ Stream{…} } (two-way) or Start{ Stream{…} } (one-way)"},
		{"Say to a message", Messaging, one("Say", "hi"), Error, 14110,
			`Say belongs to calls; this is a message event; return Message"hi" (a message reply takes only Message and Redirect)`},
		{"Message to a call", Voice, one("Message", "hi"), Error, 12200,
			`Message belongs to messages; this is a call event; return Say"hi"; to send a text from a call use twilio.send`},
		{"a verb after Redirect", Voice, func(w *writer) []any { return []any{w.N("Redirect", "/next"), w.N("Say", "bye")} }, Warning, 0,
			"Say is never reached: Redirect ends the document"},
		{"a verb after an action", Voice, func(w *writer) []any {
			return []any{w.N("Dial", attrs{"action": "/done"}, "+15551234567"), w.N("Say", "bye")}
		}, Warning, 0, "Say is never reached: Dial with action ends the document"},
		{"a message after a message action", Messaging, func(w *writer) []any {
			return []any{w.N("Message", attrs{"action": "/done"}, "a"), w.N("Message", "b")}
		}, Warning, 0, "Message is never reached: Message with action ends the document"},
		{"nothing after Gather", Voice, one("Gather", attrs{"action": "/menu"}), Warning, 0,
			"nothing follows Gather: if the caller stays silent the call ends; add Say or Redirect after it, or actionOnEmptyResult = true"},
		{"Gather without action", Voice, one("Gather", attrs{"numDigits": 1}), Warning, 0,
			"Gather has no action; the digits come back to this same script; set action or branch on event.Digits"},
		{"bare text", Voice, func(w *writer) []any { return []any{"Hello"} }, Error, 12200, `text must be inside a verb: Say"Hello"`},
		{"a message too long", Messaging, one("Message", strings.Repeat("x", 1700)), Error, 14103,
			"Message is 1700 characters; Twilio takes at most 1600; split it into several Message"},
		{"bodies too long together", Messaging, func(w *writer) []any {
			return []any{w.N("Message", w.N("Body", strings.Repeat("x", 900)), w.N("Body", strings.Repeat("é", 900)))}
		}, Error, 14103, "Message is 1800 characters; Twilio takes at most 1600; split it into several Message"},
		{"too many messages", Messaging, func(w *writer) (out []any) {
			for range 12 {
				out = append(out, w.N("Message", "x"))
			}
			return out
		}, Error, 14109, "12 messages: Twilio sends at most 10 for one incoming message"},
		{"an empty message", Messaging, one("Message", ""), Error, 14103,
			"Message is empty; give it text or Body or Media; to answer nothing, return nil"},
		{"an empty Say", Voice, one("Say"), Error, 13520, "Say is empty; give it text"},
		{"text beside Media", Messaging, func(w *writer) []any {
			return []any{w.N("Message", "see", w.N("Media", "https://example.com/cat.jpg"))}
		}, Error, 12200, `Message has text and Media; write Message{ Body"…", Media"…" }`},
		{"a Say too long for the basic voice", Voice, one("Say", strings.Repeat("word ", 1000)), Warning, 13521,
			"Say is 5000 characters; this voice takes 4096; split it into several Say"},
		{"a Say too long for Polly", Voice, one("Say", attrs{"voice": "Polly.Amy"}, strings.Repeat("word ", 700)), Warning, 13521,
			"Say is 3500 characters; this voice takes 3000; split it into several Say"},
		{"a stream by https", Voice, func(w *writer) []any { return []any{w.N("Connect", w.N("Stream", attrs{"url": "https://x/s?id=1"}))} }, Error, 31922,
			`Stream url must start with wss://, got "https://x/s?id=1"`},
		{"a stream with a query", Voice, func(w *writer) []any { return []any{w.N("Connect", w.N("Stream", attrs{"url": "wss://x/s?id=1"}))} }, Error, 31922,
			`Stream url must not have a query string: it does not arrive; put id into Parameter{ name="id", value="1" }`},
		{"Start and no more", Voice, func(w *writer) []any { return []any{w.N("Start", w.N("Stream", attrs{"url": "wss://x"}))} }, Warning, 0,
			"Start does not hold the call; add Say, Dial or Pause after it, or use Connect"},
		{"Pause after Connect", Voice, func(w *writer) []any {
			return []any{w.N("Connect", w.N("Stream", attrs{"url": "wss://x"})), w.N("Pause", attrs{"length": 60})}
		}, Warning, 0, "Pause after Connect does not hold the call: Connect does so itself; leave Pause out"},
		{"seconds with a unit", Voice, one("Dial", attrs{"timeout": "30s"}, "+15551234567"), Error, 13212,
			`Dial timeout must be a whole number of seconds, got "30s"`},
		{"true for a number", Voice, one("Dial", attrs{"timeout": true}, "+15551234567"), Error, 13212,
			"Dial timeout must be a whole number of seconds, got true"},
		{"a fraction for a whole number", Voice, one("Pause", attrs{"length": 1.5}), Error, 13910,
			"Pause length must be a whole number of seconds, got 1.5"},
		{"a string for a boolean", Voice, one("Dial", attrs{"hangupOnStar": "yes"}, "+15551234567"), Error, 13213,
			`Dial hangupOnStar must be true or false, got "yes"`},
		{"a list for one value", Voice, one("Dial", attrs{"method": []any{"GET", "POST"}}, "+15551234567"), Error, 13210,
			`Dial method must be one value, got {"GET", "POST"}`},
		{"an unknown event", Voice, func(w *writer) []any {
			return []any{w.N("Dial", w.N("Number", attrs{"statusCallbackEvent": []any{"ringing", "anwsered"}}, "+15551234567"))}
		}, Error, 12200, `Number statusCallbackEvent does not take "anwsered"; did you mean answered?`},
		{"a list with commas", Voice, one("Gather", attrs{"input": "dtmf,speech"}), Error, 13326,
			`Gather input does not take "dtmf,speech"; several values are a list, {"dtmf", "speech"}`},
		{"an unknown voice", Voice, one("Say", attrs{"voice": "Polly.Ammy"}, "hi"), Warning, 13511,
			`Say voice "Polly.Ammy" is not known here; did you mean Polly.Amy?`},
		{"a Conference beside a Number", Voice, func(w *writer) []any {
			return []any{w.N("Dial", w.N("Conference", "a"), w.N("Number", "+15551234567"))}
		}, Error, 13000, "Dial takes one Conference and nothing else next to it"},
		{"eleven numbers at once", Voice, func(w *writer) []any {
			var nouns []any
			for range 11 {
				nouns = append(nouns, w.N("Number", "+15551234567"))
			}
			return []any{w.N("Dial", nouns...)}
		}, Error, 13250, "Dial rings 11 at once; Twilio takes 10; set sequential = true or dial fewer"},
		{"a number as people write it", Voice, one("Dial", "(415) 555-1212"), Warning, 13223,
			`Dial is "(415) 555-1212"; write the number as +14155551212 (E.164), or with the code of its country`},
		{"client: twice", Messaging, one("Message", attrs{"to": "client:client:joe"}, "x"), Warning, 13223,
			`Message to is "client:client:joe"; write client: once`},
		{"a host without a scheme", Voice, one("Redirect", "www.example.com/x"), Warning, 11100,
			`"www.example.com/x" is taken as a path on your own host; write https://www.example.com/x`},
		{"an empty URL", Voice, one("Gather", attrs{"action": ""}), Error, 11100, "Gather action is an empty URL; leave it out, or name one"},
		{"control characters", Messaging, one("Message", "x\x01"), Warning, 12100,
			"removed 1 character that XML does not allow (U+0001) from Message"},
		{"broken UTF-8", Messaging, one("Message", "x\xe2\x82 \xff"), Warning, 12100,
			"replaced 2 sequences of broken UTF-8 in Message by U+FFFD"},
		{"a constructor in lower case", Voice, one("say", "hi"), Error, 12200, "there is no say; TwiML names start with a capital: Say"},
		{"a misspelled constructor", Voice, one("Gahter"), Error, 12200, "there is no Gahter; did you mean Gather?"},
		{"a missing attribute", Voice, func(w *writer) []any {
			return []any{w.N("Connect", w.N("Stream", attrs{"url": "wss://x"}, w.N("Parameter", attrs{"name": "a"})))}
		}, Error, 12200, "Parameter needs value"},
		{"an attribute missing in this parent", Voice, func(w *writer) []any { return []any{w.N("Stop", w.N("Stream"))} }, Error, 12200,
			"Stream in Stop needs name"},
		{"an attribute that another may stand for", Voice, func(w *writer) []any { return []any{w.N("Connect", w.N("Stream"))} }, Error, 12200,
			"Stream in Connect needs url or connectorName"},
		{"a track that Connect does not take", Voice, func(w *writer) []any {
			return []any{w.N("Connect", w.N("Stream", attrs{"url": "wss://x", "track": "both_tracks"}))}
		}, Warning, 31941, `Stream track in Connect takes only inbound_track, got "both_tracks"`},
		{"two services in Connect", Voice, func(w *writer) []any { return []any{w.N("Connect", w.N("Room", "a"), w.N("Room", "b"))} }, Error, 12200,
			"Connect contains 2 elements; it takes 1"},
		{"Reject too late", Voice, func(w *writer) []any { return []any{w.N("Say", "no"), w.N("Reject")} }, Warning, 0,
			"Reject must come first: here the call is answered already and is billed"},
		{"text in Gather", Voice, one("Gather", "Press 1"), Error, 13320, `Gather cannot contain text; put it into Say"…"`},
		{"text where attributes belong", Voice, one("Pause", "5"), Error, 12200, "Pause cannot contain text; it takes attributes, as length = …"},
		{"a withdrawn element", Voice, func(w *writer) []any { return []any{w.N("Connect", w.N("Assistant", attrs{"id": "x"}))} }, Error, 12200,
			"Assistant is no longer part of TwiML; Twilio has withdrawn it: use ConversationRelay"},
		{"a closed service", Fax, one("Receive"), Warning, 0, "Receive is deprecated; Twilio has closed Programmable Fax"},
		{"a range", Voice, one("Play", attrs{"loop": 1001}, "/a.mp3"), Warning, 13410, "Play loop is 1001; the most is 1000"},
		{"a name longer than a conference's", Voice, func(w *writer) []any {
			return []any{w.N("Dial", w.N("Conference", strings.Repeat("x", 129)))}
		}, Error, 13237, "Conference is 129 characters; Twilio takes at most 128"},
		{"a task that is not JSON", Voice, func(w *writer) []any {
			return []any{w.N("Enqueue", attrs{"workflowSid": "WW" + strings.Repeat("0", 32)}, w.N("Task", "{a=1}"))}
		}, Warning, 14221,
			`Task is not JSON: "{a=1}"; write json.encode{…}`},
		{"a spelling of the libraries", Voice, func(w *writer) []any {
			return []any{w.N("Connect", w.N("ConversationRelay", attrs{"url": "wss://x", "speechtimeout": "auto"}))}
		}, Warning, 0, "ConversationRelay speechtimeout is written speechTimeout in Twilio's documentation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, ps := document(tt.kind, tt.build)
			var told *Problem
			for i := range ps {
				if ps[i].Message() == tt.want {
					told = &ps[i]
				}
			}
			if told == nil {
				t.Fatalf("not told: %s\ntold:\n%v\n%s", tt.want, ps, body)
			}
			if told.Pos.File != "scripts/x.lua" && tt.name != "bare text" {
				t.Errorf("told without a place: %v", told)
			}
			if told.Severity != tt.severity || told.Code != tt.code {
				t.Errorf("%v %d, want %v %d: %s", told.Severity, told.Code, tt.severity, tt.code, tt.want)
			}
			if tt.severity == Warning && ps.Failed() {
				t.Errorf("refused, though it is worth a warning only: %v", ps.Errors())
			}
		})
	}
}
