package router

import (
	"fmt"
	"net/http"
	"strings"
)

// Reply is an HTTP answer, complete.
type Reply struct {
	Status  int    `json:"status"`
	Type    string `json:"type,omitempty"` // Content-Type; "" for an empty body
	Body    []byte `json:"-"`
	Headers Params `json:"-"` // beyond Content-Type and Content-Length
}

// Content types of the replies that the router makes. Twilio reads text/plain
// aloud to a caller, or sends it as a message, so no reply has it by default.
const (
	TypeTwiML = "text/xml; charset=utf-8"
	TypeJSON  = "application/json; charset=utf-8"
	TypeText  = "text/plain; charset=utf-8"
)

// Declaration begins every TwiML document.
const Declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// Empty is the answer that says nothing: what Twilio does without is then done.
func Empty(w Wants) *Reply {
	switch {
	case w.TwiML():
		return &Reply{Status: http.StatusOK, Type: TypeTwiML, Body: []byte(Declaration + "<Response/>")}
	case w.JSON():
		return &Reply{Status: http.StatusOK, Type: TypeJSON, Body: []byte("{}")}
	}
	return &Reply{Status: http.StatusNoContent}
}

// Refuse is the answer that blocks or rejects what ev announces. status is
// the HTTP status for kinds that are refused by one, 0 for 403. It is an error
// for a kind that cannot be refused.
func Refuse(ev *Event, status int) (*Reply, error) {
	switch {
	case ev.Wants == WantsVoice && ev.Kind == "call.received":
		return &Reply{Status: http.StatusOK, Type: TypeTwiML, Body: []byte(Declaration + "<Response><Reject/></Response>")}, nil
	case ev.Wants == WantsTaskRouter:
		return &Reply{Status: http.StatusOK, Type: TypeJSON, Body: []byte(`{"instruction":"reject"}`)}, nil
	case ev.Wants == WantsHook || ev.Wants == WantsStatus:
		if status == 0 {
			status = http.StatusForbidden
		}
		if status < 400 || status > 499 {
			return nil, fmt.Errorf("refuse(%d) does not refuse: the status must be from 400 to 499", status)
		}
		return &Reply{Status: status}, nil
	}
	return nil, fmt.Errorf("%s cannot be refused; call.received, pre-hooks, taskrouter.assignment and proxy.intercept can", ev.Kind)
}

// Failure is the answer to ev when its scripts failed: the route's fallback of
// that kind, or a 500, so that Twilio uses its own fallback URL.
func Failure(r *Route, ev *Event) *Reply {
	if reply, ok := r.fallback(ev.Wants); ok {
		return reply
	}
	return &Reply{Status: http.StatusInternalServerError}
}

// Saturated is the answer to ev when there is no room to run its scripts.
func Saturated(r *Route, ev *Event) *Reply {
	if reply, ok := r.fallback(ev.Wants); ok {
		return reply
	}
	return &Reply{Status: http.StatusServiceUnavailable, Headers: Params{{Key: "Retry-After", Value: "1"}}}
}

func (r *Route) fallback(w Wants) (*Reply, bool) {
	var body []byte
	kind := TypeTwiML
	switch {
	case w == WantsVoice:
		body = r.Fallback.Voice
	case w == WantsMessaging:
		body = r.Fallback.Messaging
	case w.JSON():
		body, kind = r.Fallback.JSON, TypeJSON
	}
	if body == nil {
		return nil, false
	}
	return &Reply{Status: http.StatusOK, Type: kind, Body: body}, true
}

// Answers reports whether the reply settles the event for Twilio: a server
// error does not, and a duplicate of the event is then a new attempt.
func (r *Reply) Answers() bool { return r != nil && r.Status < 500 }

// IsTwiML reports whether the reply is a TwiML document.
func (r *Reply) IsTwiML() bool { return r != nil && strings.HasPrefix(r.Type, "text/xml") }
