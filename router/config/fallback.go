package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"twirouter/router"
)

// fallback makes the answers of a route whose scripts failed. One that is not
// what Twilio can read is a warning, and left out: a 500 lets Twilio go to its
// own fallback URL, which is better than a document that it rejects.
func (b *builder) fallback(rt *Route) router.Fallbacks {
	var out router.Fallbacks
	d := rt.Fallback
	if d == nil {
		return out
	}
	at, key := d.place, "fallback"
	if d.origin != nil {
		key = "fallback_file"
	}
	for key, text := range map[string]string{"voice": d.Voice, "messaging": d.Messaging, "json": d.JSON} {
		if text == "" && at.has(key) && d.origin == nil {
			b.warn(at, key, at.key(key)+" is empty", "leave the key out")
		}
	}
	out.Voice = b.twiml(at, "voice", d.origin["voice"], d.Voice, router.WantsVoice)
	out.Messaging = b.twiml(at, "messaging", d.origin["messaging"], d.Messaging, router.WantsMessaging)
	out.JSON = b.json(at, "json", d.origin["json"], d.JSON)
	switch text := strings.TrimSpace(d.Any); {
	case text == "":
		if _, alone := rt.values["fallback"].(string); alone {
			b.warn(rt.place, "fallback", rt.key("fallback")+" is empty", "leave the key out")
		}
	case text[0] == '{' || text[0] == '[':
		out.JSON = b.json(rt.place, key, d.origin[key], d.Any)
	default:
		b.either(rt, key, &out)
	}
	return out
}

// either takes one TwiML document for calls, messages or both, wherever it is
// valid.
func (b *builder) either(rt *Route, key string, out *router.Fallbacks) {
	d := rt.Fallback
	voice, voiceProblems := b.deps.CheckFallback(router.WantsVoice, []byte(d.Any))
	messaging, messagingProblems := b.deps.CheckFallback(router.WantsMessaging, []byte(d.Any))
	if len(voiceProblems.Errors()) == 0 {
		out.Voice = voice
	}
	if len(messagingProblems.Errors()) == 0 {
		out.Messaging = messaging
	}
	switch {
	case out.Voice == nil && out.Messaging == nil:
		b.within(rt.place, key, d.origin[key], "neither TwiML for calls nor for messages", voiceProblems)
	case out.Messaging == nil:
		b.within(rt.place, key, d.origin[key], "", voiceProblems)
	case out.Voice == nil:
		b.within(rt.place, key, d.origin[key], "", messagingProblems)
	}
}

func (b *builder) twiml(at place, key, file, text string, wants router.Wants) []byte {
	if text == "" {
		return nil
	}
	doc, problems := b.deps.CheckFallback(wants, []byte(text))
	b.within(at, key, file, "not TwiML for "+map[router.Wants]string{router.WantsVoice: "calls", router.WantsMessaging: "messages"}[wants], problems)
	if len(problems.Errors()) > 0 {
		return nil
	}
	return doc
}

func (b *builder) json(at place, key, file, text string) []byte {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		p := router.Problem{What: err.Error()}
		if se := (*json.SyntaxError)(nil); errors.As(err, &se) {
			before := text[:min(int(se.Offset), len(text))]
			p.Line = strings.Count(before, "\n") + 1
			p.Col = len(before) - strings.LastIndexByte(before, '\n') - 1
		}
		b.within(at, key, file, "not a JSON object", router.Problems{p})
		return nil
	}
	return []byte(text)
}

// within tells, as warnings, what is wrong inside a document: in its own file
// if it has one, else at the key that it stands behind.
func (b *builder) within(at place, key, file, what string, problems router.Problems) {
	for _, p := range problems {
		spoilt := !p.Warning
		p.Warning = true
		if file != "" {
			p.File = file
		} else {
			inside := p
			p = at.problem(key, at.key(key)+": "+inside.What, inside.Hint)
			p.Warning = true
			if inside.Line > 0 {
				p.What = fmt.Sprintf("%s: line %d, column %d of the document: %s", at.key(key), inside.Line, inside.Col, inside.What)
			}
		}
		if spoilt && what != "" {
			p.What += ": the document is " + what + " and is not used"
		}
		b.problems = append(b.problems, p)
	}
}
