package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"twirouter/router"
)

// maxCapture bounds a request file, in bytes. Twilio's largest requests are a
// hundredth of it.
const maxCapture = 8 << 20

// captureHelp describes request files, for the commands that read them.
const captureHelp = `FILE is a captured request, - is stdin. It is JSON,

  {"method": "POST", "url": "https://…", "headers": {…}, "body": "raw"}

where a header's value is a text or a list of texts and content_type may stand
for the header of that name; or the text of an HTTP request as a proxy shows it:
request line, headers, an empty line, body; the Host header completes a path to
a URL. It may also be an event instead of a request,

  {"kind": "message.received", "params": {"From": "+15551230000", "Body": "hi"}}

with, if you like, path or route (where it arrives), step, query, headers, data,
account, sid, status, channel, from, to, attempt and received_at; what is left
out follows from kind and params.`

// capture is what a request file holds.
type capture struct {
	file    string // as messages name it
	method  string
	target  string // a URL, or a request target if the host stands in the headers
	line    int    // where the target is in the file
	col     int
	headers router.Params // canonical names
	body    []byte
	notes   []string      // what looks odd in the file, and what was made of it
	event   *writtenEvent // an event in place of a request
}

// readCapture reads a request file. The error is router.Problems.
func (c *cli) readCapture(path string) (*capture, error) {
	name, in := path, c.In
	if path == "-" {
		name = "stdin"
	} else {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = errors.New("is a folder")
		}
		var f *os.File
		if err == nil {
			f, err = os.Open(path)
		}
		if err != nil {
			return nil, router.Problems{{File: path, What: withoutPath(err), Hint: "a file with one captured request; - is stdin"}}
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxCapture+1))
	switch {
	case err != nil:
		return nil, router.Problems{{File: name, What: withoutPath(err)}}
	case len(text) > maxCapture:
		return nil, router.Problems{{File: name, What: fmt.Sprintf("is larger than %d MiB", maxCapture>>20), Hint: "a file holds one request"}}
	}
	found, problem := parseCapture(name, text)
	if problem != nil {
		return nil, router.Problems{*problem}
	}
	return found, nil
}

// withoutPath is what went wrong with a file whose name is told anyway.
func withoutPath(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// parseCapture reads the text of a request file.
func parseCapture(file string, text []byte) (*capture, *router.Problem) {
	p := &captureText{file: file, text: text}
	if bytes.HasPrefix(text, []byte("\xFF\xFE")) || bytes.HasPrefix(text, []byte("\xFE\xFF")) {
		return nil, p.at(0, "is UTF-16", "save it as UTF-8")
	}
	p.text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	begin := len(p.text) - len(bytes.TrimLeft(p.text, " \t\r\n"))
	if begin == len(p.text) {
		return nil, &router.Problem{File: file, What: "is empty", Hint: "a captured request: JSON, or the text of an HTTP request"}
	}
	switch p.text[begin] {
	case '{':
		return p.object()
	case '[':
		return nil, p.at(begin, "is a list", `a file holds one request: {"method", "url", "headers", "body"}`)
	}
	return p.http(begin)
}

// captureText is a request file that is being read.
type captureText struct {
	file string
	text []byte
}

// at is a problem at an offset of the text.
func (p *captureText) at(offset int, what, hint string) *router.Problem {
	before := p.text[:min(max(offset, 0), len(p.text))]
	return &router.Problem{
		File: p.file, Line: 1 + bytes.Count(before, []byte("\n")), Col: len(before) - bytes.LastIndexByte(before, '\n'),
		What: what, Hint: hint,
	}
}

// member is one member of a JSON object and where it stands.
type member struct {
	name  string
	value json.RawMessage
	key   int // offset of the name
	start int // offset of the value
}

func (m *member) null() bool { return string(m.value) == "null" }

// object reads a request file that is JSON.
func (p *captureText) object() (*capture, *router.Problem) {
	if i := invalidUTF8(p.text); i >= 0 {
		return nil, p.at(i, "is not UTF-8", "save the request as the text of an HTTP request, which keeps every byte")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(p.text, &whole); err != nil {
		offset := len(p.text)
		if se := (*json.SyntaxError)(nil); errors.As(err, &se) && !strings.Contains(err.Error(), "unexpected end") {
			offset = int(se.Offset) - 1
		}
		return nil, p.at(offset, err.Error(), "a request file is one JSON object")
	}
	members, problem := p.members(p.text, 0)
	if problem != nil {
		return nil, problem
	}
	has := func(name string) bool {
		return slices.ContainsFunc(members, func(m member) bool { return m.name == name && !m.null() })
	}
	switch {
	case has("url"):
		return p.request(members)
	case has("kind"):
		return p.event(members)
	}
	for _, m := range members {
		if problem := p.misspelt(m, append(requestMembers, eventMembers...)); problem != nil {
			return nil, problem
		}
	}
	return nil, p.at(0, "is neither a request, which has a url, nor an event, which has a kind",
		`{"method": "POST", "url": "https://…", "headers": {…}, "body": "…"}, or {"kind": "message.received", "params": {…}}`)
}

// members lists the members of an object, which is valid JSON and begins at an
// offset of the text.
func (p *captureText) members(object []byte, offset int) ([]member, *router.Problem) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	_, _ = d.Token() // the brace
	var out []member
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok { // it is valid
			return nil, p.at(offset, fmt.Sprintf("cannot be read: %v", err), "")
		}
		// Escapes in a name would move its beginning: names that count have none.
		m := member{name: name, key: offset + int(d.InputOffset()) - len(name) - 2}
		if err := d.Decode(&m.value); err != nil {
			return nil, p.at(offset, fmt.Sprintf("cannot be read: %v", err), "")
		}
		m.start = offset + int(d.InputOffset()) - len(m.value)
		if slices.ContainsFunc(out, func(o member) bool { return o.name == name }) {
			return nil, p.at(m.key, fmt.Sprintf("%q is there twice", name), "which of them counts cannot be known")
		}
		out = append(out, m)
	}
	return out, nil
}

// The members that mean something; others are notes of whoever wrote the file.
var (
	requestMembers = []string{"method", "url", "headers", "body", "content_type", "query"}
	eventMembers   = []string{
		"kind", "params", "path", "route", "step", "query", "headers", "data", "account", "sid", "status",
		"channel", "from", "to", "attempt", "received_at",
	}
)

// misspelt tells of a member that is nearly one of those that count.
func (p *captureText) misspelt(m member, names []string) *router.Problem {
	fold := strings.NewReplacer("_", "", "-", "", " ", "")
	for _, name := range names {
		if m.name != name && strings.EqualFold(fold.Replace(m.name), fold.Replace(name)) || m.name+"s" == name || m.name == "uri" && name == "url" {
			return p.at(m.key, fmt.Sprintf("there is no member %q", m.name), fmt.Sprintf("did you mean %q?", name))
		}
	}
	return nil
}

func (p *captureText) request(members []member) (*capture, *router.Problem) {
	out := &capture{file: p.file}
	contentType, query := "", ""
	for _, m := range members {
		if m.null() {
			continue
		}
		var problem *router.Problem
		switch m.name {
		case "method":
			out.method, problem = p.string(m, `like "POST"`)
			out.method = strings.ToUpper(out.method)
		case "url":
			at := p.at(m.start, "", "")
			out.line, out.col = at.Line, at.Col
			out.target, problem = p.string(m, "the whole URL")
			if problem == nil {
				problem = p.checkTarget(m, out.target)
			}
		case "headers":
			out.headers, problem = p.headers(m)
		case "body":
			var body string
			body, problem = p.string(m, "the raw body as a text: the signature covers its bytes")
			out.body = []byte(body)
		case "content_type":
			contentType, problem = p.string(m, "")
		case "query":
			if json.Unmarshal(m.value, &query) != nil {
				query = "" // the URL has it, in the order that counts
			}
		default:
			problem = p.misspelt(m, requestMembers)
		}
		if problem != nil {
			return nil, problem
		}
	}
	if out.method == "" {
		out.method = "GET"
		if len(out.body) > 0 {
			out.method = "POST"
		}
	}
	if query != "" && !strings.ContainsAny(out.target, "?#") {
		out.target += "?" + strings.TrimPrefix(query, "?")
	}
	if contentType != "" && !out.headers.Has("Content-Type") {
		out.headers = append(out.headers, router.Param{Key: "Content-Type", Value: contentType})
	}
	return out, nil
}

func (p *captureText) checkTarget(m member, target string) *router.Problem {
	switch {
	case strings.ContainsFunc(target, func(r rune) bool { return r < ' ' || r == 0x7F }):
		return p.at(m.start, "the url holds a control character", "")
	case !strings.HasPrefix(target, "/") && !strings.Contains(target, "://"):
		return p.at(m.start, fmt.Sprintf("the url is %.60q", target), `it begins with https://, or with / if the headers have a Host`)
	}
	return nil
}

// string reads a member that is a text.
func (p *captureText) string(m member, hint string) (string, *router.Problem) {
	var s string
	if json.Unmarshal(m.value, &s) != nil {
		return "", p.at(m.start, fmt.Sprintf("%s is no text", m.name), hint)
	}
	return s, nil
}

// headers reads the member of that name.
func (p *captureText) headers(m member) (router.Params, *router.Problem) {
	const hint = `headers are {"Name": "value"} or {"Name": ["value", …]}`
	if m.value[0] != '{' {
		return nil, p.at(m.start, "headers is no object", hint)
	}
	fields, problem := p.members(m.value, m.start)
	if problem != nil {
		return nil, problem
	}
	var out router.Params
	for _, f := range fields {
		if !headerName(f.name) {
			return nil, p.at(f.key, fmt.Sprintf("%.60q cannot be the name of a header", f.name), "")
		}
		values, ok := texts(f.value)
		if !ok {
			return nil, p.at(f.start, fmt.Sprintf("the value of %s is neither a text nor a list of texts", f.name), hint)
		}
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\x00") {
				return nil, p.at(f.start, fmt.Sprintf("the value of %s holds a line end", f.name), "a header that came twice has a list of texts")
			}
			out = append(out, router.Param{Key: textproto.CanonicalMIMEHeaderKey(f.name), Value: v})
		}
	}
	return out, nil
}

// texts reads a text, a list of texts, or null for none.
func texts(value json.RawMessage) ([]string, bool) {
	switch value[0] {
	case '"':
		var one string
		err := json.Unmarshal(value, &one)
		return []string{one}, err == nil
	case '[':
		var list []*string
		if json.Unmarshal(value, &list) != nil || slices.Contains(list, nil) {
			return nil, false
		}
		many := make([]string, len(list))
		for i, s := range list {
			many[i] = *s
		}
		return many, true
	}
	return nil, string(value) == "null"
}

// headerName reports whether name is a token, as RFC 9110 (5.1) wants it.
func headerName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return name != ""
}

func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// header returns all values of a header, whose name is canonical.
func (c *capture) header(name string) []string {
	var out []string
	for _, h := range c.headers {
		if h.Key == name {
			out = append(out, h.Value)
		}
	}
	return out
}

// wrong is a problem with the target.
func (c *capture) wrong(what, hint string) *router.Problem {
	return &router.Problem{File: c.file, Line: c.line, Col: c.col, What: what, Hint: hint}
}
