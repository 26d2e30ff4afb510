package twiml

import (
	"fmt"
	"strings"
)

// Pos is where a node was made: a line of a script, or a line and column of
// TwiML that was read. The zero Pos is nowhere.
type Pos struct {
	File string // "" in TwiML that was read
	Line int    // from 1; 0 if unknown
	Col  int    // in bytes, from 1; 0 if unknown
}

// String is "file:line:col" without the parts that are unknown.
func (p Pos) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	for _, n := range [...]int{p.Line, p.Col} {
		if n == 0 {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(':')
		}
		fmt.Fprint(&b, n)
	}
	return b.String()
}

// Severity is how bad a problem is.
type Severity uint8

// The severities. A document with an Error must not be sent; a Warning is for
// the script's author, and the document is sent.
const (
	Error Severity = iota
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Problem is something wrong with a node or a document.
type Problem struct {
	Severity Severity
	Rule     string // which rule, in one stable word: "unknown_attribute"
	Code     int    // the number that Twilio gives the error; 0 if it has none or it is unknown
	Pos      Pos    // where the node was made
	What     string // what is wrong
	Hint     string // what to do; "" if What says it
}

// Message is what a person reads, without the place: "what; hint".
func (p *Problem) Message() string {
	if p.Hint == "" {
		return p.What
	}
	return p.What + "; " + p.Hint
}

// Error is "place: what; hint".
func (p *Problem) Error() string {
	if pos := p.Pos.String(); pos != "" {
		return pos + ": " + p.Message()
	}
	return p.Message()
}

// Problems are all that is wrong at once; as an error they read one a line.
type Problems []Problem

// Failed reports whether there is an Error among them.
func (ps Problems) Failed() bool {
	for i := range ps {
		if ps[i].Severity == Error {
			return true
		}
	}
	return false
}

// Errors returns the problems that are errors.
func (ps Problems) Errors() Problems { return ps.only(Error) }

// Warnings returns the problems that are warnings.
func (ps Problems) Warnings() Problems { return ps.only(Warning) }

func (ps Problems) only(s Severity) (out Problems) {
	for _, p := range ps {
		if p.Severity == s {
			out = append(out, p)
		}
	}
	return out
}

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i := range ps {
		lines[i] = ps[i].Error()
	}
	return strings.Join(lines, "\n")
}

// The rules, each with what breaks it.
const (
	ruleUnknownAttribute = "unknown_attribute"
	ruleUnknownElement   = "unknown_element"
	ruleMissingAttribute = "missing_attribute"
	ruleTwice            = "attribute_twice"
	ruleSpelling         = "attribute_spelling"
	ruleType             = "type"
	ruleEnum             = "enum"
	ruleRange            = "range"
	rulePattern          = "pattern"
	ruleLength           = "length"
	ruleEmptyURL         = "empty_url"
	ruleNoScheme         = "url_no_scheme"
	ruleRelative         = "url_relative"
	ruleWSS              = "wss"
	rulePhone            = "phone"
	ruleDeprecated       = "deprecated"
	ruleNotAllowed       = "not_allowed_here"
	ruleTextNotAllowed   = "text_not_allowed"
	ruleTextAndChildren  = "text_and_children"
	ruleMissingText      = "missing_text"
	ruleEmpty            = "empty"
	ruleTooMany          = "too_many_children"
	ruleOrder            = "child_order"
	ruleMixed            = "mixed_children"
	ruleTooLong          = "too_long"
	ruleTooBig           = "too_big"
	ruleTooDeep          = "too_deep"
	ruleName             = "name"
	ruleCharacters       = "characters"
	ruleNounAtRoot       = "noun_at_root"
	ruleWrongDocument    = "wrong_document"
	ruleUnreachable      = "unreachable"
	ruleNoFallthrough    = "no_fallthrough"
	ruleNoAction         = "no_action"
	ruleConnectStart     = "connect_start"
	ruleNotFirst         = "not_first"
	ruleTooManyMessages  = "too_many_messages"
	ruleUnchecked        = "unchecked"
	ruleXML              = "xml"
	ruleRoot             = "root"
	codeSchema           = 12200 // Twilio's "schema validation warning": it skips what it does not know
	codeParse            = 12100 // Twilio's "document parse failure"
	codeRoot             = 12102 // Twilio's "the root element must be Response"
	codeMessagingVerb    = 14110 // Twilio's "invalid verb for SMS reply"
	codeTooBig           = 11750 // Twilio's "response body too large"
	codeURL              = 11100 // Twilio's "invalid URL format"
	codePhone            = 13223 // Twilio's "invalid phone number format"
)
