package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// writtenEvent is an event as a request file describes it.
type writtenEvent struct {
	kind                   string
	params, query, headers router.Params
	data                   json.RawMessage
	path, route, step      string
	account, sid, status   *string
	channel, from, to      *string
	attempt                int
	received               time.Time
	noRoute                *router.Problem // told if there is no such route
}

// event reads the members of an event.
func (p *captureText) event(members []member) (*capture, *router.Problem) {
	e := &writtenEvent{attempt: 1}
	out := &capture{file: p.file, event: e}
	optional := map[string]**string{
		"account": &e.account, "sid": &e.sid, "status": &e.status, "channel": &e.channel, "from": &e.from, "to": &e.to,
	}
	for _, m := range members {
		if m.null() {
			continue
		}
		var problem *router.Problem
		switch m.name {
		case "kind":
			if e.kind, problem = p.string(m, `like "message.received"`); problem == nil {
				problem = p.checkKind(m, e.kind, out)
			}
		case "params":
			e.params, problem = p.params(m)
		case "query":
			if m.value[0] == '"' {
				var text string
				text, problem = p.string(m, "")
				e.query, _ = twilio.ParseForm(strings.TrimPrefix(text, "?"), twilio.Limits{}) // too many are none
			} else {
				e.query, problem = p.params(m)
			}
		case "headers":
			e.headers, problem = p.headers(m)
		case "data":
			e.data = slices.Clone(m.value)
		case "path":
			if e.path, problem = p.string(m, `like "/twilio"`); problem == nil && !strings.HasPrefix(e.path, "/") {
				problem = p.at(m.start, fmt.Sprintf("the path is %.60q", e.path), "it begins with /")
			}
		case "route":
			e.route, problem = p.string(m, "the name of a route")
			e.noRoute = p.at(m.start, fmt.Sprintf("there is no route %q", e.route), "twirouter routes lists them")
		case "step":
			e.step, problem = p.string(m, `like "ivr.choice": script.step`)
		case "attempt":
			if json.Unmarshal(m.value, &e.attempt) != nil || e.attempt < 1 {
				problem = p.at(m.start, "attempt is no number from 1", "")
			}
		case "received_at":
			e.received, problem = p.time(m)
		default:
			if to := optional[m.name]; to != nil {
				var s string
				s, problem = p.string(m, "")
				*to = &s
			} else {
				problem = p.misspelt(m, eventMembers)
			}
		}
		if problem != nil {
			return nil, problem
		}
	}
	return out, nil
}

// checkKind tells of a kind that there is not. One that Twilio may have made
// since is only noted.
func (p *captureText) checkKind(m member, kind string, out *capture) *router.Problem {
	_, known, near := lookUpKind(kind)
	if known {
		return nil
	}
	hint := "docs/events.md lists the kinds"
	if near != "" {
		hint = "did you mean " + near + "?"
	}
	if _, possible := twilio.KindInfo(kind); possible {
		out.notes = append(out.notes, fmt.Sprintf("%s is no kind that Twilio's documentation knows: %s", kind, hint))
		return nil
	}
	return p.at(m.start, fmt.Sprintf("there is no kind %.60q", kind), hint)
}

// params reads parameters: texts, numbers as they are written, lists of them.
func (p *captureText) params(m member) (router.Params, *router.Problem) {
	if m.value[0] != '{' {
		return nil, p.at(m.start, m.name+" is no object", `{"From": "+15551230000", "Body": "hi"}`)
	}
	fields, problem := p.members(m.value, m.start)
	if problem != nil {
		return nil, problem
	}
	out := router.Params{}
	for _, f := range fields {
		values, ok := texts(f.value)
		if c := f.value[0]; !ok && (c == '-' || '0' <= c && c <= '9' || c == 't' || c == 'f') {
			values, ok = []string{string(f.value)}, true
		}
		if !ok {
			return nil, p.at(f.start, fmt.Sprintf("the parameter %s is neither a text nor a list of texts", f.name), "what is JSON inside is sent as a text")
		}
		for _, v := range values {
			out = append(out, router.Param{Key: f.name, Value: v})
		}
	}
	return out, nil
}

// time reads Unix seconds, as scripts see them, or RFC 3339.
func (p *captureText) time(m member) (time.Time, *router.Problem) {
	var seconds float64
	if json.Unmarshal(m.value, &seconds) == nil && math.Abs(seconds) < 1e11 {
		return time.UnixMicro(int64(seconds * 1e6)), nil
	}
	var t time.Time
	if json.Unmarshal(m.value, &t) != nil {
		return t, p.at(m.start, "received_at is no time", "seconds since 1970, or 2026-01-02T15:04:05Z")
	}
	return t, nil
}

// made is the event that is described: what the file leaves out follows from
// its parameters as it would in a request, and from its kind.
func (e *writtenEvent) made(g *router.Generation, now time.Time, newID func() string) *router.Event {
	in := twilio.Input{
		Method: "POST", ContentType: formType, Params: e.params, Headers: e.headers, Path: e.path, Step: e.step,
		Verified: router.VerifiedOff, Received: now, NewID: newID, BaseURL: base(g, twilio.Origin{Scheme: "https", Host: "localhost"}),
	}
	ev := twilio.Normalise(&in)[0]
	if ev.Kind != e.kind {
		ev = e.likely(in)
	}
	ev.Query, ev.Data, ev.Attempt = e.query, e.data, e.attempt
	if !e.received.IsZero() {
		ev.Received = e.received
	}
	for _, f := range []struct {
		given *string
		field *string
	}{{e.account, &ev.Account}, {e.sid, &ev.SID}, {e.status, &ev.Status}, {e.channel, &ev.Channel}, {e.from, &ev.From}, {e.to, &ev.To}} {
		if f.given != nil {
			*f.field = *f.given
		}
	}
	switch {
	case strings.HasPrefix(ev.Kind, "app."):
		ev.Origin, ev.Verified, ev.Queued = router.OriginEmit, router.VerifiedLocal, true
	case strings.HasPrefix(ev.Kind, "router."):
		ev.Origin, ev.Verified, ev.Queued = router.OriginRouter, router.VerifiedLocal, true
	}
	return ev
}

// likely is the event where the parameters alone do not make the kind: beside
// them it is as the kind usually is.
func (e *writtenEvent) likely(in twilio.Input) *router.Event {
	info, _ := twilio.KindInfo(e.kind) // it was looked up when the file was read
	ev := &router.Event{
		ID: in.NewID(), Kind: e.kind, Product: info.Product, Wants: info.Wants, Pre: info.Pre, Account: e.params.Get("AccountSid"),
		Params: e.params, Headers: e.headers, BaseURL: in.BaseURL, Path: e.path, Method: in.Method, Step: e.step,
		Received: in.Received, Verified: in.Verified, Origin: router.OriginDoor,
	}
	draft, err := twilio.Build(e.kind, e.params, twilio.BuildOptions{Account: ev.Account, Now: in.Received, Rand: rand.Reader})
	if err != nil { // nothing that Twilio sends
		return ev
	}
	if draft.JSON != nil {
		in.ContentType, in.Body = "application/json", draft.JSON
	}
	in.Params = draft.Params
	usual := twilio.Normalise(&in)[0]
	if usual.Kind != e.kind {
		return ev
	}
	ev.Status, ev.Channel = usual.Status, usual.Channel
	given := func(value string) string {
		for _, p := range e.params {
			if value != "" && strings.HasSuffix(p.Value, value) {
				return value
			}
		}
		return ""
	}
	ev.SID, ev.From, ev.To = given(usual.SID), given(usual.From), given(usual.To)
	if usual.Error != nil {
		code := e.params.Get("ErrorCode")
		ev.Error = &router.Fault{Code: code, Message: twilio.ErrorMessage(code)}
	}
	return ev
}
