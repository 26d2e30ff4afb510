package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"twirouter/router"
)

// decoder lays a document over the description of the file, strictly: what the
// description does not know is a problem. It goes on after each, so that all of
// them are told at once.
type decoder struct {
	doc      *document
	getenv   Getenv
	problems router.Problems
}

// decode makes a Config of a document. It is complete, with defaults where the
// document is wrong, whatever the problems are.
func decode(doc *document, getenv Getenv) (*Config, router.Problems) {
	d := &decoder{doc: doc, getenv: getenv}
	c := new(Config)
	d.table(whole(), place{doc: doc, node: doc.root}, doc.data, reflect.ValueOf(c).Elem())
	return c, d.problems
}

func (d *decoder) say(at place, key, what, hint string) {
	d.problems = append(d.problems, at.problem(key, what, hint))
}

// table fills the struct v from the keys of a table.
func (d *decoder) table(sp *spec, at place, values map[string]any, v reflect.Value) {
	at.values = values
	v.Addr().Interface().(located).locate(at)
	for _, kid := range sp.kids {
		if _, ok := values[kid.name]; ok {
			continue
		}
		if kid.required {
			d.say(at, "", fmt.Sprintf("%s is missing", at.key(kid.name)), kid.scalar.example())
		}
		d.defaults(kid, at, v.Field(kid.field))
	}
	for _, key := range order(at.node, values) {
		kid := sp.kid(key)
		if kid == nil {
			d.unknown(sp, at, key)
			continue
		}
		d.value(kid, at, key, values[key], v.Field(kid.field))
	}
}

// order is the keys of a table as they stand in the file.
func order[V any](n *node, values map[string]V) []string {
	var out []string
	if n != nil {
		out = slices.Clone(n.order)
	}
	if len(out) != len(values) {
		for key := range values {
			out = append(out, key)
		}
		slices.Sort(out)
		out = slices.Compact(out)
	}
	return slices.DeleteFunc(out, func(key string) bool { _, ok := values[key]; return !ok })
}

// defaults fills in what is left out: the defaults of a table's keys too, but
// for a table that may be absent as a whole.
func (d *decoder) defaults(sp *spec, at place, v reflect.Value) {
	switch {
	case sp.shape == table && v.Kind() == reflect.Struct:
		d.table(sp, place{doc: d.doc, path: below(at.path, sp.name)}, nil, v)
	case sp.fallback == "":
	case sp.shape == list:
		for text := range strings.SplitSeq(sp.fallback, ",") {
			v.Set(reflect.Append(v, sp.scalar.given(text, v.Type().Elem())))
		}
	default:
		v.Set(sp.scalar.given(sp.fallback, v.Type()))
	}
}

// given is the value of a default, which is the program's own and right.
func (s scalar) given(text string, t reflect.Type) reflect.Value {
	switch s.kind {
	case "boolean":
		return reflect.ValueOf(text == "true").Convert(t)
	case "integer":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			panic(err)
		}
		return reflect.ValueOf(n).Convert(t)
	}
	parsed, f := s.check(text, text)
	if f != nil {
		panic("config: default " + text + ": " + f.what)
	}
	return reflect.ValueOf(parsed).Convert(t)
}

func (d *decoder) unknown(sp *spec, at place, key string) {
	in, hint := "at the top of the file", didYouMean(key, sp.keys())
	if len(at.path) > 0 {
		in = "in [" + at.path.String() + "]"
	}
	if homes := homesOf(key); hint == "" && len(homes) > 0 && len(homes) < 4 {
		hint = "it belongs to " + strings.Join(homes, " or ")
	}
	if hint == "" {
		hint = "here may stand: " + strings.Join(sp.keys(), ", ")
	}
	d.say(at, key, fmt.Sprintf("unknown key %q %s", key, in), hint)
}

// homesOf names the tables that have a key of that name.
func homesOf(key string) []string {
	var out []string
	var walk func(sp *spec, path string)
	walk = func(sp *spec, path string) {
		for _, kid := range sp.kids {
			if kid.name == key && path != "" {
				out = append(out, "["+path+"]")
			}
			under := strings.TrimPrefix(path+"."+kid.name, ".")
			if kid.shape == group {
				under += ".NAME"
			}
			walk(kid, under)
		}
	}
	walk(whole(), "")
	return out
}

func (d *decoder) value(sp *spec, at place, key string, value any, v reflect.Value) {
	under := place{doc: d.doc, node: at.node.kid(key), path: below(at.path, key)}
	switch sp.shape {
	case single:
		if got, ok := d.scalar(sp.scalar, at, key, value); ok {
			v.Set(reflect.ValueOf(got).Convert(v.Type()))
		} else {
			d.defaults(sp, at, v)
		}
	case list:
		d.list(sp, at, key, value, v)
	case table:
		if text, ok := value.(string); ok && sp.or != "" {
			d.alone(sp, at, under, key, text, v)
			return
		}
		values, ok := d.tableOf(sp, at, key, value)
		if !ok {
			d.defaults(sp, at, v)
			return
		}
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(sp.typ))
			v = v.Elem()
		}
		d.table(sp, under, values, v)
	case group:
		values, ok := d.tableOf(sp, at, key, value)
		if !ok {
			return
		}
		d.group(sp, under, values, v)
	case vars:
		values, ok := d.tableOf(sp, at, key, value)
		if !ok {
			return
		}
		var out Vars
		for _, name := range order(under.node, values) {
			if text, ok := d.scalar(sp.scalar, under, name, values[name]); ok {
				out = append(out, Var{name, text.(string)})
			}
		}
		v.Set(reflect.ValueOf(out))
	case freeform:
		if values, ok := d.tableOf(sp, at, key, value); ok {
			d.freeform(under, values, v)
		}
	}
}

// alone puts a text that stands for a whole table into the field that is for it.
func (d *decoder) alone(sp *spec, at, under place, key, text string, v reflect.Value) {
	got, ok := d.scalar(sp.scalar, at, key, text)
	if !ok {
		return
	}
	v.Set(reflect.New(sp.typ))
	v.Interface().(located).locate(under)
	v.Elem().FieldByName(sp.or).SetString(got.(string))
}

// group fills a list of named tables, in file order.
func (d *decoder) group(sp *spec, at place, values map[string]any, v reflect.Value) {
	for _, name := range order(at.node, values) {
		if !sp.names.form.MatchString(name) {
			d.say(at, name, fmt.Sprintf("%q is not a name for [%s.NAME]", name, at.path), sp.names.hint)
		}
		inside, ok := values[name].(map[string]any)
		if !ok {
			what := fmt.Sprintf("%s must be a table, not %s", at.key(name), nounOf(values[name]))
			d.say(at, name, what, fmt.Sprintf("write [%s], then its keys below", at.key(name)))
			continue
		}
		item := reflect.New(sp.typ)
		item.Elem().FieldByName("Name").SetString(name)
		d.table(sp, place{doc: d.doc, node: at.node.kid(name), path: below(at.path, name)}, inside, item.Elem())
		v.Set(reflect.Append(v, item))
	}
}

// tableOf expects a table.
func (d *decoder) tableOf(sp *spec, at place, key string, value any) (map[string]any, bool) {
	if values, ok := value.(map[string]any); ok {
		return values, true
	}
	name := at.key(key)
	hint := fmt.Sprintf("write [%s], then its keys below", name)
	if sp.shape == group {
		hint = fmt.Sprintf("write [%s.NAME] for each: a table, with a name of its own", name)
	}
	what := "a table"
	if sp.or != "" {
		what = sp.scalar.noun + " or a table"
	}
	d.say(at, key, fmt.Sprintf("%s must be %s, not %s", name, what, nounOf(value)), hint)
	return nil, false
}

func (d *decoder) list(sp *spec, at place, key string, value any, v reflect.Value) {
	items, ok := value.([]any)
	if !ok && sp.or == "one" {
		if _, text := value.(string); text {
			items, ok = []any{value}, true
		}
	}
	if !ok {
		what, hint := "a list", "like ["+sp.scalar.like+"]"
		if sp.or == "one" {
			what = sp.scalar.noun + " or a list"
		}
		if text, one := value.(string); one && !sp.scalar.secret {
			hint = fmt.Sprintf("write [%q]", text)
		}
		d.say(at, key, fmt.Sprintf("%s must be %s, not %s", at.key(key), what, nounOf(value)), hint)
		d.defaults(sp, at, v)
		return
	}
	if len(items) < sp.min {
		d.say(at, key, at.key(key)+" is an empty list", "leave the key out, or write [… ] with an entry in it")
		d.defaults(sp, at, v)
		return
	}
	out := reflect.MakeSlice(v.Type(), 0, len(items))
	for _, item := range items {
		if _, text := item.(string); !text && sp.scalar.kind == "string" {
			d.say(at, key, fmt.Sprintf("%s: each entry must be %s, not %s", at.key(key), sp.scalar.noun, nounOf(item)), sp.scalar.example())
			continue
		}
		if got, ok := d.scalar(sp.scalar, at, key, item); ok {
			out = reflect.Append(out, reflect.ValueOf(got).Convert(v.Type().Elem()))
		}
	}
	v.Set(out)
}

// scalar reads one value; a problem with it is told at its key.
func (d *decoder) scalar(s scalar, at place, key string, value any) (any, bool) {
	name := at.key(key)
	switch got := value.(type) {
	case string:
		if s.kind != "string" {
			break
		}
		text, f := expand(got, d.getenv)
		if f == nil {
			var parsed any
			if parsed, f = s.check(text, got); f == nil {
				return parsed, true
			}
		}
		d.say(at, key, name+": "+f.what, f.hint)
		return nil, false
	case bool:
		if s.kind == "boolean" {
			return got, true
		}
	case int64:
		if s.kind != "integer" {
			break
		}
		if got < s.min {
			d.say(at, key, fmt.Sprintf("%s is %d, but must be at least %d", name, got, s.min), "")
			return nil, false
		}
		return got, true
	}
	d.say(at, key, fmt.Sprintf("%s must be %s, not %s", name, s.noun, nounOf(value)), s.example())
	return nil, false
}

func (s scalar) example() string {
	if s.enum != nil {
		return ""
	}
	return "like " + s.like
}

// nounOf names the TOML type of a value.
func nounOf(value any) string {
	switch value.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number"
	case time.Time:
		return "a date or time"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "an array of tables"
	}
	return "a list"
}

// keyText spells a path of keys as TOML does.
func keyText(path ...string) string { return toml.Key(path).String() }
