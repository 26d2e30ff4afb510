package config

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"twirouter/router"
)

// Show writes the computed configuration as TOML: what the file says and the
// defaults for what it does not. Secrets are masked, and settings of scripts
// stand as in the file, so that what the environment put into them stays there.
func Show(c *Config) string {
	s := &shower{}
	s.table(whole(), nil, reflect.ValueOf(c).Elem(), c.values)
	if len(c.Routes) == 0 {
		s.b.WriteString("\n# There is no route: one named default takes everything on /twilio and /twilio/*.\n")
	}
	return strings.TrimLeft(s.b.String(), "\n")
}

type shower struct{ b strings.Builder }

func (s *shower) header(path toml.Key) {
	fmt.Fprintf(&s.b, "\n[%s]\n", path)
}

// table writes the values of a table, then the tables in it.
func (s *shower) table(sp *spec, path toml.Key, v reflect.Value, raw map[string]any) {
	for _, kid := range sp.kids {
		field := v.Field(kid.field)
		if _, twin := raw[kid.name+"_file"]; twin {
			continue // the file's name is shown in its stead
		}
		switch kid.shape {
		case single:
			if text, ok := kid.text(field); ok {
				fmt.Fprintf(&s.b, "%s = %s\n", kid.name, text)
			}
		case list:
			if !field.IsNil() {
				fmt.Fprintf(&s.b, "%s = %s\n", kid.name, kid.items(field))
			}
		case table:
			if text, ok := kid.lone(field); ok {
				fmt.Fprintf(&s.b, "%s = %s\n", kid.name, text)
			}
		}
	}
	if c, ok := v.Addr().Interface().(*Limits); ok && c.Concurrency == 0 {
		fmt.Fprintf(&s.b, "# concurrency = %d, from the number of cores\n", new(Config).Concurrency())
	}
	for _, kid := range sp.kids {
		if _, twin := raw[kid.name+"_file"]; !twin {
			s.under(kid, below(path, kid.name), v.Field(kid.field), raw[kid.name])
		}
	}
}

// under writes what needs a header of its own.
func (s *shower) under(sp *spec, path toml.Key, v reflect.Value, raw any) {
	values, _ := raw.(map[string]any)
	switch sp.shape {
	case table:
		if _, lone := sp.lone(v); lone {
			return
		}
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return
			}
			v = v.Elem()
		}
		s.header(path)
		s.table(sp, path, v, values)
	case group:
		for i := range v.Len() {
			item := v.Index(i).Elem()
			name := item.FieldByName("Name").String()
			inside, _ := values[name].(map[string]any)
			s.header(below(path, name))
			s.table(sp, below(path, name), item, inside)
		}
	case vars:
		if v.Len() == 0 {
			return
		}
		s.header(path)
		for _, one := range v.Interface().(Vars) {
			fmt.Fprintf(&s.b, "%s = %s\n", keyText(one.Name), quote(one.Expression))
		}
	case freeform:
		if v.Len() == 0 {
			return
		}
		s.header(path)
		for _, name := range slices.Sorted(maps.Keys(values)) {
			fmt.Fprintf(&s.b, "%s = %s\n", keyText(name), literal(values[name]))
		}
	}
}

// lone is the text that stands for a whole table.
func (sp *spec) lone(v reflect.Value) (string, bool) {
	if sp.or == "" || v.Kind() != reflect.Pointer || v.IsNil() {
		return "", false
	}
	text := v.Elem().FieldByName(sp.or).String()
	return quote(text), text != ""
}

// text is a single value as TOML; false if it is not set.
func (sp *spec) text(v reflect.Value) (string, bool) {
	switch got := v.Interface().(type) {
	case router.Secret:
		if sp.scalar.pem && !strings.Contains(got.Reveal(), pemBegin) {
			return quote(got.Reveal()), got != ""
		}
		return quote(got.String()), got != ""
	case time.Duration:
		return quote(formatDuration(got)), got != 0 || sp.fallback != ""
	case bool:
		return strconv.FormatBool(got), true
	case int64:
		if sp.scalar.kind == "string" {
			return quote(formatSize(got)), got != 0
		}
		return strconv.FormatInt(got, 10), got != 0
	}
	text := v.String()
	return quote(withoutPassword(text)), text != ""
}

func (sp *spec) items(v reflect.Value) string {
	items := make([]string, v.Len())
	for i := range items {
		items[i], _ = sp.text(v.Index(i)) // an empty one is shown too
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// quote writes a TOML string that means text and nothing else: ${ is escaped,
// for it stands for itself by now.
func quote(text string) string { return basic(strings.ReplaceAll(text, "${", "$${")) }

// basic writes text as a TOML basic string.
func basic(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case control(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// literal writes a value of a freeform table as it stands in the file.
func literal(value any) string {
	switch got := value.(type) {
	case string:
		return basic(got)
	case float64:
		text := strconv.FormatFloat(got, 'g', -1, 64)
		switch {
		case math.IsInf(got, 0), math.IsNaN(got):
			return strings.ToLower(text)
		case !strings.ContainsAny(text, ".e"):
			text += ".0"
		}
		return text
	case time.Time:
		return dateText(got)
	case []any:
		items := make([]string, len(got))
		for i := range got {
			items[i] = literal(got[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	case []map[string]any:
		items := make([]string, len(got))
		for i := range got {
			items[i] = literal(got[i])
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var items []string
		for _, name := range slices.Sorted(maps.Keys(got)) {
			items = append(items, keyText(name)+" = "+literal(got[name]))
		}
		return "{ " + strings.Join(items, ", ") + " }"
	}
	return fmt.Sprint(value) // int64, bool
}
