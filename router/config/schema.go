package config

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// object is a JSON object whose keys keep their order.
type object []pair

type pair struct {
	key   string
	value any
}

// MarshalJSON writes the pairs in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(p.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(p.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Schema is the JSON Schema (draft 7) of config.toml, for editors: it comes from
// the description that the decoder follows.
func Schema() []byte {
	root := append(object{
		{"$schema", "http://json-schema.org/draft-07/schema#"},
		{"title", "twirouter config.toml"},
	}, whole().tableSchema()...)
	raw, err := root.MarshalJSON()
	if err != nil { // strings, numbers and lists of them always encode
		panic(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		panic(err)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func (sp *spec) tableSchema() object {
	properties, required := object{}, []string{}
	for _, kid := range sp.kids {
		properties = append(properties, pair{kid.name, kid.schema()})
		if kid.required {
			required = append(required, kid.name)
		}
	}
	out := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}
	if len(required) > 0 {
		out = append(out, pair{"required", required})
	}
	return out
}

func (sp *spec) schema() object {
	out := object{{"description", sp.doc}}
	switch sp.shape {
	case single:
		out = append(out, sp.scalar.schema()...)
		if sp.fallback != "" {
			out = append(out, pair{"default", sp.scalar.json(sp.fallback)})
		}
	case list:
		items := object{{"type", "array"}, {"items", sp.scalar.schema()}}
		if sp.min > 0 {
			items = append(items, pair{"minItems", sp.min})
		}
		if sp.or == "one" {
			return append(out, pair{"anyOf", []object{sp.scalar.schema(), items}})
		}
		out = append(out, items...)
		if sp.fallback != "" {
			var values []any
			for text := range strings.SplitSeq(sp.fallback, ",") {
				values = append(values, sp.scalar.json(text))
			}
			out = append(out, pair{"default", values})
		}
	case table:
		if sp.or != "" {
			return append(out, pair{"anyOf", []object{sp.scalar.schema(), sp.tableSchema()}})
		}
		out = append(out, sp.tableSchema()...)
	case group:
		out = append(out, pair{"type", "object"}, pair{"propertyNames", object{{"pattern", sp.names.form.String()}}}, pair{"additionalProperties", sp.tableSchema()})
	case vars:
		out = append(out, pair{"type", "object"}, pair{"additionalProperties", sp.scalar.schema()})
	case freeform:
		out = append(out, pair{"type", "object"})
	}
	return out
}

// schema of one value. A string may name a variable of the environment wherever
// it stands, so every form has that alternative.
func (s scalar) schema() object {
	const env = `\$\{`
	switch {
	case s.kind == "integer":
		return object{{"type", "integer"}, {"minimum", s.min}}
	case s.kind == "boolean":
		return object{{"type", "boolean"}}
	case s.enum != nil:
		return object{{"anyOf", []object{{{"enum", s.enum}}, {{"type", "string"}, {"pattern", env}}}}}
	case s.pattern != "":
		return object{{"type", "string"}, {"pattern", "^(" + s.pattern + ")$|" + env}}
	}
	return object{{"type", "string"}}
}

// json is the value of a default.
func (s scalar) json(text string) any {
	switch s.kind {
	case "boolean":
		return text == "true"
	case "integer":
		n, _ := strconv.ParseInt(text, 10, 64) // checked where the default is used
		return n
	}
	return text
}
