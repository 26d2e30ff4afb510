package twilio

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twirouter/router"
)

// forms and bodies are the tables ready for use.
var (
	forms = compileKinds(formKinds, commonNames{
		account:   "AccountSid account_sid interactionAccountSid sessionAccountSid",
		errorCode: "ErrorCode", errorURL: "ErrorUrl",
		optOut: "OptOutType", channel: "ChannelPrefix", numMedia: "NumMedia",
	})
	bodies = compileKinds(jsonKinds, commonNames{
		account: "account_sid accountSid accountId data.accountSid data.account_sid data.accountId data.payload.account_sid data.request.parameters.AccountSid",
	})
)

// kindTable is a compiled list of rows and the names that they ask for.
type kindTable struct {
	names  nameIndex
	rows   []compiledRow
	common common
}

// commonNames are the parameters that mean the same whatever the kind.
type commonNames struct {
	account, errorCode, errorURL, optOut, channel, numMedia string
}

type common struct {
	account, errorCode, errorURL, optOut, channel, numMedia []source
}

// compiledRow is a kindRow with its texts read. A request fits it only if the
// masks do, which is how most rows are passed over.
type compiledRow struct {
	*kindRow
	need  mask   // all of these were sent
	anyOf []mask // of each of these one was sent
	never mask   // none of these was sent
	tests [][]term

	head string   // of the kind, before the value
	tail []source // the value; nil if the kind is fixed

	sid, status, order, track, from, to, code []source

	key                    []keyPart
	number, clock, version []source
}

// term is one test of one name: of its presence, or of its value if there are
// patterns.
type term struct {
	id       uint8
	not      bool
	patterns []string
}

// source is where a value comes from.
type source struct {
	id      uint8
	literal string // in place of a name
	change  string // "lower", "last", a member of JSON text, or nothing
}

// keyPart is one part of a natural key.
type keyPart struct {
	from     []source
	optional bool
	request  bool // the fingerprint of the request, if the sources have nothing
}

func compileKinds(rows []kindRow, n commonNames) *kindTable {
	t := &kindTable{}
	t.common = common{
		t.sources(n.account), t.sources(n.errorCode), t.sources(n.errorURL),
		t.sources(n.optOut), t.sources(n.channel), t.sources(n.numMedia),
	}
	for i := range rows {
		r := &rows[i]
		if r.Wants == "" {
			r.Wants = router.WantsNothing
		}
		c := compiledRow{kindRow: r}
		c.head = r.Kind
		if head, rest, ok := strings.Cut(r.Kind, "{"); ok {
			names, end, _ := strings.Cut(rest, "}")
			if end != "" {
				panic("kind " + r.Kind + ": nothing may follow the value")
			}
			c.head, c.tail = head, t.sources(strings.ReplaceAll(names, "|", " "))
		}
		for word := range strings.FieldsSeq(r.When) {
			c.require(t.terms(word))
		}
		for part := range strings.FieldsSeq(r.Key) {
			c.key = append(c.key, t.keyPart(part))
		}
		c.sid, c.status = t.sources(r.SID), t.sources(r.Status)
		c.order, c.track = t.sources(r.Order), t.sources(r.Track)
		c.from, c.to = t.sources(r.From), t.sources(r.To)
		c.number, c.clock, c.version = t.sources(r.Rank.Number), t.sources(r.Rank.Clock), t.sources(r.Rank.Version)
		code := r.Code
		if code == "" {
			code = "ErrorCode"
		}
		c.code = t.sources(code)
		t.rows = append(t.rows, c)
	}
	return t
}

// sources reads a list of names.
func (t *kindTable) sources(list string) []source {
	var out []source
	for word := range strings.FieldsSeq(list) {
		if literal, ok := strings.CutPrefix(word, "'"); ok {
			out = append(out, source{literal: strings.TrimSuffix(literal, "'")})
			continue
		}
		name, change, _ := strings.Cut(word, ":")
		out = append(out, source{id: t.names.add(name), change: change})
	}
	return out
}

func (t *kindTable) keyPart(word string) keyPart {
	var p keyPart
	word, p.optional = strings.CutSuffix(word, "?")
	for name := range strings.SplitSeq(word, "/") {
		if name == "request" {
			p.request = true
			continue
		}
		p.from = append(p.from, t.sources(name)...)
	}
	return p
}

// terms reads the alternatives of one word of a When.
func (t *kindTable) terms(word string) []term {
	var out []term
	for text := range strings.SplitSeq(word, "|") {
		var one term
		text, one.not = strings.CutPrefix(text, "!")
		name, values, valued := strings.Cut(text, "=")
		one.id = t.names.add(name)
		if valued {
			one.patterns = strings.Split(values, ",")
		}
		out = append(out, one)
	}
	return out
}

// require adds one word of a When: to the masks as far as they can tell, and as
// a test of values beyond that.
func (c *compiledRow) require(any []term) {
	presence := !slices.ContainsFunc(any, func(t term) bool { return t.not || t.patterns != nil })
	one := any[0]
	switch {
	case len(any) == 1 && presence:
		c.need.set(one.id)
	case len(any) == 1 && one.not && one.patterns == nil:
		c.never.set(one.id)
	case presence:
		var m mask
		for _, t := range any {
			m.set(t.id)
		}
		c.anyOf = append(c.anyOf, m)
	default:
		if len(any) == 1 && !one.not {
			c.need.set(one.id)
		}
		c.tests = append(c.tests, any)
	}
}

// fits reports whether f is a request of this row.
func (c *compiledRow) fits(f *fields) bool {
	if !f.sent.all(c.need) || f.sent.any(c.never) {
		return false
	}
	for _, m := range c.anyOf {
		if !f.sent.any(m) {
			return false
		}
	}
	for _, any := range c.tests {
		if !slices.ContainsFunc(any, func(t term) bool { return f.holds(t) }) {
			return false
		}
	}
	return true
}

func (f *fields) holds(t term) bool {
	holds := f.sent.has(t.id)
	if holds && t.patterns != nil {
		value := f.value(t.id)
		holds = slices.ContainsFunc(t.patterns, func(p string) bool { return matchValue(p, value) })
	}
	return holds != t.not
}

// matchValue matches as path.Match does, but a slash is nothing special.
func matchValue(pattern, value string) bool {
	if pattern == value {
		return true
	}
	if pattern == "?*" {
		return value != ""
	}
	if !strings.ContainsAny(pattern, "*?[") {
		return false
	}
	if strings.Contains(value, "/") {
		value = strings.ReplaceAll(value, "/", "_")
	}
	ok, err := path.Match(pattern, value)
	if err != nil { // the patterns are this package's own
		panic(fmt.Sprintf("pattern %q: %v", pattern, err))
	}
	return ok
}
