package fetch

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// What the headers of a request may have.
const (
	maxRequestHeaders     = 100
	maxRequestHeaderBytes = 32 << 10
)

// What the headers of an answer may have.
const (
	maxResponseHeaders     = 256
	maxResponseHeaderBytes = 64 << 10
)

// forbiddenHeaders are those that frame the message or belong to the connection
// (RFC 9110, 7.6.1). Who sets them can make two servers see two different
// requests.
var forbiddenHeaders = map[string]bool{
	"Accept-Encoding":   true, // the answer is decompressed here, under the cap
	"Connection":        true,
	"Content-Length":    true,
	"Expect":            true,
	"Host":              true, // the allow list decided about the host of the URL
	"Http2-Settings":    true,
	"Keep-Alive":        true,
	"Te":                true,
	"Trailer":           true,
	"Trailers":          true,
	"Transfer-Encoding": true,
	"Upgrade":           true,
}

// crossOriginHeaders are what a redirect to another origin takes along: what
// describes the question. Any other may be a credential, whatever its name.
var crossOriginHeaders = map[string]bool{
	"Accept":            true,
	"Accept-Language":   true,
	"Content-Encoding":  true,
	"Content-Language":  true,
	"Content-Type":      true,
	"Idempotency-Key":   true,
	"If-Match":          true,
	"If-Modified-Since": true,
	"If-None-Match":     true,
	"Range":             true,
	"User-Agent":        true,
}

// bodyHeaders describe a body and go with it (Fetch, "request-body-header name").
var bodyHeaders = []string{"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"}

// cleanHeader returns a checked copy with canonical names. A server that turns
// names into variables takes "_" for "-", so both are compared as one.
func cleanHeader(header http.Header) (http.Header, *Error) {
	clean := make(http.Header, len(header)+2)
	count, size := 0, 0
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !isToken(name) {
			return nil, invalid("the name of a header is empty or has a character that header names do not have")
		}
		canonical := http.CanonicalHeaderKey(name)
		dashed := http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
		if forbiddenHeaders[dashed] || strings.HasPrefix(dashed, "Proxy-") {
			return nil, denied("the header " + canonical + " cannot be set by a script")
		}
		for _, value := range header[name] {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return nil, invalid("the header " + canonical + " has a line break or another control character in its value")
			}
			count++
			size += len(name) + len(value) + len(": \r\n")
			clean[canonical] = append(clean[canonical], value)
		}
	}
	if count > maxRequestHeaders {
		return nil, invalid("the request has more than 100 headers")
	}
	if size > maxRequestHeaderBytes {
		return nil, invalid("the headers of the request are larger than 32 KiB")
	}
	return clean, nil
}

// wireHeader returns what net/http is given. It takes a request with the canonical
// key Idempotency-Key for one that may be sent again after the connection broke,
// and not every server that is called knows that header: a repetition is the
// caller's decision. In lower case the header is the same on the wire.
func wireHeader(header http.Header, userAgent string) http.Header {
	wire := maps.Clone(header)
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := wire[name]; ok {
			delete(wire, name)
			wire[strings.ToLower(name)] = values
		}
	}
	if _, ok := wire["User-Agent"]; !ok {
		wire["User-Agent"] = []string{userAgent}
	}
	encoding := "gzip"
	if _, ok := wire["Range"]; ok {
		encoding = "identity" // a part of a compressed body cannot be decompressed
	}
	wire["Accept-Encoding"] = []string{encoding}
	return wire
}

// isToken reports whether s is a token of RFC 9110, 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

func countValues(header http.Header) int {
	n := 0
	for _, values := range header {
		n += len(values)
	}
	return n
}
