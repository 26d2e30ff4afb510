package main

import (
	"encoding/json"
	"strings"

	"twirouter/router"
)

// leastSaid is the shortest text of a message that is looked for in what scripts
// write: a shorter one ("1", "ok") says little, and would be found in file names
// and line numbers.
const leastSaid = 4

// discreet leaves out of texts for the log what the event's message says. Scripts
// print it, put it into errors and log it: whoever asked for a log without
// bodies means those as well.
type discreet struct{ said *strings.Replacer }

// discreet is the one for ev; it changes nothing if bodies may be logged.
func (t *teller) discreet(ev *router.Event) discreet {
	body, ok := ev.Params.Lookup("Body")
	if body = strings.TrimSpace(body); t.bodies || !ok || len(body) < leastSaid {
		return discreet{}
	}
	var pairs []string
	for _, text := range []string{body, strings.ToLower(body), strings.ToUpper(body)} {
		for _, written := range []string{text, quotedInside(text), escapedXML.Replace(text)} {
			pairs = append(pairs, written, "***")
		}
	}
	return discreet{strings.NewReplacer(pairs...)}
}

// escapedXML writes a text as it stands in TwiML.
var escapedXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

// quotedInside is a text as JSON and inspect write it, without the quotation marks.
func quotedInside(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return s // a string can always be written
	}
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// text leaves it out of a text.
func (d discreet) text(s string) string {
	if d.said == nil {
		return s
	}
	return d.said.Replace(s)
}

// fields leaves it out of what a script logged beside a message.
func (d discreet) fields(all map[string]any) any {
	if d.said == nil {
		return all
	}
	return maskAny(all, d.text)
}
