package twiml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxParse bounds what is read: a document of 64 kB, with room for indentation.
const maxParse = 4 * MaxBytes

// maxProblems is where reading gives up: what comes then is not TwiML.
const maxProblems = 100

// Parse reads a document of kind k that a person wrote and checks it as
// [Document.Check] does. Every problem's place is a line and a column of text.
// The document is nil if one of the problems is an Error. Blanks that only
// indent are dropped; a comment is kept.
func Parse(k Kind, text string) (*Document, Problems) {
	p := &parser{}
	doc := p.parse(k, text)
	if doc != nil && !p.problems.Failed() {
		p.problems = append(p.problems, doc.Check()...)
	}
	for i := range p.problems {
		if p.problems[i].Pos.Line == 0 {
			p.problems[i].Pos = Pos{Line: 1, Col: 1}
		}
	}
	if p.problems.Failed() {
		return nil, p.problems
	}
	return doc, p.problems
}

type parser struct {
	dec      *xml.Decoder
	text     string // all of it, as Parse was given it
	skip     int    // where in it the decoder begins
	seen     int    // how far place has counted,
	line     int    // lines before that,
	bol      int    // and where the last of them ends
	open     []*opened
	root     *opened
	children []Child // of the root
	before   []string
	after    []string
	problems Problems
}

// opened is an element whose end was not seen yet.
type opened struct {
	tag      string
	element  *Element // nil for the root
	pos      Pos
	args     []Arg
	children []Child
}

func (p *parser) fail(rule string, code int, pos Pos, what, hint string) {
	p.problems = append(p.problems, Problem{Rule: rule, Code: code, Pos: pos, What: what, Hint: hint})
}

func (p *parser) parse(k Kind, text string) *Document {
	if len(text) > maxParse {
		p.problems = append(p.problems, tooBig(len(text)))
		return nil
	}
	body := strings.TrimLeft(strings.TrimPrefix(text, "\uFEFF"), blanks)
	p.text, p.skip = text, len(text)-len(body)
	if body == "" {
		p.fail(ruleRoot, codeRoot, Pos{}, "the document is empty", "write <Response/> to answer nothing")
		return nil
	}
	if body[0] != '<' {
		p.fail(ruleXML, codeParse, p.place(0), "this is not TwiML: "+quote(body), "write <Response>…</Response>")
		return nil
	}
	p.dec = xml.NewDecoder(strings.NewReader(body))
	for {
		offset := int(p.dec.InputOffset())
		token, err := p.dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.syntax(err)
			return nil
		}
		if !p.token(token, offset) {
			return nil
		}
		if len(p.problems) > maxProblems {
			p.fail(ruleXML, codeParse, p.place(offset), "there are too many problems to go on", "")
			return nil
		}
	}
	if n := len(p.open); n > 0 {
		last := p.open[n-1]
		p.fail(ruleXML, codeParse, last.pos, fmt.Sprintf("<%s> is never closed", last.tag), "")
		return nil
	}
	if p.root == nil {
		p.fail(ruleRoot, codeRoot, Pos{}, "there is no <Response>", "write <Response/> to answer nothing")
		return nil
	}
	doc, ps := NewDocument(k, p.children)
	p.problems = append(p.problems, ps...)
	p.problems = append(p.problems, doc.SetAttrs(p.root.pos, p.root.args)...)
	for _, a := range doc.attrs {
		p.problems = append(p.problems, Problem{Severity: Warning, Rule: ruleUnknownAttribute, Code: codeSchema, Pos: p.root.pos,
			What: "Response has no attribute " + a.Name, Hint: "Twilio ignores it"})
	}
	doc.SetComments(p.before, p.after)
	return doc
}

const blanks = " \t\r\n"

// place is where the decoder's offset is in the text that Parse was given. It
// counts on from the last call, for offsets mostly grow.
func (p *parser) place(offset int) Pos {
	at := p.skip + offset
	if at < p.seen {
		p.seen, p.line, p.bol = 0, 0, 0
	}
	if passed := p.text[p.seen:at]; strings.Contains(passed, "\n") {
		p.line += strings.Count(passed, "\n")
		p.bol = p.seen + strings.LastIndexByte(passed, '\n') + 1
	}
	p.seen = at
	return Pos{Line: p.line + 1, Col: at - p.bol + 1}
}

func (p *parser) syntax(err error) {
	offset := int(p.dec.InputOffset())
	what, hint := err.Error(), ""
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		what = syntax.Msg
	}
	switch read := p.text[p.skip : p.skip+offset]; {
	case strings.Contains(what, "entity") && strings.Contains(read, "&"):
		hint, offset = "write & as &amp;", strings.LastIndexByte(read, '&')
	case strings.Contains(what, "CharsetReader"):
		what, hint, offset = "the encoding is not UTF-8", "save it as UTF-8 and declare that, or nothing", 0
	}
	p.fail(ruleXML, codeParse, p.place(offset), "this is not XML: "+what, hint)
}

func (p *parser) token(token xml.Token, offset int) bool {
	pos := p.place(offset)
	switch t := token.(type) {
	case xml.StartElement:
		return p.start(t, pos)
	case xml.EndElement:
		return p.end(t, pos)
	case xml.CharData:
		p.chars(string(t), offset)
	case xml.Comment:
		p.comment(string(t))
	case xml.ProcInst:
		if t.Target != "xml" || p.root != nil {
			p.fail(ruleXML, codeParse, pos, fmt.Sprintf("<?%s …?> has no place in TwiML", t.Target), "")
		}
	case xml.Directive:
		p.fail(ruleXML, codeParse, pos, "a DOCTYPE has no place in TwiML", "")
	}
	return true
}

func rawName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

func (p *parser) start(t xml.StartElement, pos Pos) bool {
	o := &opened{tag: rawName(t.Name), pos: pos}
	for _, a := range t.Attr {
		o.args = append(o.args, Arg{Name: rawName(a.Name), Value: Str(a.Value), Extra: len(p.open) == 0})
	}
	switch {
	case len(p.open) == 0 && p.root != nil:
		p.fail(ruleRoot, codeRoot, pos, fmt.Sprintf("<%s> comes after the end of the document", o.tag), "a document has one <Response>")
		return false
	case len(p.open) == 0:
		if o.tag != "Response" {
			p.fail(ruleRoot, codeRoot, pos, "the root element must be Response, not "+clip(o.tag), "write <Response>…</Response>")
			return false
		}
		p.root = o
	case len(p.open) > maxDepth:
		p.fail(ruleTooDeep, codeParse, pos, fmt.Sprintf("%s is nested more than %d deep", clip(o.tag), maxDepth), "")
		return false
	default:
		parent := p.open[len(p.open)-1].element
		e, ok := LookupTag(parent, o.tag)
		if !ok {
			if parent == nil || !parent.Generic {
				u := Unknown(o.tag, pos)
				if near, is := Suggest(o.tag); !is {
					u.Hint = ""
				} else if n, _ := Lookup(near); n != nil && !strings.EqualFold(n.Tag, o.tag) {
					u.Hint = "did you mean " + n.Tag + "?"
				}
				p.problems = append(p.problems, u)
			}
			e = &Element{Name: o.tag, Tag: o.tag, Text: TextMixed, Generic: true}
		}
		o.element = e
	}
	p.open = append(p.open, o)
	return true
}

func (p *parser) end(t xml.EndElement, pos Pos) bool {
	name := rawName(t.Name)
	if len(p.open) == 0 {
		p.fail(ruleXML, codeParse, pos, fmt.Sprintf("</%s> closes nothing", name), "")
		return false
	}
	o := p.open[len(p.open)-1]
	if o.tag != name {
		p.fail(ruleXML, codeParse, pos, fmt.Sprintf("</%s> where <%s> of line %d must be closed", name, o.tag, o.pos.Line), "")
		return false
	}
	p.open = p.open[:len(p.open)-1]
	if len(p.open) == 0 {
		p.children = o.children
		return true
	}
	b := build(o.element, o.pos, o.args, trimmed(o))
	p.problems = append(p.problems, b.problems...)
	parent := p.open[len(p.open)-1]
	parent.children = append(parent.children, Nested(b.node))
	return true
}

// trimmed drops the blanks round a text that is one value, as a URL on a line
// of its own is.
func trimmed(o *opened) []Child {
	if o.element.Text == TextMixed || o.element.Generic || len(o.children) != 1 || o.children[0].Kind != TextChild || o.element.text.max > 0 {
		return o.children
	}
	o.children[0].Text = strings.TrimSpace(o.children[0].Text)
	return o.children
}

func (p *parser) chars(s string, offset int) {
	blank := strings.TrimSpace(s) == ""
	if raw := p.text[p.skip+offset:]; !blank {
		offset += len(raw) - len(strings.TrimLeft(raw, blanks))
	}
	pos := p.place(offset)
	switch {
	case len(p.open) == 0:
		if !blank {
			p.fail(ruleXML, codeParse, pos, "text outside <Response>: "+quote(strings.TrimSpace(s)), "")
		}
		return
	case len(p.open) == 1 && !blank:
		p.fail(ruleTextNotAllowed, codeSchema, pos, "text must be inside a verb: "+quote(strings.TrimSpace(s)), "write <Say> or <Message> round it")
		return
	}
	o := p.open[len(p.open)-1]
	if n := len(o.children); n > 0 && o.children[n-1].Kind == TextChild { // CDATA comes apart
		o.children[n-1].Text += s
		return
	}
	o.children = append(o.children, Text(s))
}

func (p *parser) comment(s string) {
	switch {
	case len(p.open) > 0:
		o := p.open[len(p.open)-1]
		o.children = append(o.children, Comment(s))
	case p.root == nil:
		p.before = append(p.before, s)
	default:
		p.after = append(p.after, s)
	}
}
