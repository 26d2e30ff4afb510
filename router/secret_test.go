package router_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"twirouter/router"
)

// TestSecretIsNeverShown, whoever prints it or what it is in.
func TestSecretIsNeverShown(t *testing.T) {
	const value = "hunter2"
	s := router.Secret(value)
	in := map[string]any{
		"itself": s, "a pointer": &s, "a slice": []router.Secret{s}, "a map": map[string]router.Secret{"k": s},
		"an account": router.Account{Name: "main", Tokens: []router.Secret{s}, SharedKeys: []router.SharedKey{{Secret: s}}},
		"a route":    &router.Route{BasicAuth: &router.BasicAuth{User: "u", Password: s}},
		"its auth":   router.BasicAuth{User: "u", Password: s},
	}
	hex := fmt.Sprintf("%x", value)
	show := func(where, text string) {
		if strings.Contains(text, value) || strings.Contains(strings.ToLower(text), hex) {
			t.Errorf("%s shows it: %s", where, text)
		}
	}
	for name, v := range in {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%t", "%e", "%z", "%20v", "%.3s", "%[1]*d", "% x", "%#x"} {
			show(name+" by "+format, fmt.Sprintf(format, v))
		}
		show(name+" by Sprint", fmt.Sprint(v))
		show(name+" by Sprintln", fmt.Sprintln(v))
		show(name+" in an error", fmt.Errorf("no: %v", v).Error())
		if b, err := json.Marshal(v); err == nil {
			show(name+" in JSON", string(b))
		}
		if b, err := xml.Marshal(v); err == nil {
			show(name+" in XML", string(b))
		}
		for kind, handler := range map[string]func(*bytes.Buffer) slog.Handler{
			"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b bytes.Buffer
			slog.New(handler(&b)).Info("x", "v", v)
			show(name+" in a log of "+kind, b.String())
		}
	}
	if s.Reveal() != value {
		t.Errorf("Reveal: %q", s.Reveal())
	}
	if got := fmt.Sprint(s); got != "[secret]" {
		t.Errorf("it prints as %q", got)
	}
}
