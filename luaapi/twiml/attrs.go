package twiml

import (
	"fmt"
	"strings"
)

// setAttrs takes the attributes: looked up, checked, and sorted by wire name.
func (b *builder) setAttrs(args []Arg) {
	if len(args) == 0 {
		return
	}
	attrs := make([]Attr, 0, len(args))
	for i := range args {
		a, ok := b.attr(&args[i])
		if !ok {
			continue
		}
		at := len(attrs)
		for at > 0 && attrs[at-1].Name > a.Name {
			at--
		}
		if at > 0 && attrs[at-1].Name == a.Name {
			b.fail(ruleTwice, codeParse, fmt.Sprintf("%s has the attribute %s twice", b.e.Label(), clip(a.Name)), "")
			continue
		}
		attrs = append(attrs, Attr{})
		copy(attrs[at+1:], attrs[at:])
		attrs[at] = a
	}
	b.node.attrs = attrs
	b.checkPair()
}

func (b *builder) attr(arg *Arg) (Attr, bool) {
	spec := b.e.attrs[arg.Name]
	if arg.Extra || b.e.Generic {
		return b.extra(arg)
	}
	if spec == nil {
		b.unknownAttribute(arg.Name)
		return Attr{}, false
	}
	if arg.Name != spec.Name && arg.Name != spec.LuaName {
		b.warn(ruleSpelling, 0, fmt.Sprintf("%s %s is written %s in Twilio's documentation", b.e.Label(), arg.Name, spec.Name), "")
	}
	value, ok := b.value(spec, arg.Value)
	return Attr{Name: spec.Name, Value: b.clean(value), spec: spec}, ok
}

// extra takes an attribute of the escape hatch as it is.
func (b *builder) extra(arg *Arg) (Attr, bool) {
	if !validName(arg.Name) {
		b.fail(ruleName, codeParse, fmt.Sprintf("%s: %s cannot be the name of an attribute", b.e.Label(), quote(arg.Name)), "")
		return Attr{}, false
	}
	value, ok := arg.Value.text()
	if arg.Value.kind == listValue {
		value, ok = join(arg.Value.list, " ")
	}
	if !ok {
		b.fail(ruleType, codeSchema, fmt.Sprintf("%s %s must be a string, a number, a boolean or a list of them, got %s",
			b.e.Label(), arg.Name, arg.Value.quoted()), "")
	}
	return Attr{Name: arg.Name, Value: b.clean(value)}, ok
}

func (b *builder) unknownAttribute(name string) {
	what := fmt.Sprintf("%s has no attribute %s", b.e.Label(), clip(name))
	for _, child := range b.e.Children {
		if strings.EqualFold(child.Name, name) {
			b.fail(ruleUnknownAttribute, codeSchema, what, child.Label()+" is an element: write "+b.e.Label()+"{ "+child.Label()+"{…} }")
			return
		}
	}
	if owners := b.owners(name); len(owners) > 0 {
		what += "; it belongs to " + strings.Join(owners, ", ")
		if near, ok := nearest(name, attributeNames(b.e)); ok {
			what += " (did you mean " + near + "?)"
		}
		b.fail(ruleUnknownAttribute, codeSchema, what, "")
		return
	}
	if near, ok := nearest(name, attributeNames(b.e)); ok {
		b.fail(ruleUnknownAttribute, codeSchema, what, "did you mean "+near+"?")
		return
	}
	hint := "it has " + strings.Join(attributeNames(b.e), ", ")
	if n := len(b.e.Attributes); n == 0 {
		hint = "it has none"
	} else if n > 12 {
		hint = "for one that is newer than this schema write extra = {…}"
	}
	b.fail(ruleUnknownAttribute, codeSchema, what, hint)
}

func attributeNames(e *Element) []string {
	names := make([]string, len(e.Attributes))
	for i, a := range e.Attributes {
		names[i] = a.LuaName
	}
	return names
}

// owners are the elements that a misplaced attribute may have been meant for:
// the children of this one, its parents, and those that stand beside it.
func (b *builder) owners(name string) (owners []string) {
	seen := map[*Element]bool{b.e: true}
	look := func(list []*Element) {
		for _, e := range list {
			if !seen[e] && e.attrs[name] != nil && len(owners) < 6 {
				owners = append(owners, e.Label())
			}
			seen[e] = true
		}
	}
	look(b.e.Children)
	look(b.e.Parents)
	for _, p := range b.e.Parents {
		look(p.Children)
	}
	return owners
}

// value is the attribute's value as it is written.
func (b *builder) value(a *Attribute, v Value) (string, bool) {
	if v.kind == listValue {
		if a.List == "" {
			b.wrongType(a, v, "one value")
			return "", false
		}
		if len(v.list) == 0 && !a.empty {
			b.wrongType(a, v, "one value or more")
			return "", false
		}
		for _, item := range v.list {
			if s, ok := item.text(); !ok || !b.scalar(a, item, s) {
				if !ok {
					b.wrongType(a, v, "a list of values")
				}
				return "", false
			}
		}
		return join(v.list, a.List)
	}
	s, ok := v.text()
	if !ok {
		b.wrongType(a, v, typeWords(a))
		return "", false
	}
	if a.List != " " || v.kind != stringValue || strings.TrimSpace(s) == "" {
		return s, b.scalar(a, v, s)
	}
	for item := range strings.FieldsSeq(s) {
		if !b.scalar(a, Str(item), item) {
			return s, false
		}
	}
	return s, true
}

func join(items []Value, sep string) (string, bool) {
	parts := make([]string, len(items))
	for i, item := range items {
		s, ok := item.text()
		if !ok {
			return "", false
		}
		parts[i] = s
	}
	return strings.Join(parts, sep), true
}

// typeWords says what the attribute takes.
func typeWords(a *Attribute) string {
	switch a.Type {
	case Int:
		words := "a whole number"
		if a.Unit != "" {
			words += " of " + a.Unit
		}
		if len(a.Values) > 0 {
			words += ` or "` + strings.Join(a.Values, `", "`) + `"`
		}
		return words
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	case URL, WSS:
		return "a URL"
	case Phone:
		return "a phone number or an address"
	}
	if a.List != "" {
		return "a string or a list of strings"
	}
	return "a string"
}

func (b *builder) wrongType(a *Attribute, v Value, want string) {
	b.fail(ruleType, a.schemaCode(), fmt.Sprintf("%s %s must be %s, got %s", b.e.Label(), a.LuaName, want, v.quoted()), "")
}

func (a *Attribute) schemaCode() int {
	if a.code != 0 {
		return a.code
	}
	return codeSchema
}
