package twiml

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ./internal/gen -facts ${TWIROUTER_CORPUS}/twiml-schema.json -o schema/elements.txt

//go:embed schema/elements.txt
var elementsText string

//go:embed schema/own.txt
var ownText string

var known = mustLoad(elementsText, ownText)

type schema struct {
	elements []*Element
	ssml     []*Element
	byLabel  map[string]*Element
	byTag    map[string]*Element
	byFold   map[string]*Element // by lower-case label
}

func mustLoad(texts ...string) *schema {
	s, err := load(texts...)
	if err != nil {
		panic("twiml: " + err.Error())
	}
	return s
}

// loader reads schema texts. Names may be used before they are declared, so
// what refers to elements is resolved after the last line.
type loader struct {
	enums  map[string]*enum
	order  []*Element
	byName map[string]*Element // by the name in the text, which for SSML is the tag
	later  []func() error
}

type enum struct {
	open   bool
	values []string
}

func load(texts ...string) (*schema, error) {
	l := &loader{enums: map[string]*enum{}, byName: map[string]*Element{}}
	for n, text := range texts {
		if err := l.read(text); err != nil {
			return nil, fmt.Errorf("schema text %d: %w", n+1, err)
		}
	}
	for _, f := range l.later {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return l.finish(), nil
}

func (l *loader) read(text string) error {
	var e *Element
	var en *enum
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		var err error
		switch indented := line[0] == ' '; {
		case !indented && words[0] == "enum" && len(words) > 1:
			e, en = nil, &enum{open: slices.Contains(words[2:], "open")}
			l.enums[words[1]] = en
		case !indented:
			en = nil
			e, err = l.element(words)
		case en != nil:
			en.values = append(en.values, words...)
		case e == nil:
			err = fmt.Errorf("a line of no element")
		case words[0][0] == '@':
			err = l.attribute(e, words)
		default:
			err = l.line(e, words)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

func (l *loader) element(words []string) (*Element, error) {
	group := slices.Index(groupNames[:], words[0])
	if group < 0 || len(words) < 2 {
		return nil, fmt.Errorf("%q: enum, verb, noun or ssml and a name are wanted", strings.Join(words, " "))
	}
	name := words[1]
	e := l.byName[name]
	if e == nil {
		e = &Element{Name: luaName(name), Tag: name, attrs: map[string]*Attribute{}}
		l.byName[name] = e
		l.order = append(l.order, e)
	}
	e.Group = Group(group)
	if e.Group != Speech {
		e.Name = name
	}
	for _, w := range words[2:] {
		switch key, value, _ := strings.Cut(w, "="); key {
		case "tag":
			e.Tag = value
		case "deprecated":
			e.Deprecated = true
		case "undocumented":
			e.Undocumented = true
		default:
			return nil, fmt.Errorf("%s: unknown word %q", name, w)
		}
	}
	return e, nil
}

// line reads a line of an element that is not an attribute.
func (l *loader) line(e *Element, words []string) error {
	rest := words[1:]
	one := func(p *int) (err error) {
		if len(rest) == 0 {
			return fmt.Errorf("%s wants a number", words[0])
		}
		*p, err = strconv.Atoi(rest[0])
		return err
	}
	prose := func(p *string) error { *p = strings.Join(rest, " "); return nil }
	switch words[0] {
	case "in":
		for _, name := range rest {
			if k := slices.Index(kindNames[:], name); k >= 0 {
				if !e.In(Kind(k)) {
					e.Root = append(e.Root, Kind(k))
				}
				continue
			}
			l.resolve(name, func(parent *Element) { nest(parent, e) })
		}
	case "children":
		for _, name := range rest {
			if child := l.byName[name]; child != nil { // now, so that they come first and in this order
				e.Children = slices.DeleteFunc(e.Children, func(c *Element) bool { return c == child })
				nest(e, child)
				continue
			}
			l.resolve(name, func(child *Element) { nest(e, child) })
		}
	case "text":
		return l.text(e, rest)
	case "needs":
		l.later = append(l.later, func() error { return l.needs(e, strings.Split(rest[0], "|")) })
	case "children-max":
		return one(&e.kidsMax)
	case "parent-max":
		return one(&e.parentMax)
	case "document-max":
		keyedInt(rest, "code", &e.docCode)
		return one(&e.docMax)
	case "each-max":
		for _, w := range rest {
			name, value, _ := strings.Cut(w, "=")
			n, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			l.resolve(name, func(child *Element) {
				if e.eachMax == nil {
					e.eachMax = map[*Element]int{}
				}
				e.eachMax[child] = n
			})
		}
	case "order":
		for _, name := range rest {
			l.resolve(name, func(child *Element) { e.order = append(e.order, child) })
		}
	case "ends":
		attr, value, _ := strings.Cut(rest[0], "=")
		e.ends = ending{always: attr == "always", attr: attr, value: value}
	case "wants":
		l.later = append(l.later, func() error {
			for _, name := range rest {
				e.wants = append(e.wants, e.attrs[name])
			}
			return nil
		})
	case "why-action":
		return prose(&e.whyAction)
	case "first":
		e.first = true
	case "holds-call":
		e.holds = 1
	case "holds-no-call":
		e.holds = -1
	case "nested-code":
		return one(&e.nestedCode)
	case "media-code":
		return one(&e.manyCode)
	case "alone":
		for _, name := range rest {
			if !strings.Contains(name, "=") {
				l.resolve(name, func(child *Element) { e.alone = append(e.alone, child) })
			}
		}
		return keyedInt(rest, "code", &e.aloneCode)
	case "together-max":
		for _, w := range rest[1:] {
			if v, ok := strings.CutPrefix(w, "unless="); ok {
				e.togetherIf = v
			}
		}
		keyedInt(rest, "code", &e.togetherNo)
		return one(&e.together)
	case "text-or-child":
		e.textOr = true
	case "wrap":
		return prose(&e.wrap)
	case "gone":
		return prose(&e.gone)
	case "gone-soon":
		return prose(&e.advice)
	default:
		return fmt.Errorf("%s: unknown word %q", e.Name, words[0])
	}
	return nil
}

func (l *loader) text(e *Element, words []string) (err error) {
	for _, w := range words {
		key, value, has := strings.Cut(w, "=")
		switch {
		case slices.Contains(textNames[:], w):
			e.Text = TextRule(slices.Index(textNames[:], w))
		case slices.Contains(typeNames[:], w):
			e.TextType = Type(slices.Index(typeNames[:], w))
		case w == "strict":
			e.text.strict = true
		case w == "alone":
			e.textXor = true
		case has && key == "max":
			e.text.max, err = strconv.Atoi(value)
		case has && strings.HasPrefix(key, "max."):
			v := voiceLimit{prefix: key[len("max."):]}
			v.max, err = strconv.Atoi(value)
			e.text.byVoice = append(e.text.byVoice, v)
		case has && key == "code":
			e.text.code, err = strconv.Atoi(value)
		case has && key == "empty-code":
			e.text.emptyCode, err = strconv.Atoi(value)
		case has && key == "match":
			e.text.match, err = regexp.Compile(value)
		default:
			err = fmt.Errorf("%s: text: unknown word %q", e.Name, w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) needs(e *Element, words []string) error {
	for _, w := range words {
		switch {
		case w == "text":
			e.needs.text = true
		case w == "child":
			e.needs.child = true
		case e.attrs[w] != nil:
			e.needs.attrs = append(e.needs.attrs, e.attrs[w])
		case l.byName[w] != nil:
			e.needs.children = append(e.needs.children, l.byName[w])
		default:
			return fmt.Errorf("%s needs %s, which is nothing", e.Name, w)
		}
	}
	return nil
}

func (l *loader) resolve(name string, use func(*Element)) {
	l.later = append(l.later, func() error {
		e := l.byName[name]
		if e == nil {
			return fmt.Errorf("there is no element %q", name)
		}
		use(e)
		return nil
	})
}

func nest(parent, child *Element) {
	if !slices.Contains(parent.Children, child) {
		parent.Children = append(parent.Children, child)
	}
	if !slices.Contains(child.Parents, parent) {
		child.Parents = append(child.Parents, parent)
	}
}

func keyedInt(words []string, key string, p *int) (err error) {
	for _, w := range words {
		if v, ok := strings.CutPrefix(w, key+"="); ok {
			*p, err = strconv.Atoi(v)
		}
	}
	return err
}

// finish makes what is looked up from what was read.
func (l *loader) finish() *schema {
	s := &schema{byLabel: map[string]*Element{}, byTag: map[string]*Element{}, byFold: map[string]*Element{}}
	for _, e := range l.order {
		if e.Group == Speech {
			s.ssml = append(s.ssml, e)
		} else {
			s.elements = append(s.elements, e)
		}
		s.byLabel[e.Label()] = e
		s.byFold[strings.ToLower(e.Label())] = e
		if s.byTag[e.Tag] == nil || e.Name == e.Tag {
			s.byTag[e.Tag] = e
		}
		e.byTag = map[string]*Element{}
		for _, c := range e.Children {
			e.byTag[c.Tag] = c
		}
		slices.SortFunc(e.Attributes, func(a, b *Attribute) int { return strings.Compare(a.Name, b.Name) })
		for _, a := range e.Attributes {
			if a.LuaName != a.Name {
				e.attrs[a.LuaName] = a
			}
			if a.Required || len(a.RequiredIn) > 0 {
				e.required = append(e.required, a)
			}
			a.known = map[string]bool{}
			for _, v := range a.Values {
				a.known[v] = true
			}
		}
		for spelling, a := range e.attrs {
			if a.alias != "" {
				if real := e.attrs[a.alias]; real != nil {
					e.attrs[spelling] = real
				}
			}
		}
		e.Attributes = slices.DeleteFunc(e.Attributes, func(a *Attribute) bool { return a.alias != "" })
	}
	for changed := true; changed; {
		changed = false
		for _, e := range l.order {
			for k := range Kind(len(kindNames)) {
				in := e.In(k) || slices.ContainsFunc(e.Parents, func(p *Element) bool { return hasKind(p.Documents, k) })
				if in && !hasKind(e.Documents, k) {
					e.Documents = append(e.Documents, k)
					changed = true
				}
			}
		}
	}
	return s
}
