package twiml

import (
	"fmt"
	"strings"
)

// The bounds of a document. Nodes that a script uses in many places are counted
// in each of them.
const (
	MaxBytes = 64 << 10 // what Twilio reads of an answer; error 11750 beyond it
	maxDepth = 64
)

// Node is an element of a document: made by [New] or [Generic], checked then,
// and never changed, so that it can stand in many places and be used by many
// goroutines.
type Node struct {
	element  *Element
	pos      Pos
	attrs    []Attr
	children []Child
	size     int // rendered, in bytes
	depth    int
}

// Attr is an attribute of a node as it is written, without escapes.
type Attr struct {
	Name, Value string
	spec        *Attribute // nil for an attribute of the escape hatch
}

// Arg is an attribute as a script gave it.
type Arg struct {
	Name  string // the wire name or the Lua spelling
	Value Value
	Extra bool // written as it is, not looked up: for attributes newer than the schema
}

// ChildKind says what a child is.
type ChildKind uint8

// The kinds of children.
const (
	TextChild ChildKind = iota
	NodeChild
	CommentChild
)

// Child is what stands in a node or a document.
type Child struct {
	Kind ChildKind
	Text string // of a text or a comment, without escapes
	Node *Node
}

// Text is a text as a child.
func Text(s string) Child { return Child{Text: s} }

// Nested is a node as a child.
func Nested(n *Node) Child { return Child{Kind: NodeChild, Node: n} }

// Comment is a comment as a child.
func Comment(s string) Child { return Child{Kind: CommentChild, Text: s} }

// Element is what the node is.
func (n *Node) Element() *Element { return n.element }

// Pos is where the node was made.
func (n *Node) Pos() Pos { return n.pos }

// Attrs are the node's attributes by wire name. They must not be changed.
func (n *Node) Attrs() []Attr { return n.attrs }

// Children are the node's children. They must not be changed.
func (n *Node) Children() []Child { return n.children }

// Attr is the attribute with that wire name.
func (n *Node) Attr(name string) (string, bool) { return findAttr(n.attrs, name) }

func findAttr(attrs []Attr, name string) (string, bool) {
	for i := range attrs {
		if attrs[i].Name == name {
			return attrs[i].Value, true
		}
	}
	return "", false
}

// String is the node as it is written.
func (n *Node) String() string { return string(n.append(make([]byte, 0, n.size))) }

// New makes a node of element e and checks what can be checked of it alone:
// names, values, what it holds and how much. The node is nil if one of the
// problems is an Error. New keeps children and may change them; args it does
// not keep.
func New(e *Element, pos Pos, args []Arg, children []Child) (*Node, Problems) {
	b := build(e, pos, args, children)
	if b.problems.Failed() {
		return nil, b.problems
	}
	return b.node, b.problems
}

// Generic makes a node of an element that the schema does not know, or of one
// that it does without holding it to the schema. Only what would not be XML is
// refused. Its children are nodes like others.
func Generic(tag string, pos Pos, args []Arg, children []Child) (*Node, Problems) {
	if !validName(tag) {
		return nil, Problems{{Rule: ruleName, Code: codeParse, Pos: pos, What: quote(tag) + " cannot be the name of an element"}}
	}
	if tag == "Response" {
		return nil, Problems{{Rule: ruleName, Code: codeSchema, Pos: pos, What: "Response is the document itself: return what stands in it"}}
	}
	n, ps := New(&Element{Name: tag, Tag: tag, Text: TextMixed, Generic: true}, pos, args, children)
	if near, ok := Suggest(tag); ok {
		if e, _ := Lookup(near); e != nil && strings.EqualFold(e.Tag, tag) {
			ps = append(ps, Problem{Severity: Warning, Rule: ruleUnchecked, Pos: pos,
				What: fmt.Sprintf("Element(%q) is not checked", tag), Hint: "write " + e.Label()})
		}
	}
	return n, ps
}

// builder makes one node and collects what is wrong with it. The node comes out
// whatever is wrong, so that reading a document can go on after an error.
type builder struct {
	node     *Node
	e        *Element
	problems Problems
}

func build(e *Element, pos Pos, args []Arg, children []Child) *builder {
	b := &builder{e: e, node: &Node{element: e, pos: pos}}
	b.setAttrs(args)
	b.setChildren(children)
	if !e.Generic {
		b.checkContent()
	}
	b.measure()
	return b
}

func (b *builder) fail(rule string, code int, what, hint string) {
	b.problems = append(b.problems, Problem{Rule: rule, Code: code, Pos: b.node.pos, What: what, Hint: hint})
}

func (b *builder) warn(rule string, code int, what, hint string) {
	b.problems = append(b.problems, Problem{Severity: Warning, Rule: rule, Code: code, Pos: b.node.pos, What: what, Hint: hint})
}

// clean makes a text fit for XML and tells what that took.
func (b *builder) clean(s string) string {
	s, removed, repaired, first := cleanText(s)
	if removed > 0 {
		b.warn(ruleCharacters, codeParse, fmt.Sprintf("removed %s that XML does not allow (%U) from %s", count(removed, "character"), first, b.e.Label()), "")
	}
	if repaired > 0 {
		b.warn(ruleCharacters, codeParse, fmt.Sprintf("replaced %s of broken UTF-8 in %s by U+FFFD", count(repaired, "sequence"), b.e.Label()), "")
	}
	return s
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// setChildren takes the children: cleaned, without empty texts, and each as the
// element that it is in this place.
func (b *builder) setChildren(children []Child) {
	n := b.node
	keep := children[:0]
	for _, c := range children {
		switch c.Kind {
		case TextChild:
			if c.Text = b.clean(c.Text); c.Text == "" {
				continue
			}
		case CommentChild:
			c.Text = cleanComment(b.clean(c.Text))
		case NodeChild:
			if c.Node == nil {
				continue
			}
			c.Node = b.adopt(c.Node)
			n.depth = max(n.depth, c.Node.depth+1)
		}
		keep = append(keep, c)
	}
	n.children = keep
}

// adopt is the child as it is known here: a Sip in a Refer is another element
// than a Sip in a Dial, with the same tag.
func (b *builder) adopt(child *Node) *Node {
	if b.e.Generic || b.e.Holds(child.element) {
		return child
	}
	if other, ok := b.e.byTag[child.element.Tag]; ok {
		args := make([]Arg, len(child.attrs))
		for i, a := range child.attrs {
			args[i] = Arg{Name: a.Name, Value: Str(a.Value), Extra: a.spec == nil}
		}
		again := build(other, child.pos, args, append([]Child(nil), child.children...))
		b.problems = append(b.problems, again.problems...)
		return again.node
	}
	b.refuseChild(child)
	return child
}

// measure bounds the node: a node that stands in many places is written in each
// of them, so that a short script could make an endless document.
func (b *builder) measure() {
	n := b.node
	if n.depth > maxDepth {
		b.fail(ruleTooDeep, codeParse, fmt.Sprintf("%s is nested more than %d deep", b.e.Label(), maxDepth), "")
	}
	n.size = len(b.e.Tag) + len("</>")
	if len(n.children) > 0 {
		n.size = 2*len(b.e.Tag) + len("<></>")
	}
	for _, a := range n.attrs {
		n.size += len(a.Name) + len(` =""`) + escapedLen(a.Value, &attrEscapes)
	}
	n.size += sizeOf(n.children)
	if n.size > MaxBytes {
		b.fail(ruleTooBig, codeTooBig, b.e.Label()+" is "+kilobytes(n.size)+"; Twilio takes 64 kB",
			"use Redirect to a second script, or pass a key instead of the data")
		n.size = MaxBytes + 1
	}
}

func sizeOf(children []Child) (size int) {
	for i := range children {
		switch c := &children[i]; c.Kind {
		case TextChild:
			size += escapedLen(c.Text, &textEscapes)
		case CommentChild:
			size += len("<!---->") + len(c.Text)
		case NodeChild:
			size += c.Node.size
		}
	}
	return size
}

func kilobytes(n int) string {
	if n > 1<<20 {
		return "more than 1 MB"
	}
	return fmt.Sprintf("%d kB", (n+1023)/1024)
}
