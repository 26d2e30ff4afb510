package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// violations checks a value against the part of JSON Schema that Schema uses.
func violations(schema map[string]any, value any, at string) []string {
	var out []string
	wrong := func(format string, args ...any) { out = append(out, at+": "+fmt.Sprintf(format, args...)) }
	if alternatives, ok := schema["anyOf"].([]any); ok {
		fits := func(a any) bool { return len(violations(a.(map[string]any), value, at)) == 0 }
		if !slices.ContainsFunc(alternatives, fits) {
			wrong("fits none of anyOf")
		}
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		wrong("%v is not in the enum", value)
	}
	if tables, ok := value.([]map[string]any); ok {
		items := make([]any, len(tables))
		for i := range tables {
			items[i] = tables[i]
		}
		value = items
	}
	switch want := schema["type"]; got := value.(type) {
	case string:
		if want != nil && want != "string" {
			wrong("a string, not %v", want)
		}
		if p, ok := schema["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(got) {
			wrong("%q does not match %s", got, p)
		}
	case bool:
		if want != nil && want != "boolean" {
			wrong("a boolean, not %v", want)
		}
	case int64:
		if want != nil && want != "integer" {
			wrong("an integer, not %v", want)
		}
		if least, ok := schema["minimum"].(float64); ok && float64(got) < least {
			wrong("%d is below the minimum", got)
		}
	case []any:
		if want != nil && want != "array" {
			wrong("an array, not %v", want)
		}
		if least, ok := schema["minItems"].(float64); ok && float64(len(got)) < least {
			wrong("too few items")
		}
		if items, ok := schema["items"].(map[string]any); ok {
			for i, item := range got {
				out = append(out, violations(items, item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case map[string]any:
		if want != nil && want != "object" {
			wrong("an object, not %v", want)
		}
		properties, _ := schema["properties"].(map[string]any)
		for key, v := range got {
			if names, ok := schema["propertyNames"].(map[string]any); ok && !regexp.MustCompile(names["pattern"].(string)).MatchString(key) {
				wrong("no such name: %s", key)
			}
			under, ok := properties[key].(map[string]any)
			if !ok {
				if schema["additionalProperties"] == false {
					wrong("no such property: %s", key)
				}
				under, _ = schema["additionalProperties"].(map[string]any)
			}
			out = append(out, violations(under, v, at+"."+key)...)
		}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if _, ok := got[key.(string)]; !ok {
				wrong("%s is missing", key)
			}
		}
	}
	return out
}

func schema(t *testing.T) map[string]any {
	t.Helper()
	var out map[string]any
	must(t, json.Unmarshal(Schema(), &out))
	return out
}

// TestSchemaFiles holds the schema against files that the decoder takes, and
// against those that it refuses for a key.
func TestSchemaFiles(t *testing.T) {
	s := schema(t)
	good, err := filepath.Glob("testdata/good/*.toml")
	must(t, err)
	for _, file := range append(good, filepath.Join("..", "..", "config.toml")) {
		var value map[string]any
		input, err := os.ReadFile(file)
		must(t, err)
		_, err = toml.Decode(strings.TrimPrefix(string(input), "\ufeff"), &value)
		must(t, err)
		if wrong := violations(s, value, "config"); len(wrong) > 0 {
			t.Errorf("%s: the schema refuses what the decoder takes:\n%s", file, strings.Join(wrong, "\n"))
		}
	}
	for _, name := range []string{"unknown", "unknown-dotted", "types", "values", "inline-arrays", "arrays"} {
		var value map[string]any
		_, err := toml.DecodeFile("testdata/bad/"+name+".toml", &value)
		must(t, err)
		if len(violations(s, value, "config")) == 0 {
			t.Errorf("%s: the schema takes what the decoder refuses", name)
		}
	}
}

// keysOf lists every key that a schema has a property for, with NAME for names
// that people choose.
func keysOf(schema map[string]any, path string) []string {
	var out []string
	properties, _ := schema["properties"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		under := strings.TrimPrefix(path+"."+key, ".")
		out = append(out, under)
		out = append(out, keysOf(properties[key].(map[string]any), under)...)
	}
	if more, ok := schema["additionalProperties"].(map[string]any); ok && more["properties"] != nil {
		out = append(out, keysOf(more, path+".NAME")...)
	}
	alternatives, _ := schema["anyOf"].([]any)
	for _, a := range alternatives {
		out = append(out, keysOf(a.(map[string]any), path)...)
	}
	return out
}

// TestSchemaKeys offers every key of the schema to the decoder, and one more
// beside each, which the decoder must refuse.
func TestSchemaKeys(t *testing.T) {
	keys := keysOf(schema(t), "")
	if len(keys) < 60 {
		t.Fatalf("only %d keys: %v", len(keys), keys)
	}
	unknown := func(key string) bool {
		parts := strings.Split(strings.ReplaceAll(key, "NAME", "n1"), ".")
		doc, problems := parse("config.toml", []byte(strings.Join(parts, ".")+" = {}\n"))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		_, problems = decode(doc, getenv)
		for _, p := range problems {
			if strings.HasPrefix(p.What, "unknown key") {
				return true
			}
		}
		return false
	}
	for _, key := range keys {
		if unknown(key) {
			t.Errorf("the decoder does not know %s", key)
		}
		if !unknown(key + "x") {
			t.Errorf("the decoder takes %sx", key)
		}
	}
	for _, key := range []string{
		"server.listen", "server.tls.key_file", "admin.token", "log.redact", "store.dedupe", "account.NAME.auth_tokens",
		"account.NAME.shared_keys.NAME.algorithm", "scripts.dir", "limits.concurrency", "http.allow_private", "script.NAME.settings",
		"route.NAME.basic_auth.password_file", "route.NAME.fallback.json", "route.NAME.vars", "route.NAME.limits.timeout",
	} {
		if !slices.Contains(keys, key) {
			t.Errorf("the schema has no %s", key)
		}
	}
}

// TestDescribed holds that every key says what it is for.
func TestDescribed(t *testing.T) {
	var walk func(sp *spec, path string)
	walk = func(sp *spec, path string) {
		for _, kid := range sp.kids {
			if len(kid.doc) < 10 || !strings.HasSuffix(kid.doc, ".") {
				t.Errorf("%s.%s is described as %q", path, kid.name, kid.doc)
			}
			walk(kid, path+"."+kid.name)
		}
	}
	walk(whole(), "")
}

// TestReference holds docs/config.md to the description.
func TestReference(t *testing.T) {
	page := filepath.Join("..", "..", "docs", "config.md")
	if *update {
		must(t, os.MkdirAll(filepath.Dir(page), 0o755))
		must(t, os.WriteFile(page, []byte(Reference()), 0o644))
	}
	got, err := os.ReadFile(page)
	must(t, err)
	if string(got) != Reference() {
		t.Error("docs/config.md is not what the description says: go test ./router/config -run TestReference -update")
	}
}
