package router

import (
	"encoding/json"
	"time"
)

// Origin tells how an event came into being.
type Origin string

// The closed set of origins.
const (
	OriginDoor       Origin = "door"       // a request of Twilio's
	OriginEmit       Origin = "emit"       // a script's emit()
	OriginBackground Origin = "background" // a handler with background = true, after the answer
	OriginReplay     Origin = "replay"     // a person ran a recorded event again
	OriginRouter     Origin = "router"     // the router speaks of itself: router.*
)

// inside reports whether the event did not come from anybody who could wait.
func (o Origin) inside() bool {
	return o == OriginEmit || o == OriginBackground || o == OriginRouter
}

// Event is one thing that Twilio (or a script, or the router) said.
//
// It is built at the door, completed by [Generation.Match] (Route, Vars, Notes)
// and by the Store's Append (Seq, Previous, Stale), and immutable from then on:
// everybody may read it at the same time.
type Event struct {
	ID       string    // time-ordered, unique: see [IDs]
	Seq      uint64    // place in the ledger, 0 where none was given
	Kind     string    // "message.received": see the kinds in docs/events.md
	Product  string    // "messaging", "voice", …
	Status   string    // Twilio's own word for the state, verbatim
	SID      string    // the resource that the event is about, "" if none
	Account  string    // AccountSid of the account whose secret verified the request
	Channel  string    // "sms", "mms", "whatsapp", "rcs", "messenger", "voice", "client", "sip", …
	From     string    // address without its channel prefix
	To       string    // address without its channel prefix
	Wants    Wants     // the reply that Twilio expects
	Received time.Time // when the request arrived

	Params  Params          // Twilio's own parameters, in order
	Query   Params          // the customer's own query of a POST
	Headers Params          // request headers, canonical names, without credentials
	Data    json.RawMessage // JSON kinds: the CloudEvent's data, or the whole body
	Media   []Media

	Fallback *Fallback // set if Twilio came to the fallback URL
	Error    *Fault    // set for everything that failed; never nil for failed and undelivered
	Pre      bool      // a pre-hook: it can still be changed or stopped
	OptOut   string    // "STOP", "START" or "HELP"
	Batch    int       // how many events came in the same request, 0 outside a batch

	Key   string // natural key for deduplication, complete; "" if there is none
	Order string // runs of one order key never overlap; "" is unordered
	Track string // what Rank is compared within; "" if the kind has no ranks
	Rank  int    // the later the higher, within Track

	Previous string // the highest-ranked status seen before on this Track
	Stale    bool   // a later status was seen before this one

	BaseURL   string // public scheme://[userinfo@]host[/prefix] that the request came to
	Path      string // path of the request as sent, still escaped
	Overrides string // connection overrides of the route, without "#": printed with its URLs
	Method    string
	Step      string // value of ?step=, "" if the URL carries none
	Verified  Verified

	Route string         // the route that took it, "" if none did
	Vars  map[string]any // what the route's vars expressions gave
	Notes []string       // what went wrong on the way without stopping it

	Origin   Origin
	Parent   string          // id of the event that emitted this one
	Depth    int             // emits between the door and this event
	ReplayOf string          // id of the event that this one is a copy of
	Handler  *HandlerRef     // OriginBackground: the one handler to run
	Outcome  json.RawMessage // OriginBackground: what came of the parent
	Queued   bool            // a worker runs it: nobody waits, whatever the route says by now
	Attempt  int             // 1 for the first
	Finished []string        // names of scripts that have finished this fact in an earlier attempt
}

// Media is one attachment of a message.
type Media struct {
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
}

// Fallback tells why Twilio came to a fallback URL.
type Fallback struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	URL     string `json:"url"`
}

// Fault is an error that Twilio reports, with the text of its error
// dictionary; Code is "" where Twilio gave none and Message is then "".
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// HandlerRef names one handler of one script, by its place among the script's
// on() declarations, from 0.
type HandlerRef struct {
	Script string `json:"script"`
	Index  int    `json:"index"`
}

// Verified tells what is known of an event's signature.
type Verified string

// The closed set of verification results that an accepted event can have.
const (
	VerifiedYes    Verified = "yes"    // the signature is right
	VerifiedFailed Verified = "failed" // it is wrong, and the route only reports that
	VerifiedOff    Verified = "off"    // it was not looked at
	VerifiedLocal  Verified = "local"  // the event was made inside
)

// DedupeKey is the text by which duplicates of the event are known: account,
// path, step, kind, fallback flag and natural key. It is "" for an event that
// cannot be told from a new one, and for a replay, which is wanted again. What
// a script emits is known by account, kind and the key it gave, wherever it was
// emitted; a background handler by its parent.
func (e *Event) DedupeKey() string {
	if e.Key == "" || e.Origin == OriginReplay {
		return ""
	}
	const sep = "\x1f" // no account, path, kind or SID contains it
	if e.Origin.inside() {
		return string(e.Origin) + sep + e.Account + sep + e.Kind + sep + e.Key
	}
	fallback := ""
	if e.Fallback != nil {
		fallback = "fallback"
	}
	return e.Account + sep + e.Path + sep + e.Step + sep + e.Kind + sep + fallback + sep + e.Key
}
