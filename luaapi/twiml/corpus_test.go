package twiml

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus reads a file of facts that lies beside the project, or skips.
func corpus(t *testing.T, name string, v any) {
	t.Helper()
	dir := os.Getenv("TWIROUTER_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		t.Skipf("no corpus: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

type corpusNode struct {
	Verb     string         `json:"verb"`
	Attrs    map[string]any `json:"attrs"`
	Text     *string        `json:"text"`
	Comment  *string        `json:"comment"`
	Children []corpusNode   `json:"children"`
}

type corpusCase struct {
	Name      string         `json:"name"`
	Document  string         `json:"document"`
	Build     []corpusNode   `json:"build"`
	Before    []corpusNode   `json:"before"`
	After     []corpusNode   `json:"after"`
	RootAttrs map[string]any `json:"root_attrs"`
	Fragment  bool           `json:"fragment"`
	XML       string         `json:"xml"`
	Canonical string         `json:"canonical"`
	OK        bool           `json:"schema_ok"`
	Lint      [][3]string    `json:"lint"`
}

func value(v any) Value {
	switch v := v.(type) {
	case string:
		return Str(v)
	case bool:
		return Flag(v)
	case float64:
		return Num(v)
	case []any:
		var items []Value
		for _, x := range v {
			items = append(items, value(x))
		}
		return List(items...)
	}
	return Value{}
}

func arguments(attrs map[string]any, extra bool) (args []Arg) {
	for k, v := range attrs {
		args = append(args, Arg{Name: k, Value: value(v), Extra: extra})
	}
	return args
}

// children builds nodes as a script would. What is wrong does not stop it, so
// that everything that is wrong is found.
func (c corpusNode) children(parent *Element, ps *Problems) (list []Child) {
	if c.Text != nil {
		list = append(list, Text(*c.Text))
	}
	for _, k := range c.Children {
		list = append(list, k.child(parent, ps))
	}
	return list
}

func (c corpusNode) child(parent *Element, ps *Problems) Child {
	switch {
	case c.Comment != nil:
		return Comment(*c.Comment)
	case c.Verb == "":
		return Text(*c.Text)
	}
	e, ok := LookupTag(parent, c.Verb)
	if !ok {
		*ps = append(*ps, Unknown(c.Verb, Pos{}))
		n, more := Generic(c.Verb, Pos{}, arguments(c.Attrs, false), c.children(nil, ps))
		*ps = append(*ps, more...)
		return Nested(n)
	}
	b := build(e, Pos{}, arguments(c.Attrs, false), c.children(e, ps))
	*ps = append(*ps, b.problems...)
	return Nested(b.node)
}

func (c *corpusCase) kind() Kind {
	return map[string]Kind{"voice": Voice, "messaging": Messaging, "fax": Fax}[c.Document]
}

// tells reports whether the facts have such an entry.
func (c *corpusCase) tells(rule, what string) bool {
	for _, l := range c.Lint {
		if l[1] == rule && (what == "" || l[2] == what) {
			return true
		}
	}
	return false
}

// sipByUri reports whether the facts refuse the case for nothing but a Sip
// without a text whose address is in its Uri. That is what Uri is for, so the
// case is held to be valid here.
func (c *corpusCase) sipByUri() bool {
	for _, l := range c.Lint {
		if l[0] == "error" && l[2] != "Sip needs text|Uri" {
			return false
		}
	}
	return !c.OK && strings.Contains(c.Canonical, "<Uri")
}

func (c *corpusCase) run() (string, Problems) {
	var ps Problems
	var list []Child
	for _, n := range c.Build {
		list = append(list, n.child(nil, &ps))
	}
	if c.Fragment {
		b := []byte(Declaration)
		for _, x := range list {
			var parent *Element
			if e := x.Node.element; len(e.Parents) > 0 && len(e.Root) == 0 {
				parent = e.Parents[0]
			}
			ck := checker{doc: &Document{kind: c.kind()}}
			if parent == nil {
				ck.place(x.Node)
			}
			ck.node(x.Node, parent)
			ps = append(ps, ck.problems...)
			b = x.Node.append(b)
		}
		return string(b), ps
	}
	doc, more := NewDocument(c.kind(), list)
	ps = append(append(ps, more...), doc.SetAttrs(Pos{}, arguments(c.RootAttrs, true))...)
	comments := func(nodes []corpusNode) (out []string) {
		for _, n := range nodes {
			out = append(out, *n.Comment)
		}
		return out
	}
	doc.SetComments(comments(c.Before), comments(c.After))
	ps = append(ps, doc.Check()...)
	body, err := doc.Render()
	if err != nil {
		return err.Error(), ps
	}
	return string(body), ps
}

func TestCorpusCases(t *testing.T) {
	var cases []corpusCase
	corpus(t, "twiml-cases.json", &cases)
	valid, refused := 0, 0
	for i := range cases {
		c := &cases[i]
		c.OK = c.OK || c.sipByUri()
		got, ps := c.run()
		switch {
		case c.OK && ps.Failed():
			t.Errorf("%s: refused: %v", c.Name, ps.Errors())
		case c.OK && got != c.Canonical:
			t.Errorf("%s:\n got %s\nwant %s", c.Name, got, c.Canonical)
		case !c.OK && !ps.Failed():
			t.Errorf("%s: not refused: %s\nwant %v", c.Name, got, c.Lint)
		case c.OK:
			valid++
		default:
			refused++
		}
		for _, p := range ps {
			if p.What == "" || p.Rule == "" {
				t.Errorf("%s: a problem without words: %+v", c.Name, p)
			}
		}
	}
	t.Logf("%d valid cases equal, %d invalid ones refused", valid, refused)
}

// TestCorpusLint holds the rules and severities to those of the facts: what is
// an error there is one here, by the same rule, and what is a warning warns.
func TestCorpusLint(t *testing.T) {
	var cases []corpusCase
	corpus(t, "twiml-cases.json", &cases)
	same := map[string][]string{
		"not_allowed_here": {ruleNotAllowed, ruleWrongDocument},
		"unknown_element":  {ruleUnknownElement},
	}
	for i := range cases {
		c := &cases[i]
		_, ps := c.run()
		for _, l := range c.Lint {
			if c.tells("unknown_element", "") && (l[1] == "empty" || l[1] == "text_and_children") {
				continue // whatever an unknown child is, the element is not empty
			}
			if l[2] == "Sip needs text|Uri" && strings.Contains(c.Canonical, "<Uri") {
				continue
			}
			want := same[l[1]]
			if want == nil {
				want = []string{l[1]}
			}
			found := false
			for _, p := range ps {
				found = found || contains(want, p.Rule) && p.Severity.String() == strings.Replace(l[0], "warn", "warning", 1)
			}
			if !found {
				t.Errorf("%s: %v is not told; told: %v", c.Name, l, ps)
			}
		}
	}
}

// TestCorpusParse reads every valid document back.
func TestCorpusParse(t *testing.T) {
	var cases []corpusCase
	corpus(t, "twiml-cases.json", &cases)
	n := 0
	for i := range cases {
		c := &cases[i]
		if !c.OK || c.Fragment {
			continue
		}
		doc, ps := Parse(c.kind(), c.Canonical)
		if doc == nil {
			t.Errorf("%s: %v", c.Name, ps)
			continue
		}
		if body, err := doc.Render(); err != nil || string(body) != c.Canonical {
			t.Errorf("%s:\n got %s %v\nwant %s", c.Name, body, err, c.Canonical)
		}
		n++
	}
	t.Logf("%d documents read back", n)
}
