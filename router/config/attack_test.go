package config

import (
	"strings"
	"testing"
)

// TestHostile: files that are made to exhaust a parser are refused before the
// decoder recurses into them.
func TestHostile(t *testing.T) {
	const n = 1 << 20
	for name, toml := range map[string]string{
		"arrays":          "a = " + strings.Repeat("[", n),
		"inline tables":   strings.Repeat("a={", n),
		"dotted key":      "a" + strings.Repeat(".a", n) + " = 1",
		"dotted header":   "[a" + strings.Repeat(".a", n) + "]",
		"mixed":           strings.Repeat("a=[{", n),
		"headers":         strings.Repeat("[", n),
		"quotes":          "a = " + strings.Repeat(`"`, n),
		"closed quotes":   "a = \"\"\"" + strings.Repeat("\"\"x", n) + "\"\"\"",
		"array of tables": strings.Repeat("[[route]]\n", n/8),
	} {
		t.Run(name, func(t *testing.T) {
			g, _, problems := text(t, toml)
			if g != nil || len(problems) == 0 {
				t.Error("it loads")
			}
		})
	}
}
