package twiml

import (
	"fmt"
	"strings"
)

// Document is a whole answer: what stands in <Response>. It is made by
// [NewDocument] or [Parse]; [Document.Check] says whether it may be sent.
type Document struct {
	kind          Kind
	attrs         []Attr
	children      []Child
	before, after []string // comments round the root
}

// NewDocument makes a document of kind k. It keeps children and may change
// them. The problems are repairs of texts, never errors: what may not stand in
// the document is for Check to say.
func NewDocument(k Kind, children []Child) (*Document, Problems) {
	b := &builder{e: rootElement, node: &Node{element: rootElement}}
	b.setChildren(children)
	keep := b.node.children[:0]
	for _, c := range b.node.children {
		if c.Kind != TextChild || strings.TrimSpace(c.Text) != "" {
			keep = append(keep, c)
		}
	}
	return &Document{kind: k, children: keep}, b.problems
}

var rootElement = &Element{Name: "Response", Tag: "Response", Text: TextMixed, Generic: true}

// SetAttrs gives <Response> attributes. Twilio knows none and ignores them.
func (d *Document) SetAttrs(pos Pos, args []Arg) Problems {
	b := &builder{e: rootElement, node: &Node{element: rootElement, pos: pos}}
	b.setAttrs(args)
	d.attrs = b.node.attrs
	return b.problems
}

// SetComments puts comments before and after <Response>.
func (d *Document) SetComments(before, after []string) {
	clean := func(list []string) (out []string) {
		for _, s := range list {
			s, _, _, _ = cleanText(s)
			out = append(out, cleanComment(s))
		}
		return out
	}
	d.before, d.after = clean(before), clean(after)
}

// Kind is what the document answers.
func (d *Document) Kind() Kind { return d.kind }

// Children are what stands in <Response>. They must not be changed.
func (d *Document) Children() []Child { return d.children }

// Check says what is wrong with the document as a whole: what may not stand
// where it stands, what is missing, what is never reached, what is too much.
// What is wrong with a node alone was said when it was made.
func (d *Document) Check() Problems {
	if n := d.size(); n > MaxBytes {
		return Problems{tooBig(n)}
	}
	c := checker{doc: d}
	counts := map[*Element]int{}
	for i := range d.children {
		switch child := &d.children[i]; child.Kind {
		case TextChild:
			c.bareText(child.Text)
		case NodeChild:
			n := child.Node
			c.place(n)
			c.node(n, nil)
			if e := n.element; e.docMax > 0 {
				counts[e]++
			}
		}
	}
	for e, n := range counts {
		if n > e.docMax {
			c.fail(ruleTooManyMessages, e.docCode, d.last(e).pos, fmt.Sprintf("%d %ss: Twilio sends at most %d for one incoming message",
				n, strings.ToLower(e.Label()), e.docMax), "")
		}
	}
	c.flow()
	return c.problems
}

func tooBig(n int) Problem {
	return Problem{Rule: ruleTooBig, Code: codeTooBig, What: "the reply is " + kilobytes(n) + "; Twilio takes 64 kB",
		Hint: "use Redirect to a second script, or pass a key instead of the data"}
}

func (d *Document) last(e *Element) (n *Node) {
	for _, c := range d.children {
		if c.Kind == NodeChild && c.Node.element == e {
			n = c.Node
		}
	}
	return n
}

// checker collects the problems of a document.
type checker struct {
	doc      *Document
	problems Problems
	bare     bool // text in the document was told of
}

func (c *checker) fail(rule string, code int, pos Pos, what, hint string) {
	c.problems = append(c.problems, Problem{Rule: rule, Code: code, Pos: pos, What: what, Hint: hint})
}

func (c *checker) warn(rule string, code int, pos Pos, what, hint string) {
	c.problems = append(c.problems, Problem{Severity: Warning, Rule: rule, Code: code, Pos: pos, What: what, Hint: hint})
}

func (c *checker) bareText(text string) {
	if c.bare {
		return
	}
	c.bare = true
	verb := "Say"
	if c.doc.kind == Messaging {
		verb = "Message"
	}
	what := "text must be inside a verb: " + verb + quote(strings.TrimSpace(text))
	if c.doc.kind == Fax {
		what = "a fax reply has no text: " + quote(strings.TrimSpace(text))
	}
	c.fail(ruleTextNotAllowed, codeSchema, Pos{}, what, "")
}

var audience = [...]string{Voice: "calls", Messaging: "messages", Fax: "faxes"}
var occasion = [...]string{Voice: "a call", Messaging: "a message", Fax: "a fax"}

// place checks that the node may stand in the document itself.
func (c *checker) place(n *Node) {
	e, k := n.element, c.doc.kind
	switch {
	case e.Generic:
	case e.In(k):
		if e.Group == Noun {
			c.warn(ruleNounAtRoot, 0, n.pos, e.Label()+" is not a verb: it belongs in "+labels(e.Parents), "")
		}
	case len(e.Documents) == 0:
		c.fail(ruleNotAllowed, codeSchema, n.pos, e.Label()+" is no longer part of TwiML", e.gone)
	case !hasKind(e.Documents, k):
		code := codeSchema
		if k == Messaging {
			code = codeMessagingVerb
		}
		c.fail(ruleWrongDocument, code, n.pos, fmt.Sprintf("%s belongs to %s; this is %s event", e.Label(), audience[e.Documents[0]], occasion[k]),
			c.alternative(n))
	default:
		hint := e.wrap
		if hint == "" {
			var parts []string
			for _, p := range e.Parents[:min(len(e.Parents), 2)] {
				parts = append(parts, fmt.Sprintf("%s{ %s{…} }", p.Label(), e.Label()))
			}
			hint = strings.Join(parts, " or ")
		}
		c.fail(ruleNotAllowed, codeSchema, n.pos, e.Label()+" is not a verb: wrap it, "+hint, "")
	}
}

// alternative says what to answer in place of a verb of another document.
func (c *checker) alternative(n *Node) string {
	text := ""
	for _, child := range n.children {
		if child.Kind == TextChild {
			text = quote(child.Text)
			break
		}
	}
	if text == "" {
		text = `"…"`
	}
	switch c.doc.kind {
	case Messaging:
		return "return Message" + text + " (a message reply takes only Message and Redirect)"
	case Voice:
		return "return Say" + text + "; to send a text from a call use twilio.send"
	}
	return "a fax reply takes Receive"
}

// node checks what depends on where a node stands, and all below it. parent is
// nil in the document itself.
func (c *checker) node(n *Node, parent *Element) {
	for _, a := range n.element.required {
		if a.needed(parent) {
			c.require(n, a, parent)
		}
	}
	if parent != nil {
		for _, a := range n.attrs {
			if a.spec == nil || a.spec.valuesIn == nil {
				continue
			}
			if allowed, ok := a.spec.valuesIn[parent.Name]; ok && !contains(allowed, a.Value) {
				c.warn(ruleEnum, a.spec.schemaCode(), n.pos, fmt.Sprintf("%s %s in %s takes only %s, got %s",
					n.element.Label(), a.Name, parent.Label(), strings.Join(allowed, ", "), quote(a.Value)), "")
			}
		}
	}
	for i := range n.children {
		if n.children[i].Kind == NodeChild {
			c.node(n.children[i].Node, n.element)
		}
	}
}

func (a *Attribute) needed(parent *Element) bool {
	return a.Required || parent != nil && contains(a.RequiredIn, parent.Name)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (c *checker) require(n *Node, a *Attribute, parent *Element) {
	if _, ok := n.Attr(a.Name); ok {
		return
	}
	if a.unless != "" {
		if _, ok := n.Attr(a.unless); ok {
			return
		}
	}
	what := n.element.Label() + " needs " + a.LuaName
	if !a.Required {
		what = n.element.Label() + " in " + parent.Label() + " needs " + a.LuaName
	}
	if a.unless != "" {
		what += " or " + a.unless
	}
	hint := ""
	if len(a.Values) > 0 && len(a.Values) <= 12 {
		hint = "one of " + strings.Join(a.Values, ", ")
	}
	c.fail(ruleMissingAttribute, codeSchema, n.pos, what, hint)
}
