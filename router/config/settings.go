package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// maxWhole is the largest whole number that a script sees exactly: its numbers
// are floats of 53 bits.
const maxWhole = 1 << 53

// freeform reads a table of any TOML, for the script that it is the settings of.
func (d *decoder) freeform(at place, values map[string]any, v reflect.Value) {
	out := make(map[string]any, len(values))
	for _, key := range order(at.node, values) {
		out[key] = d.setting(at, key, values[key])
	}
	v.Set(reflect.ValueOf(out))
}

// setting turns a TOML value into a string, int64, float64, bool, []any or
// map[string]any. at is the table that key stands in; a problem with an element
// of a list is told at the key of the list.
func (d *decoder) setting(at place, key string, value any) any {
	under := place{doc: d.doc, node: at.node.kid(key), path: below(at.path, key)}
	switch got := value.(type) {
	case string:
		text, f := expand(got, d.getenv)
		if f != nil {
			d.say(at, key, at.key(key)+": "+f.what, f.hint)
		}
		return text
	case int64:
		if got > maxWhole || got < -maxWhole {
			d.say(at, key, fmt.Sprintf("%s: a script cannot tell %d from its neighbours: its numbers are exact up to 2^53", at.key(key), got), "write it as a string")
		}
		return got
	case time.Time:
		return dateText(got)
	case map[string]any:
		out := make(map[string]any, len(got))
		for _, name := range order(under.node, got) {
			out[name] = d.setting(under, name, got[name])
		}
		return out
	case []map[string]any:
		out := make([]any, len(got))
		for i, item := range got {
			out[i] = d.element(at, under, key, i, item)
		}
		return out
	case []any:
		out := make([]any, len(got))
		for i, item := range got {
			out[i] = d.element(at, under, key, i, item)
		}
		return out
	}
	return value // bool, float64
}

// element reads one element of a list: a table has keys of its own to tell
// problems at, anything else is told at the list's.
func (d *decoder) element(at, under place, key string, i int, item any) any {
	elem := under.node.elem(i)
	if values, ok := item.(map[string]any); ok {
		inside := place{doc: d.doc, node: elem, path: under.path}
		out := make(map[string]any, len(values))
		for _, name := range order(elem, values) {
			out[name] = d.setting(inside, name, values[name])
		}
		return out
	}
	if items, ok := item.([]any); ok {
		out := make([]any, len(items))
		for j, deeper := range items {
			out[j] = d.element(at, place{doc: d.doc, node: elem, path: under.path}, key, j, deeper)
		}
		return out
	}
	return d.setting(place{doc: at.doc, node: at.node, path: at.path}, key, item)
}

// dateText writes a TOML date or time as RFC 3339 does, as much of it as there is.
func dateText(t time.Time) string {
	layout := time.RFC3339Nano
	switch t.Location().String() { // how the decoder marks what has no zone
	case "datetime-local":
		layout = strings.TrimSuffix(layout, "Z07:00")
	case "date-local":
		layout = time.DateOnly
	case "time-local":
		layout = "15:04:05.999999999"
	}
	return t.Format(layout)
}
