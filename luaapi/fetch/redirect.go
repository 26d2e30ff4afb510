package fetch

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// MaxRedirects is how many redirects one call follows.
const MaxRedirects = 5

// next returns the hop that an answer redirects to, or nil where it is the answer
// of the call. The rules are those of browsers (Fetch, "HTTP-redirect fetch"),
// but https never leads to http, and another origin gets no header that could be
// a credential, see crossOriginHeaders.
func (h *hop) next(resp *http.Response) (*hop, *Error) {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	location := resp.Header.Get("Location")
	if location == "" {
		return nil, nil
	}
	fail := func(message string) (*hop, *Error) {
		return nil, &Error{Kind: Redirect, Message: h.target.origin() + " redirects " + message, Status: resp.StatusCode}
	}
	to, err := url.Parse(location)
	if err != nil {
		return fail("to something that is no URL")
	}
	target, fault := parseTarget(h.target.url.ResolveReference(to).String())
	if fault != nil {
		fault.Kind, fault.Status = Denied, resp.StatusCode
		fault.Message = h.target.origin() + " redirects to a place that cannot be called: " + fault.Message
		return nil, fault
	}
	if h.target.scheme == "https" && target.scheme == "http" {
		return fail("from https to http, which is not followed")
	}
	n := &hop{method: h.method, target: target, header: maps.Clone(h.header), body: h.body}
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound:
		if h.method == http.MethodPost {
			n.becomeGet()
		}
	case http.StatusSeeOther:
		if h.method != http.MethodGet && h.method != http.MethodHead {
			n.becomeGet()
		}
	}
	if !target.sameOrigin(h.target) {
		maps.DeleteFunc(n.header, func(name string, _ []string) bool { return !crossOriginHeaders[name] })
	}
	return n, nil
}

func (h *hop) becomeGet() {
	h.method, h.body = http.MethodGet, nil
	for _, name := range bodyHeaders {
		h.header.Del(name)
	}
}

// trail is the hops of one call so far.
type trail []string

// add notes a hop and refuses one too many, and one that was there before: without
// cookies the answer would be the same again.
func (t *trail) add(h *hop) *Error {
	step := h.method + " " + h.target.url.String()
	for _, seen := range *t {
		if seen == step {
			return &Error{Kind: Redirect, Message: h.target.origin() + " redirects in a circle"}
		}
	}
	if len(*t) > MaxRedirects {
		return &Error{Kind: Redirect, Message: "more than " + strconv.Itoa(MaxRedirects) + " redirects, the last to " + h.target.origin()}
	}
	*t = append(*t, step)
	return nil
}
