package twilio

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"twirouter/router"
)

// The most that a JSON body may be made of. What goes beyond is kept whole, as
// one event of an unknown kind.
const (
	deepestJSON = 100    // objects and arrays within each other
	mostBatched = 10_000 // elements of one batch
)

// body makes events of a body that is no form.
func (in *Input) body() []*router.Event {
	text := in.Body
	if !utf8.Valid(text) {
		text = []byte(wellFormed(string(text)))
	}
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\uFEFF")))
	if !isJSON(text) {
		unknown := KindUnknown
		if strings.Contains(mediaType(in.ContentType), "json") {
			unknown = KindUnknownJSON
		}
		ev, _ := in.event(bodies, new(fields), unknown, 0)
		if len(in.Body) > 0 {
			ev.Data = rawText(in.Body)
		}
		return []*router.Event{ev}
	}
	if batch := batchOf(text); batch != nil {
		events := make([]*router.Event, len(batch))
		for i, element := range batch {
			events[i] = in.element(element, i)
			events[i].Batch = len(batch)
		}
		return events
	}
	return []*router.Event{in.element(text, 0)}
}

// isJSON reports whether text is JSON that may be looked into.
func isJSON(text []byte) bool {
	depth := 0
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > deepestJSON {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return json.Valid(text)
}

// batchOf returns the elements of a batch of CloudEvents: an array one of whose
// elements at least is a CloudEvent. It is nil for any other JSON.
func batchOf(text []byte) []json.RawMessage {
	if len(text) == 0 || text[0] != '[' || bytes.Count(text, []byte("specversion")) == 0 {
		return nil
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(text, &batch); err != nil || len(batch) > mostBatched {
		return nil
	}
	for _, element := range batch {
		if object(element)["specversion"] != nil {
			return batch
		}
	}
	return nil
}

// element makes an event of one JSON value.
func (in *Input) element(text []byte, i int) *router.Event {
	var f fields
	tree := jsonTree{objects: map[string]map[string]json.RawMessage{"": object(text)}}
	f.load(&bodies.names, tree.params(bodies.names.names))
	ev, row := in.event(bodies, &f, KindUnknownJSON, i)
	ev.Data = text
	if row != nil && row.Data != "" {
		if ev.Data = tree.lookup(row.Data); string(ev.Data) == "null" {
			ev.Data = nil
		}
	}
	return ev
}

// object returns the members of a JSON object, nil if text is something else. Of
// several members of one name the last counts, as in every common parser.
func object(text []byte) map[string]json.RawMessage {
	if text = bytes.TrimSpace(text); len(text) == 0 || text[0] != '{' {
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return nil
	}
	return members
}

// jsonTree looks up paths in one JSON value and reads each object once.
type jsonTree struct {
	objects map[string]map[string]json.RawMessage // by path; "" is the value itself
}

// params returns those of the paths that are there and not null, with strings
// as they are, numbers exact as they stand, and objects and arrays as "".
func (t *jsonTree) params(paths []string) router.Params {
	params := make(router.Params, 0, 16)
	for _, path := range paths {
		if v, ok := t.text(path); ok {
			params = append(params, router.Param{Key: path, Value: v})
		}
	}
	return params
}

func (t *jsonTree) text(path string) (string, bool) {
	if plain, ok := strings.CutSuffix(path, "{}"); ok {
		v := bytes.TrimSpace(t.lookup(plain))
		return "", len(v) > 0 && v[0] == '{'
	}
	if list, name, ok := strings.Cut(path, "[]."); ok {
		return t.each(list, name)
	}
	return scalar(t.lookup(path))
}

// each joins one member of every element of a list.
func (t *jsonTree) each(list, name string) (string, bool) {
	var elements []json.RawMessage
	if raw := t.lookup(list); raw == nil || json.Unmarshal(raw, &elements) != nil {
		return "", false
	}
	var values []string
	for _, element := range elements {
		v, ok := scalar(object(element)[name])
		if !ok || v == "" {
			return "", false
		}
		values = append(values, v)
	}
	return strings.Join(values, ","), len(values) > 0
}

// lookup returns the value at a path of members with dots between.
func (t *jsonTree) lookup(path string) json.RawMessage {
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return t.objects[""][path]
	}
	parent, name := path[:dot], path[dot+1:]
	members, read := t.objects[parent]
	if !read {
		members = object(t.lookup(parent))
		t.objects[parent] = members
	}
	return members[name]
}

// scalar returns a JSON value as text, and whether it is there and not null.
func scalar(raw json.RawMessage) (string, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return "", false
	}
	switch raw[0] {
	case '{', '[':
		return "", true
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return "", false
		}
		return s, true
	}
	return string(raw), true
}

// member returns a member of the JSON object that text is, as Twilio packs one
// into a parameter; "" if there is none.
func member(text, name string) string {
	raw := []byte(text)
	if !isJSON(raw) {
		return ""
	}
	v, _ := scalar(object(raw)[name])
	return v
}
