package twiml

import (
	"slices"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		name, tag string
		group     Group
	}{
		{"Say", "Say", Verb}, {"Sip", "Sip", Noun}, {"ReferSip", "Sip", Noun}, {"Uri", "Uri", Noun},
		{"ssml.break_", "break", Speech}, {"ssml.say_as", "say-as", Speech}, {"ssml.p", "p", Speech},
		{"Message", "Message", Verb}, {"Receive", "Receive", Verb},
	}
	for _, tt := range tests {
		e, ok := Lookup(tt.name)
		if !ok || e.Tag != tt.tag || e.Group != tt.group || e.Label() != tt.name {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
	for _, name := range []string{"say", "break_", "Response", ""} {
		if e, ok := Lookup(name); ok {
			t.Errorf("%q is %s", name, e.Label())
		}
	}
	dial, _ := Lookup("Dial")
	refer, _ := Lookup("Refer")
	for parent, want := range map[*Element]string{dial: "Sip", refer: "ReferSip", nil: "Sip"} {
		if e, ok := LookupTag(parent, "Sip"); !ok || e.Name != want {
			t.Errorf("Sip in %v is %v", parent, e)
		}
	}
}

func TestSchemaHangsTogether(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range slices.Concat(Elements(), SSML()) {
		if seen[e.Label()] {
			t.Errorf("%s is there twice", e.Label())
		}
		seen[e.Label()] = true
		if !validName(e.Tag) || e.Name != luaName(e.Name) && e.Group == Speech {
			t.Errorf("%s: tag %q", e.Label(), e.Tag)
		}
		if len(e.Documents) == 0 && e.gone == "" {
			t.Errorf("%s may stand nowhere", e.Label())
		}
		for _, c := range e.Children {
			if !slices.Contains(c.Parents, e) {
				t.Errorf("%s is in %s, but not the other way round", c.Label(), e.Label())
			}
		}
		for _, a := range e.Attributes {
			if !validName(a.Name) || e.Attribute(a.Name) != a || e.Attribute(a.LuaName) != a {
				t.Errorf("%s %s is not found", e.Label(), a.Name)
			}
			if a.Type == Enum && len(a.Values) == 0 {
				t.Errorf("%s %s takes no value", e.Label(), a.Name)
			}
			if a.Default != "" && len(a.Values) > 0 && a.Type == Enum && !slices.Contains(a.Values, a.Default) {
				t.Errorf("%s %s: its default is none of its values", e.Label(), a.Name)
			}
			for _, p := range a.RequiredIn {
				if parent, ok := Lookup(p); !ok || !slices.Contains(e.Parents, parent) {
					t.Errorf("%s %s: required in %s, where it never stands", e.Label(), a.Name, p)
				}
			}
		}
		for _, a := range e.wants {
			if a == nil || e.whyAction == "" {
				t.Errorf("%s wants an attribute that it has not, or does not say why", e.Label())
			}
		}
		if e.Group == Noun && len(e.Root) == 0 && len(e.Parents) == 0 && e.gone == "" {
			t.Errorf("%s has no parent", e.Label())
		}
	}
	for _, name := range []string{"Gather", "Record", "Message", "ConversationRelay"} {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

// A new verb is one entry.
func TestOneEntryIsAVerb(t *testing.T) {
	s, err := load(elementsText, ownText, `
verb Beam
  in voice Gather
  children Say Parameter
  text optional url
  @colour enum list=space : red green
  @for string
verb Gather
  @newest bool
`)
	if err != nil {
		t.Fatal(err)
	}
	beam, gather := s.byLabel["Beam"], s.byLabel["Gather"]
	if !beam.In(Voice) || !gather.Holds(beam) || !beam.Holds(s.byLabel["Parameter"]) || beam.TextType != URL {
		t.Errorf("%+v", beam)
	}
	if a := beam.Attribute("for_"); a == nil || a.Name != "for" {
		t.Errorf("for_: %+v", a)
	}
	if a := gather.Attribute("newest"); a == nil || a.Type != Bool || gather.Attribute("timeout").Unit != "seconds" {
		t.Errorf("Gather was not added to: %+v", a)
	}
}

func TestLoadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"thing X":                              "enum, verb, noun or ssml",
		"verb":                                 "a name are wanted",
		"verb X shiny":                         `unknown word "shiny"`,
		"  in voice":                           "a line of no element",
		"verb X\n  in Nowhere":                 `there is no element "Nowhere"`,
		"verb X\n  flies high":                 `unknown word "flies"`,
		"verb X\n  text loud":                  `unknown word "loud"`,
		"verb X\n  needs air":                  "X needs air, which is nothing",
		"verb X\n  children-max many":          "line 2",
		"verb X\n  @a enum : $Colours":         `there is no enum "Colours"`,
		"verb X\n  @a string shiny":            `unknown word "shiny"`,
		"verb X\n  @a int min=x":               "line 2",
		"verb X\n  @a enum list=semicolon : b": "space or comma",
		"verb X\n  @a string match=(":          "missing closing",
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	for name, want := range map[string]string{
		"say": "Say", "SAY": "Say", "Gahter": "Gather", "Redirct": "Redirect", "say_as": "ssml.say_as", "say-as": "ssml.say_as",
		"break": "ssml.break_", "ssml.Emphasis": "ssml.emphasis", "Massage": "Message", "conference": "Conference",
		"print": "", "x": "", "": "", strings.Repeat("Say", 100): "",
	} {
		if got, ok := Suggest(name); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", name, got, ok, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abd", 1}, {"numdigts", "numdigits", 1}, {"kitten", "sitting", 3}, {"abcdef", "uvwxyz", 4}} {
		if got := distance([]byte(tt.a), []byte(tt.b), 4); got != tt.want {
			t.Errorf("%q %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestCorpusSchema holds the schema to the facts: elements, nesting, attributes
// and their values. More may be known here.
func TestCorpusSchema(t *testing.T) {
	var facts struct {
		Enums     map[string][]string
		Documents map[string]struct {
			Elements map[string]struct {
				Element  string
				Text     string
				Parents  []string
				Children []string
				Attrs    map[string]struct {
					Type     string
					Values   []string
					Enum     string
					List     bool
					Required bool
					AliasOf  string `json:"alias_of"`
				}
			}
		}
	}
	corpus(t, "twiml-schema.json", &facts)
	for doc, d := range facts.Documents {
		k := Kind(slices.Index(kindNames[:], doc))
		for id, f := range d.Elements {
			var e *Element
			for _, x := range slices.Concat(Elements(), SSML()) {
				if x.Tag == f.Element && hasKind(x.Documents, k) && (e == nil || x.Name == id) {
					e = x
				}
			}
			if e == nil {
				if x, ok := known.byTag[f.Element]; !ok || x.gone == "" {
					t.Errorf("%s: %s is missing", doc, id)
				}
				continue
			}
			if e.Text.String() != f.Text {
				t.Errorf("%s: text %v, want %s", id, e.Text, f.Text)
			}
			for _, p := range f.Parents {
				if p == "Response" && !e.In(k) {
					t.Errorf("%s may not stand in a %s document", id, doc)
				}
			}
			for _, c := range f.Children {
				if e.byTag[d.Elements[c].Element] == nil {
					t.Errorf("%s may not contain %s", id, c)
				}
			}
			for name, fa := range f.Attrs {
				a := e.Attribute(name)
				switch {
				case a == nil:
					t.Errorf("%s has no %s", id, name)
				case fa.AliasOf != "":
					if a.Name != fa.AliasOf {
						t.Errorf("%s %s is %s, want %s", id, name, a.Name, fa.AliasOf)
					}
				case a.Required != fa.Required || fa.List && a.List == "":
					t.Errorf("%s %s: %+v", id, name, a)
				}
				for _, v := range append(fa.Values, facts.Enums[fa.Enum]...) {
					if a != nil && !slices.Contains(a.Values, v) {
						t.Errorf("%s %s does not take %s", id, name, v)
					}
				}
			}
		}
	}
}
