package config

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"twirouter/router"
)

// place is where a table stands in the file.
type place struct {
	doc    *document
	node   *node
	path   toml.Key
	values map[string]any // as they stand in the file
}

func (p *place) locate(at place) { *p = at }

// located is implemented by every table through the place in it.
type located interface{ locate(place) }

// problem is one about a key of the table, or about the table itself if key is
// "" or is not there.
func (p place) problem(key, what, hint string) router.Problem {
	n := p.node
	if k := n.kid(key); k != nil && key != "" {
		n = k
	}
	out := router.Problem{What: what, Hint: hint}
	if p.doc != nil {
		out.File = p.doc.name
		out.Line, out.Col = p.doc.place(n)
	}
	return out
}

// has reports whether the key stands in the table, be its value wrong.
func (p place) has(key string) bool {
	_, ok := p.values[key]
	return ok
}

// key names a key of the table as messages do.
func (p place) key(name string) string { return below(p.path, name).String() }

// shown is what a message may repeat of a text at key, or of an entry of the
// list there: as it stands in the file, without what the environment put in.
func (p place) shown(key, text string) string {
	items, _ := p.values[key].([]any)
	if one, ok := p.values[key].(string); ok {
		items = []any{one}
	}
	for _, item := range items {
		if item == text {
			return text
		}
	}
	for _, item := range items {
		if raw, _ := item.(string); strings.Contains(raw, "${") {
			return raw
		}
	}
	return text
}

// shape is what stands on the right of a key.
type shape uint8

const (
	single   shape = iota // one value of a scalar type
	list                  // a list of them; with `or` also one alone
	table                 // a table with keys of its own; with `or` also one text
	group                 // a table of such tables, by name
	vars                  // a table of expressions, in file order
	freeform              // any table
)

// spec describes one key, or for the root the whole file.
type spec struct {
	name     string
	doc      string
	shape    shape
	scalar   scalar // of single, list and vars, and of the text that a table may be
	fallback string // the default; entries of a list are parted by commas
	required bool
	min      int
	or       string
	field    int    // in the struct of the table around it
	names    naming // of group
	kids     []*spec
	typ      reflect.Type // of the table's struct
}

func (s *spec) kid(name string) *spec {
	for _, k := range s.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// keys are the names of the keys that may stand in the table.
func (s *spec) keys() []string {
	out := make([]string, len(s.kids))
	for i, k := range s.kids {
		out[i] = k.name
	}
	return out
}

// whole is the description of the whole file.
var whole = sync.OnceValue(func() *spec {
	return &spec{shape: table, typ: reflect.TypeFor[Config](), kids: describe(reflect.TypeFor[Config]())}
})

// naming is what the names in a group may be.
type naming struct {
	form *regexp.Regexp
	hint string
}

var namings = map[string]naming{
	"name":   {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`), "letters, digits, dots, dashes and underscores, 64 at most"},
	"script": {regexp.MustCompile(`^.+$`), ""},
	"key":    {regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`), "the key's SID"},
}

// below is the path of a key in a table, in memory of its own.
func below(path toml.Key, name string) toml.Key {
	out := make(toml.Key, 0, len(path)+1)
	return append(append(out, path...), name)
}

// describe reads the tags of a table's struct.
func describe(t reflect.Type) []*spec {
	var out []*spec
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		s := &spec{
			name: name, doc: f.Tag.Get("doc"), fallback: f.Tag.Get("default"), field: i,
			required: f.Tag.Get("required") != "", or: f.Tag.Get("or"),
		}
		s.min, _ = strconv.Atoi(f.Tag.Get("min")) // 0 where there is none
		if is := f.Tag.Get("is"); is != "" {
			s.scalar = scalarOf(is)
		}
		switch ft := f.Type; {
		case ft == reflect.TypeFor[Vars]():
			s.shape = vars
		case ft.Kind() == reflect.Map:
			s.shape = freeform
		case ft.Kind() == reflect.Struct:
			s.shape, s.typ = table, ft
		case ft.Kind() == reflect.Pointer:
			s.shape, s.typ = table, ft.Elem()
		case ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Pointer:
			s.shape, s.typ, s.names = group, ft.Elem().Elem(), namings[f.Tag.Get("group")]
		case ft.Kind() == reflect.Slice:
			s.shape = list
		}
		if s.typ != nil {
			s.kids = describe(s.typ)
		}
		out = append(out, s)
	}
	return out
}
