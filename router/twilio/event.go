package twilio

import (
	"encoding/json"
	"strings"
	"time"

	"twirouter/router"
)

// The kinds of requests that no row of the table recognises. They pass like any
// other: what Twilio sends tomorrow is no error today.
const (
	KindUnknown     = "twilio.unknown"
	KindUnknownJSON = "twilio.unknown-json"
)

// Input is a request that was let in, and what the door knows of it. It is for
// one request and one goroutine.
type Input struct {
	Method      string
	BaseURL     string // scheme://[userinfo@]host[/prefix] that the request came to
	Path        string // as sent, still escaped
	RawQuery    string
	ContentType string // whole; only its media type counts
	// Body is kept by the events of a JSON body: it must not change any more.
	Body []byte
	// Params are Twilio's own parameters: those of a form, or those in the query
	// of a GET (Verdict.Params).
	Params   router.Params
	Headers  router.Params // canonical names, without credentials
	Step     string        // ?step= of the URL
	Account  string        // SID of the account that verified; "" takes the request's word
	Verified router.Verified
	// Idempotency is the I-Twilio-Idempotency-Token header.
	Idempotency string
	Received    time.Time
	NewID       func() string

	bodySum []byte // of Body, once something asks for it: a batch asks often
}

// Normalise makes events of a request: one, or one for every element of a batch
// of CloudEvents. It knows no errors: what it does not recognise is of the kind
// twilio.unknown or twilio.unknown-json.
//
// A POST with a form carries Twilio's parameters in the body, and its query is
// the customer's own; a GET carries them in the query. Any other body is JSON,
// or it is unknown.
func Normalise(in *Input) []*router.Event {
	if in.Method == "GET" || IsForm(in.ContentType) {
		return []*router.Event{in.form()}
	}
	return in.body()
}

func (in *Input) form() *router.Event {
	var f fields
	f.load(&forms.names, in.Params)
	ev, _ := in.event(forms, &f, KindUnknown, 0)
	ev.Params = in.Params
	if f.media {
		ev.Media = mediaOf(in.Params)
	}
	return ev
}

// event makes an event of the fields of one request, or of one element of its
// batch, and returns it with the row that it fits, nil if there is none.
func (in *Input) event(t *kindTable, f *fields, unknown string, element int) (*router.Event, *compiledRow) {
	ev := &router.Event{
		ID: in.NewID(), Kind: unknown, Product: "twilio", Wants: router.WantsNothing,
		Account: in.Account, Received: in.Received, Headers: in.Headers,
		BaseURL: in.BaseURL, Path: in.Path, Method: in.Method, Step: in.Step,
		Verified: in.Verified, Origin: router.OriginDoor,
	}
	in.ownQuery(ev)
	if ev.Account == "" {
		ev.Account = f.get(t.common.account)
	}
	code, url := f.get(t.common.errorCode), f.get(t.common.errorURL)
	if code != "" && url != "" {
		ev.Fallback = &router.Fallback{Code: code, Message: ErrorMessage(code), URL: url}
	}
	row, kind := t.recognise(f)
	if row == nil {
		ev.Key = in.requestKey(element)
		return ev, nil
	}
	ev.Kind, ev.Product, ev.Wants, ev.Pre = kind, row.Product, row.Wants, row.Pre
	ev.SID, ev.Status = f.get(row.sid), f.get(row.status)
	in.address(ev, t, row, f)
	if row.Product == "messaging" {
		ev.OptOut = optOut(f.get(t.common.optOut))
	}
	ev.Error = row.fault(f, ev)
	if ev.Key = row.naturalKey(f, in, element); ev.Key == "" {
		ev.Key = in.requestKey(element)
	}
	if ev.Order = f.get(row.order); ev.Order == "" {
		ev.Order = ev.SID
	}
	ev.Order = bounded(ev.Order)
	row.rank(f, ev)
	return ev, row
}

// recognise returns the row that a request fits and the name of its kind; nil
// if there is none, or if what Twilio sent makes no name.
func (t *kindTable) recognise(f *fields) (*compiledRow, string) {
	for i := range t.rows {
		row := &t.rows[i]
		if !row.fits(f) {
			continue
		}
		if row.tail == nil {
			return row, row.head
		}
		var room [longestName + 64]byte
		name, ok := row.appendName(append(room[:0], row.head...), f.get(row.tail))
		if !ok {
			return nil, ""
		}
		if known, ok := knownKinds.byName[string(name)]; ok {
			return row, known.Kind
		}
		return row, string(name)
	}
	return nil, ""
}

func (r *kindRow) appendName(buf []byte, value string) ([]byte, bool) {
	return r.Spell.appendName(buf, strings.TrimPrefix(value, r.Cut))
}

// ownQuery sets the query that the customer put into the URL. On a GET it cannot
// be told from Twilio's parameters; a hash of the body is Twilio's.
func (in *Input) ownQuery(ev *router.Event) {
	if in.RawQuery == "" || in.Method == "GET" {
		return
	}
	query, err := ParseForm(in.RawQuery, Limits{})
	if err != nil {
		ev.Notes = append(ev.Notes, "the query of the URL was left out: "+err.Error())
		return
	}
	if !IsForm(in.ContentType) {
		own := query[:0]
		for _, p := range query {
			if p.Key != bodyHash {
				own = append(own, p)
			}
		}
		query = own
	}
	if len(query) > 0 {
		ev.Query = query
	}
}

// optOut returns what the sender decided, of the three things that Twilio names.
func optOut(value string) string {
	switch value = strings.ToUpper(value); value {
	case "STOP", "START", "HELP":
		return value
	}
	return ""
}

// fault returns the error that the event reports, nil if it reports none. What
// brought Twilio to a fallback URL is the fallback's, not the event's own.
func (c *compiledRow) fault(f *fields, ev *router.Event) *router.Fault {
	code := ""
	if ev.Fallback == nil {
		code = f.get(c.code)
	}
	if strings.Trim(code, "0") == "" {
		if !failure(ev.Status) && !failure(ev.Kind) {
			return nil
		}
		return &router.Fault{}
	}
	return &router.Fault{Code: code, Message: ErrorMessage(code)}
}

// failure reports whether a status or the end of a kind's name says that
// something failed: "failed", "composition-failed", "undelivered", "error".
func failure(word string) bool {
	for _, end := range [...]string{"failed", "undelivered", "error"} {
		if rest, ok := strings.CutSuffix(word, end); ok && (rest == "" || strings.HasSuffix(rest, "-") || strings.HasSuffix(rest, ".")) {
			return true
		}
	}
	return false
}

// rawText is text as a JSON string, so that what does not parse is kept.
func rawText(text []byte) json.RawMessage {
	b, err := json.Marshal(wellFormed(string(text)))
	if err != nil { // a string always encodes
		panic(err)
	}
	return b
}
