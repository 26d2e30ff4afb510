package twiml

// Declaration begins every document.
const Declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// ContentType is what Twilio wants a document to be sent as.
const ContentType = "text/xml; charset=utf-8"

// Render writes the document: declaration, attributes in alphabetical order,
// nothing that is not XML. The error is a *Problem, that the document is larger
// than [MaxBytes]; whether it means anything is for [Document.Check] to say.
func (d *Document) Render() ([]byte, error) {
	n := d.size()
	if n > MaxBytes {
		p := tooBig(n)
		return nil, &p
	}
	b := append(make([]byte, 0, n), Declaration...)
	b = appendComments(b, d.before)
	b = appendTag(b, "Response", d.attrs)
	if len(d.children) == 0 {
		b = append(b, "/>"...)
	} else {
		b = appendChildren(append(b, '>'), d.children)
		b = append(b, "</Response>"...)
	}
	return appendComments(b, d.after), nil
}

// size is how many bytes Render writes, or more than MaxBytes.
func (d *Document) size() int {
	n := len(Declaration) + len("<Response/>")
	if len(d.children) > 0 {
		n = len(Declaration) + len("<Response></Response>")
	}
	for _, a := range d.attrs {
		n += len(a.Name) + len(` =""`) + escapedLen(a.Value, &attrEscapes)
	}
	for _, list := range [...][]string{d.before, d.after} {
		for _, s := range list {
			n += len("<!---->") + len(s)
		}
	}
	return n + sizeOf(d.children)
}

func (n *Node) append(b []byte) []byte {
	b = appendTag(b, n.element.Tag, n.attrs)
	if len(n.children) == 0 {
		return append(b, "/>"...)
	}
	b = appendChildren(append(b, '>'), n.children)
	b = append(append(b, "</"...), n.element.Tag...)
	return append(b, '>')
}

func appendTag(b []byte, tag string, attrs []Attr) []byte {
	b = append(append(b, '<'), tag...)
	for i := range attrs {
		b = append(append(b, ' '), attrs[i].Name...)
		b = append(b, `="`...)
		b = appendEscaped(b, attrs[i].Value, &attrEscapes)
		b = append(b, '"')
	}
	return b
}

func appendChildren(b []byte, children []Child) []byte {
	for i := range children {
		switch c := &children[i]; c.Kind {
		case TextChild:
			b = appendEscaped(b, c.Text, &textEscapes)
		case CommentChild:
			b = appendComment(b, c.Text)
		case NodeChild:
			b = c.Node.append(b)
		}
	}
	return b
}

func appendComments(b []byte, comments []string) []byte {
	for _, s := range comments {
		b = appendComment(b, s)
	}
	return b
}

func appendComment(b []byte, s string) []byte {
	b = append(append(b, "<!--"...), s...)
	return append(b, "-->"...)
}
