package twiml

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// content is what a node holds, counted.
type content struct {
	text     bool // other than blanks
	chars    int
	elements int
	generic  bool
}

// checkContent holds what the node holds to the schema.
func (b *builder) checkContent() {
	e := b.e
	c := b.count()
	if c.text && e.Text == TextNone {
		b.fail(ruleTextNotAllowed, b.nestedCode(), e.Label()+" cannot contain text", b.textHint())
	}
	if c.elements > 0 && !c.generic && c.text {
		b.textAndElements()
	}
	b.checkEmpty(c)
	if c.text || e.Text == TextRequired {
		b.checkText(c)
	}
	if c.elements > 0 {
		b.checkNumbers(c)
	}
	if e.Deprecated && e.gone == "" {
		b.warn(ruleDeprecated, 0, e.Label()+" is deprecated", e.advice)
	}
	if e.gone != "" {
		b.fail(ruleNotAllowed, codeSchema, e.Label()+" is no longer part of TwiML", e.gone)
	}
}

func (b *builder) nestedCode() int {
	if b.e.nestedCode != 0 {
		return b.e.nestedCode
	}
	return codeSchema
}

// count counts, and drops blanks between elements where text has no place:
// documents that people write are indented.
func (b *builder) count() (c content) {
	n := b.node
	blanks := false
	for i := range n.children {
		switch child := &n.children[i]; child.Kind {
		case TextChild:
			if strings.TrimSpace(child.Text) != "" {
				c.text = true
			} else {
				blanks = true
			}
			c.chars += utf8.RuneCountInString(child.Text)
		case NodeChild:
			c.elements++
			c.generic = c.generic || child.Node.element.Generic
			if child.Node.element.Group == Speech {
				c.chars += speechChars(child.Node)
			}
		}
	}
	if blanks && b.e.Text != TextMixed && !c.text {
		keep := n.children[:0]
		for _, child := range n.children {
			if child.Kind != TextChild {
				keep = append(keep, child)
			}
		}
		n.children = keep
		c.chars = 0
	}
	return c
}

func speechChars(n *Node) (chars int) {
	for _, c := range n.children {
		switch c.Kind {
		case TextChild:
			chars += utf8.RuneCountInString(c.Text)
		case NodeChild:
			chars += speechChars(c.Node)
		}
	}
	return chars
}

func (b *builder) textHint() string {
	var speakers []string
	for _, c := range b.e.Children {
		if c.Text == TextMixed {
			speakers = append(speakers, c.Label()+`"…"`)
		}
	}
	if len(speakers) > 0 {
		return "put it into " + strings.Join(speakers, " or ")
	}
	for _, name := range []string{"value", "name", "url", "length"} {
		if b.e.attrs[name] != nil {
			return "it takes attributes, as " + name + " = …"
		}
	}
	return ""
}

func (b *builder) textAndElements() {
	e := b.e
	if !e.textXor && !e.textOr {
		return
	}
	first := ""
	for _, c := range b.node.children {
		if c.Kind == NodeChild {
			first = c.Node.element.Label()
			break
		}
	}
	what := e.Label() + " has text and " + first
	switch {
	case e.textXor:
		hint := "put the text into a child"
		if e.byTag["Body"] != nil {
			hint = `write ` + e.Label() + `{ Body"…", Media"…" }`
		}
		b.fail(ruleTextAndChildren, codeSchema, what, hint)
	case e.byTag["Identity"] != nil:
		b.warn(ruleTextAndChildren, codeSchema, what, `write `+e.Label()+`{ Identity"…", `+first+`{…} }`)
	default:
		b.warn(ruleTextAndChildren, codeSchema, what, "it takes one of them")
	}
}

// checkEmpty refuses a node that holds less than it needs.
func (b *builder) checkEmpty(c content) {
	e, n := b.e, b.node
	if !e.needs.any() {
		missing := e.Text == TextRequired && !c.text || e.Text == TextMixed && len(e.Children) > 0 && !c.text && c.elements == 0
		if missing && !c.generic {
			b.fail(ruleMissingText, b.emptyCode(), e.Label()+" is empty", "give it "+textWord(e))
		}
		return
	}
	ok := c.generic || e.needs.text && c.text || e.needs.child && c.elements > 0
	for _, a := range e.needs.attrs {
		if v, has := n.Attr(a.Name); has && v != "" {
			ok = true
		}
	}
	for _, child := range n.children {
		for _, want := range e.needs.children {
			ok = ok || child.Kind == NodeChild && child.Node.element == want
		}
	}
	for _, a := range n.attrs {
		ok = ok || a.spec == nil
	}
	if ok {
		return
	}
	var options []string
	if e.needs.text {
		options = append(options, textWord(e))
	}
	for _, a := range e.needs.attrs {
		options = append(options, a.LuaName+" = …")
	}
	children := e.needs.children
	if e.needs.child {
		children = e.Children
	}
	for _, child := range children {
		if !child.Deprecated && !child.Undocumented {
			options = append(options, child.Label())
		}
	}
	hint := "give it " + strings.Join(options, " or ")
	if len(options) > 3 {
		hint = "give it one of " + strings.Join(options, ", ")
	}
	if e.docMax > 0 {
		hint += "; to answer nothing, return nil"
	}
	b.fail(ruleEmpty, b.emptyCode(), e.Label()+" is empty", hint)
}

func (b *builder) emptyCode() int {
	switch t := &b.e.text; {
	case t.emptyCode != 0:
		return t.emptyCode
	case t.code != 0 && b.e.Text == TextRequired:
		return t.code
	}
	return b.nestedCode()
}

func textWord(e *Element) string {
	switch e.TextType {
	case URL:
		return "a URL"
	case Phone:
		return "a number"
	case SIP:
		return "a SIP address"
	case JSON:
		return "JSON"
	}
	return "text"
}

// checkText holds the text to its type and its greatest length.
func (b *builder) checkText(c content) {
	e := b.e
	if most := e.text.most(b.node); most > 0 && c.chars > most {
		voice := ""
		if len(e.text.byVoice) > 0 {
			voice = "; this voice takes "
		} else {
			voice = "; Twilio takes at most "
		}
		what := fmt.Sprintf("%s is %d characters%s%d", e.Label(), c.chars, voice, most)
		hint := ""
		if e.docMax > 0 || len(e.text.byVoice) > 0 || e.wrap != "" {
			hint = "split it into several " + e.Label()
		}
		if e.text.strict {
			b.fail(ruleTooLong, e.text.code, what, hint)
		} else {
			b.warn(ruleTooLong, e.text.code, what, hint)
		}
	}
	if !c.text {
		return
	}
	text := strings.TrimSpace(b.plain())
	switch e.TextType {
	case URL:
		b.checkURL(nil, text, codeURL)
	case Phone:
		if hint := phoneHint(text, true); hint != "" {
			b.warn(rulePhone, codePhone, fmt.Sprintf("%s is %s", e.Label(), quote(text)), hint)
		}
	case SIP:
		if low := strings.ToLower(text); !strings.HasPrefix(low, "sip:") && !strings.HasPrefix(low, "sips:") && !strings.Contains(text, "@") {
			b.warn(rulePattern, e.text.code, fmt.Sprintf("%s %s is not a SIP address", e.Label(), quote(text)), "write sip:name@host")
		}
	case JSON:
		if !json.Valid([]byte(text)) {
			b.warn(rulePattern, e.text.code, fmt.Sprintf("%s is not JSON: %s", e.Label(), quote(text)), "write json.encode{…}")
		}
	}
	if e.text.match != nil && !e.text.match.MatchString(text) {
		b.warn(rulePattern, codeSchema, fmt.Sprintf("%s %s does not look right", e.Label(), quote(text)), "Twilio takes "+e.text.match.String())
	}
}

func (b *builder) plain() string {
	one, texts := "", 0
	for _, c := range b.node.children {
		if c.Kind == TextChild {
			one = c.Text
			texts++
		}
	}
	if texts == 1 {
		return one
	}
	var all strings.Builder
	for _, c := range b.node.children {
		if c.Kind == TextChild {
			all.WriteString(c.Text)
		}
	}
	return all.String()
}

// most is the greatest length of the text, in characters; it may depend on who
// speaks.
func (t *textLimit) most(n *Node) int {
	if len(t.byVoice) > 0 {
		voice, _ := n.Attr("voice")
		for _, v := range t.byVoice {
			if strings.HasPrefix(voice, v.prefix) {
				return v.max
			}
		}
	}
	return t.max
}
