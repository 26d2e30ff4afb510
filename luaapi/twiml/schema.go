package twiml

import (
	"regexp"
	"strings"
)

// Kind is the kind of a document: what Twilio asked for.
type Kind uint8

// The kinds of documents. What is a verb in one may be unknown in another.
const (
	Voice Kind = iota
	Messaging
	Fax
)

var kindNames = [...]string{"voice", "messaging", "fax"}

func (k Kind) String() string { return kindNames[k] }

// Group says what sort of element an element is.
type Group uint8

// The groups. A verb stands in the document itself, a noun in a verb, and SSML
// in what is spoken.
const (
	Verb Group = iota
	Noun
	Speech
)

var groupNames = [...]string{"verb", "noun", "ssml"}

func (g Group) String() string { return groupNames[g] }

// TextRule says whether an element may hold text.
type TextRule uint8

// The text rules. Mixed text may stand between child elements; optional text
// stands in their place.
const (
	TextNone TextRule = iota
	TextOptional
	TextRequired
	TextMixed
)

var textNames = [...]string{"none", "optional", "required", "mixed"}

func (t TextRule) String() string { return textNames[t] }

// Element is one of TwiML's elements: what it is called, where it may stand and
// what it takes. Elements are made once and never change.
type Element struct {
	Name       string       // of the constructor, as Lua writes it: "Say", "ReferSip", "say_as" (in the table ssml)
	Tag        string       // on the wire: "Say", "Sip", "say-as"
	Group      Group        // verb, noun or SSML
	Root       []Kind       // the documents that it may stand in directly
	Documents  []Kind       // the documents that it may stand in at all
	Parents    []*Element   // the elements that it may stand in
	Children   []*Element   // the elements that may stand in it
	Text       TextRule     // whether it holds text
	TextType   Type         // what the text is: String, URL, Phone, SIP or JSON
	Attributes []*Attribute // by wire name; spellings that Twilio's libraries have on the side are not among them

	Deprecated   bool   // Twilio advises against it or has closed it
	Undocumented bool   // Twilio's libraries have it, its documentation has not
	Generic      bool   // made by [Generic]: nothing is known of it
	gone         string // why it may stand nowhere any more
	advice       string // what to use in its place
	wrap         string // how it is wrapped, for one who puts it into the document itself

	attrs      map[string]*Attribute // by every spelling
	required   []*Attribute          // those that are required somewhere
	byTag      map[string]*Element   // children
	text       textLimit
	needs      needs
	ends       ending
	wants      []*Attribute // warned about if missing
	whyAction  string       // the hint for a missing action
	first      bool         // has its effect only as the first verb
	holds      int8         // 1: the call stays while it lasts; -1: it does not hold the call
	order      []*Element
	eachMax    map[*Element]int
	kidsMax    int // children of any kind
	parentMax  int // of this element in one parent
	docMax     int // of this element in one document
	docCode    int
	nestedCode int // Twilio's error number for a child that does not belong
	manyCode   int // Twilio's error number for more than parentMax
	alone      []*Element
	aloneCode  int
	together   int // children at once
	togetherIf string
	togetherNo int
	textXor    bool // text and child elements together are an error
	textOr     bool // text and child elements together are a warning
}

// Label is the name as a script writes it: "Say", "ssml.say_as".
func (e *Element) Label() string {
	if e.Group == Speech {
		return "ssml." + e.Name
	}
	return e.Name
}

// Attribute finds an attribute by its wire name, by its Lua spelling or by one
// that Twilio's libraries have on the side; nil if the element has none.
func (e *Element) Attribute(name string) *Attribute { return e.attrs[name] }

// In reports whether the element may stand in a document of kind k directly.
func (e *Element) In(k Kind) bool { return hasKind(e.Root, k) }

// Holds reports whether child may stand in e.
func (e *Element) Holds(child *Element) bool {
	if e.Generic || child.Generic {
		return true
	}
	for _, c := range e.Children {
		if c == child {
			return true
		}
	}
	return false
}

func hasKind(list []Kind, k Kind) bool {
	for _, x := range list {
		if x == k {
			return true
		}
	}
	return false
}

// Type is the type of an attribute's value or of an element's text.
type Type uint8

// The types.
const (
	String Type = iota
	URL         // http or https, or relative to the document's own URL
	WSS         // a WebSocket address, wss:// always
	Phone       // a phone number, a client, a SIP or channel address
	SIP         // a SIP address
	JSON        // a JSON document
	Int         // a whole number, or one of Values
	Number      // a number
	Bool        // true or false
	Enum        // one of Values, or several of them if List is set
)

var typeNames = [...]string{"string", "url", "wss", "phone", "sip", "json", "int", "number", "bool", "enum"}

func (t Type) String() string { return typeNames[t] }

// Attribute is an attribute of an element.
type Attribute struct {
	Name         string   // on the wire: "xml:lang"
	LuaName      string   // as Lua can write it without brackets: "xml_lang"
	Type         Type     // of the value, or of each item of a list
	Values       []string // of an Enum all; of an Int the words it takes beside numbers; of a String examples
	Open         bool     // an Enum that Twilio extends: an unknown value is only warned about
	AlsoBool     bool     // takes true and false beside its type
	List         string   // the separator, " " or ","; "" if it takes one value
	Required     bool     // always
	RequiredIn   []string // in these parents
	Default      string   // what Twilio takes if it is missing; "" if unknown or none
	Unit         string   // of an Int: "seconds", "milliseconds"
	Min, Max     int      // of an Int
	Deprecated   bool
	Undocumented bool

	alias     string // the documented spelling, if this one is not
	hasMin    bool
	hasMax    bool
	empty     bool // may be ""
	absolute  bool // a URL that Twilio does not resolve against the document's
	query     int8 // of a WSS: 1 warns about a query string, 2 refuses it
	unless    string
	maxLen    int
	maxPair   int // together with the attribute "name"
	code      int
	match     *regexp.Regexp
	known     map[string]bool // Values
	valuesIn  map[string][]string
	oldValues []string
}

type textLimit struct {
	max       int
	byVoice   []voiceLimit
	strict    bool // longer is an error, not a warning
	code      int
	emptyCode int
	match     *regexp.Regexp
}

type voiceLimit struct {
	prefix string
	max    int
}

// needs is the least that an element must hold; one of them is enough.
type needs struct {
	text, child bool
	attrs       []*Attribute
	children    []*Element
}

func (n *needs) any() bool {
	return n.text || n.child || len(n.attrs) > 0 || len(n.children) > 0
}

// ending says when the verbs after this one are not reached: always, or when
// the attribute is there (with the value, if there is one).
type ending struct {
	always bool
	attr   string
	value  string
}

// Lookup finds an element by the name of its constructor; those of SSML by
// "ssml." and their name.
func Lookup(name string) (*Element, bool) {
	e, ok := known.byLabel[name]
	return e, ok
}

// LookupTag finds an element by its name on the wire, as it is known in parent;
// a nil parent is the document itself. Where parent does not hold such an
// element, it is whatever goes by the name elsewhere.
func LookupTag(parent *Element, tag string) (*Element, bool) {
	if parent != nil {
		if e, ok := parent.byTag[tag]; ok {
			return e, true
		}
	}
	e, ok := known.byTag[tag]
	return e, ok
}

// Elements are all verbs and nouns, in the order of the schema.
func Elements() []*Element { return known.elements }

// SSML is all speech markup: the constructors of the table ssml.
func SSML() []*Element { return known.ssml }

// luaName is a wire name as a Lua identifier: a dash or a colon is an
// underscore, and a reserved word has one appended.
func luaName(wire string) string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == ':' {
			return '_'
		}
		return r
	}, wire)
	if luaReserved[name] {
		name += "_"
	}
	return name
}

var luaReserved = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true, "for": true,
	"function": true, "if": true, "in": true, "local": true, "nil": true, "not": true, "or": true, "repeat": true,
	"return": true, "then": true, "true": true, "until": true, "while": true,
}
