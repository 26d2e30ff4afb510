package twiml

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var separators = map[string]string{"space": " ", "comma": ","}

// attribute reads a line "@name type rules : values". A later line about an
// attribute that is known adds to it.
func (l *loader) attribute(e *Element, words []string) error {
	name := words[0][1:]
	a := e.attrs[name]
	if a == nil {
		a = &Attribute{Name: name, LuaName: luaName(name)}
		e.attrs[name] = a
		e.Attributes = append(e.Attributes, a)
	}
	rules, values := words[1:], []string(nil)
	if i := slices.Index(rules, ":"); i >= 0 {
		rules, values = rules[:i], rules[i+1:]
	}
	for i, w := range rules {
		if t := slices.Index(typeNames[:], w); i == 0 && t >= 0 {
			a.Type = Type(t)
			continue
		}
		if err := a.rule(w); err != nil {
			return fmt.Errorf("%s %s: %w", e.Name, name, err)
		}
	}
	for _, v := range values {
		shared, ok := strings.CutPrefix(v, "$")
		if !ok {
			a.Values = append(a.Values, v)
			continue
		}
		en := l.enums[shared]
		if en == nil {
			return fmt.Errorf("%s %s: there is no enum %q", e.Name, name, shared)
		}
		a.Values = append(a.Values, en.values...)
		a.Open = a.Open || en.open
	}
	return nil
}

func (a *Attribute) rule(w string) (err error) {
	key, value, _ := strings.Cut(w, "=")
	switch key {
	case "required":
		a.Required = true
	case "required-in":
		a.RequiredIn = strings.Split(value, ",")
	case "unless":
		a.unless = value
	case "list":
		if a.List = separators[value]; a.List == "" {
			err = fmt.Errorf("list=%s: space or comma are known", value)
		}
	case "open":
		a.Open = true
	case "bool":
		a.AlsoBool = true
	case "empty":
		a.empty = true
	case "absolute":
		a.absolute = true
	case "warn-query":
		a.query = 1
	case "no-query":
		a.query = 2
	case "deprecated":
		a.Deprecated = true
	case "undocumented":
		a.Undocumented = true
	case "min":
		a.Min, err = strconv.Atoi(value)
		a.hasMin = true
	case "max":
		a.Max, err = strconv.Atoi(value)
		a.hasMax = true
	case "len":
		a.maxLen, err = strconv.Atoi(value)
	case "len-with-name":
		a.maxPair, err = strconv.Atoi(value)
	case "code":
		a.code, err = strconv.Atoi(value)
	case "default":
		a.Default = value
	case "unit":
		a.Unit = value
	case "match":
		a.match, err = regexp.Compile(value)
	case "alias":
		a.alias = value
	case "deprecated-values":
		a.oldValues = strings.Split(value, ",")
	default:
		parent, ok := strings.CutPrefix(key, "in-")
		if !ok {
			return fmt.Errorf("unknown word %q", w)
		}
		if a.valuesIn == nil {
			a.valuesIn = map[string][]string{}
		}
		a.valuesIn[parent] = strings.Split(value, ",")
	}
	return err
}
