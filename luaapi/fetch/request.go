package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one call.
type Request struct {
	// Method is a token of HTTP; the usual ones in any case, "" is GET. CONNECT and
	// TRACE are refused.
	Method string

	// URL is absolute, http or https. A fragment is not sent.
	URL string

	// Header is sent as it is; Do does not change it. Names of the connection and of
	// the framing (Host, Content-Length, Connection, Accept-Encoding …) are refused.
	Header http.Header

	// Body is sent where it is not empty; Do neither changes nor keeps it.
	Body []byte

	// Timeout shortens the time that the policy gives; it never lengthens it. Zero
	// or less is the policy's.
	Timeout time.Duration
}

// hop is a request that was checked: the first of a call, or what a redirect made
// of it.
type hop struct {
	method string
	target *target
	header http.Header
	body   []byte
}

func newHop(r Request) (*hop, *Error) {
	method, fault := cleanMethod(r.Method)
	if fault != nil {
		return nil, fault
	}
	target, fault := parseTarget(r.URL)
	if fault != nil {
		return nil, fault
	}
	header, fault := cleanHeader(r.Header)
	if fault != nil {
		return nil, fault
	}
	return &hop{method: method, target: target, header: header, body: r.Body}, nil
}

func cleanMethod(method string) (string, *Error) {
	if method == "" {
		return http.MethodGet, nil
	}
	if len(method) > 32 || !isToken(method) {
		return "", invalid("the method is no method of HTTP")
	}
	upper := strings.ToUpper(method)
	switch {
	case slices.Contains([]string{"CONNECT", "TRACE", "TRACK", "PRI"}, upper):
		return "", denied("the method " + upper + " cannot be used by a script")
	case slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, upper):
		return upper, nil
	}
	return method, nil
}

func (h *hop) request(ctx context.Context, userAgent string) *http.Request {
	r := &http.Request{
		Method:     h.method,
		URL:        h.target.url,
		Header:     wireHeader(h.header, userAgent),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}
	if len(h.body) > 0 {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(h.body)), nil }
		r.Body, _ = r.GetBody()
		r.ContentLength = int64(len(h.body))
	}
	return r.WithContext(ctx)
}
