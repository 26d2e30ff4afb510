package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name, toml string
		want       []string // key@line:col
	}{
		{"plain", "a = 1\n", []string{"a@1:1"}},
		{"indented", "  a = 1\n\tb=2", []string{"a@1:3", "b@2:2"}},
		{"header", "[a.b]\nc = 1\n[ d ]\n", []string{"a.b@1:2", "a.b.c@2:1", "d@3:3"}},
		{"array of tables", "[[a]]\nb = 1\n[[ a ]]\nb = 2\n[a.c]\nd = 1", []string{"a@1:3", "a.b@2:1", "a@3:4", "a.b@4:1", "a.c@5:2", "a.c.d@6:1"}},
		{"dotted", "a . b.\"c d\" = 1", []string{`a.b."c d"@1:1`}},
		{"quoted", "'a b' = 1\n\"\\u00e9\\t\\x41\\\"\" = 2\n\"\" = 3", []string{`"a b"@1:1`, "\"é\\tA\\\"\"@2:1", `""@3:1`}},
		{"inline", "a = { b = 1, c = { d = [ { e = 1 } ] } }", []string{"a@1:1", "a.b@1:7", "a.c@1:14", "a.c.d@1:20", "a.c.d.e@1:28"}},
		{"strings", "a = \"\"\"\nb = 1\n[x]\n\"\"\\\"\"\"\"\"\nc = '''\n[d]'''''\ne = \"[f] # ' \\\" = \"\ng = '\"'", []string{"a@1:1", "c@5:1", "e@7:1", "g@8:1"}},
		{"comments", "# a = 1\na = 1 # b = 2\n# [c]", []string{"a@2:1"}},
		{"crlf", "[a]\r\nb = 1\r\n\r\n\tc = 2\r\n", []string{"a@1:2", "a.b@2:1", "a.c@4:2"}},
		{"multi-line array", "a = [\n  1, # ]\n  { b = 2 },\n  [ { c = 3 } ],\n]\nd = 1", []string{"a@1:1", "a.b@3:5", "a.c@4:7", "d@6:1"}},
		{"values", "a = 1979-05-27 07:32:00\nb = -inf\nc = 0x_ff\nd = true", nil},
		{"multi-byte", "a = \"é\"\nb = { \"é\" = 1, c = 2 }", []string{"a@1:1", "b@2:1", `b."é"@2:7`, "b.c@2:17"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := &document{lines: []int{0}}
			for i := range len(c.toml) {
				if c.toml[i] == '\n' {
					doc.lines = append(doc.lines, i+1)
				}
			}
			_, mentions, deep, whole := scan(c.toml)
			if deep >= 0 || !whole && c.want != nil {
				t.Fatalf("deep %d, whole %v", deep, whole)
			}
			var got []string
			for _, m := range mentions {
				p := doc.problem(m.at, "", "")
				got = append(got, strings.TrimSuffix(toml.Key(m.key).String()+"@"+strings.Trim(p.String(), ":"), ": "))
			}
			if c.want != nil && !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

// FuzzScan holds the scan of keys to what the decoder says: whatever the decoder
// takes, the scan sees the same keys in the same order, and the tree holds every
// value at a place where its key begins.
func FuzzScan(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		for _, mark := range []string{"\ufeff", "\xff\xfe", "\xfe\xff"} {
			if strings.HasPrefix(src, mark) {
				return // parse takes the first off and refuses the others
			}
		}
		root, mentions, deep, whole := scan(src)
		if deep >= 0 {
			return
		}
		data, keys, err := decodeTOML(src)
		if err != nil {
			return
		}
		if !whole {
			t.Fatalf("the scan stops in what the decoder takes: %q", src)
		}
		if !slices.EqualFunc(mentions, keys, func(m mention, k toml.Key) bool { return slices.Equal(m.key, k) }) {
			t.Fatalf("%q: scan %v, decoder %v", src, mentions, keys)
		}
		var walk func(n *node, value any)
		walk = func(n *node, value any) {
			switch got := value.(type) {
			case map[string]any:
				for key, v := range got {
					k := n.kid(key)
					if k == nil {
						t.Fatalf("%q: the tree has no %q", src, key)
					}
					if c := src[k.at]; c != '"' && c != '\'' && !bare(c) {
						t.Fatalf("%q: %q does not begin at %d", src, key, k.at)
					}
					walk(k, v)
				}
			case []map[string]any:
				for i := range got {
					walk(n.elem(i), got[i])
				}
			case []any:
				for i := range got {
					if n.elem(i) == nil {
						t.Fatalf("%q: the tree has no element %d", src, i)
					}
					walk(n.elem(i), got[i])
				}
			}
		}
		walk(root, data)
	})
}
