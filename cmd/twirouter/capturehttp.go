package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http/httputil"
	"net/textproto"
	"strconv"
	"strings"

	"twirouter/router"
	"twirouter/router/twilio"
)

// rawHint is what a request file in text looks like.
const rawHint = "POST /twilio HTTP/1.1, then headers, an empty line and the body; or JSON with method, url, headers and body"

// http reads a request file that is the text of an HTTP request. Lines end as
// on the wire or as editors write them; the body is taken byte by byte.
func (p *captureText) http(begin int) (*capture, *router.Problem) {
	line, next := p.line(begin)
	method, rest, ok := strings.Cut(line, " ")
	target, version, versioned := strings.Cut(strings.TrimLeft(rest, " "), " ")
	switch {
	case !ok || !headerName(method) || target == "":
		return nil, p.at(begin, fmt.Sprintf("%.60q is no request line", line), rawHint)
	case versioned && !strings.HasPrefix(version, "HTTP/"):
		return nil, p.at(begin+len(line)-len(version), fmt.Sprintf("%.60q is no version of HTTP", version), "the target of a request holds no space")
	}
	out := &capture{file: p.file, method: method, target: target}
	at := p.at(begin+strings.Index(line, target), "", "")
	out.line, out.col = at.Line, at.Col
	if !strings.HasPrefix(target, "/") && !strings.Contains(target, "://") {
		at.What, at.Hint = fmt.Sprintf("%.60q is no target of a request", target), "a path, or a whole URL"
		return nil, at
	}
	for next < len(p.text) {
		start := next
		if line, next = p.line(start); line == "" {
			p.body(out, next)
			return out, nil
		}
		if line[0] == ' ' || line[0] == '\t' { // a folded line belongs to the one before
			if len(out.headers) == 0 {
				return nil, p.at(start, "a header begins with its name", "")
			}
			last := &out.headers[len(out.headers)-1]
			last.Value = strings.Trim(last.Value+" "+strings.Trim(line, " \t"), " ")
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !headerName(name) {
			return nil, p.at(start, fmt.Sprintf("%.60q is no header", line), "Name: value; an empty line ends the headers")
		}
		out.headers = append(out.headers, router.Param{Key: textproto.CanonicalMIMEHeaderKey(name), Value: strings.Trim(value, " \t")})
	}
	return out, nil
}

// line returns the line that begins at an offset and where the next one does.
func (p *captureText) line(start int) (line string, next int) {
	rest := p.text[start:]
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		return string(bytes.TrimSuffix(rest, []byte("\r"))), len(p.text)
	}
	return string(bytes.TrimSuffix(rest[:end], []byte("\r"))), start + end + 1
}

// body takes the rest of the text as the body of out. Editors put a line end at
// the end of a file, which was not sent.
func (p *captureText) body(out *capture, start int) {
	body := p.text[start:]
	if strings.EqualFold(first(out.header("Transfer-Encoding")), "chunked") {
		if plain, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(body))); err == nil && len(plain) > 0 {
			out.body = plain // else the proxy has joined the chunks already
			return
		}
	}
	out.body = body
	bare := bytes.TrimSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\r"))
	if length, err := strconv.Atoi(first(out.header("Content-Length"))); err == nil {
		switch length {
		case len(body):
		case len(bare):
			out.body = bare
		default:
			out.body = bare
			out.notes = append(out.notes, fmt.Sprintf("Content-Length is %d, but the body has %d bytes: all of them are taken", length, len(bare)))
		}
		return
	}
	if !signedWhole(out.target, body) {
		out.body = bare
	}
}

// signedWhole reports whether the URL carries the hash of these very bytes.
func signedWhole(target string, body []byte) bool {
	query, err := twilio.ParseForm(twilio.Query(target), twilio.Limits{})
	sum := sha256.Sum256(body)
	return err == nil && query.Get("bodySHA256") == hex.EncodeToString(sum[:])
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
