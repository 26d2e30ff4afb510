package fetch

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL is the longest URL that is called, in bytes; servers refuse longer ones.
const maxURL = 8 << 10

// target is a URL in the one spelling that is compared and sent.
type target struct {
	scheme string     // http or https
	host   string     // as in authority
	addr   netip.Addr // valid where the host is an address
	port   uint16     // never 0
	views  []string   // of the path, see pathViews
	url    *url.URL   // what net/http is given
}

// parseTarget reads a URL. Only what has one meaning for every program that may
// read it passes.
func parseTarget(raw string) (*target, *Error) {
	switch {
	case raw == "":
		return nil, invalid("the URL is empty")
	case len(raw) > maxURL:
		return nil, invalid("the URL is longer than 8 KiB")
	case strings.TrimSpace(raw) != raw:
		return nil, invalid("the URL begins or ends with white space")
	}
	beforeQuery := raw
	if i := strings.IndexAny(raw, "?#"); i >= 0 {
		beforeQuery = raw[:i]
	}
	if strings.Contains(beforeQuery, `\`) {
		return nil, denied("the URL has a backslash")
	}
	u, err := url.Parse(raw)
	if err != nil {
		if at := strings.Index(beforeQuery, "://"); at >= 0 {
			hostPart, _, _ := strings.Cut(beforeQuery[at+3:], "/")
			if _, problem := parseAuthority(hostPart); problem != "" {
				return nil, denied("the URL " + problem)
			}
		}
		return nil, invalid("the URL cannot be read: percent-encode what is no letter or digit")
	}
	switch {
	case u.Scheme == "":
		return nil, invalid("the URL has no scheme: it begins with https:// or http://")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, denied("only http and https can be called")
	case u.Opaque != "" || u.Host == "" && u.User == nil:
		return nil, invalid("the URL names no host: it begins with https:// or http://")
	case u.User != nil:
		return nil, denied("the URL must not contain a user name or password: use a header")
	}
	a, problem := parseAuthority(u.Host)
	if problem != "" {
		return nil, denied("the URL " + problem)
	}
	t := &target{scheme: u.Scheme, host: a.host, addr: a.addr, port: a.port}
	hostport := t.host
	if t.port == 0 {
		t.port = defaultPort(t.scheme)
	} else if t.port != defaultPort(t.scheme) {
		hostport += ":" + strconv.Itoa(int(t.port))
	}
	t.url = &url.URL{Scheme: t.scheme, Host: hostport, Path: u.Path, RawPath: u.RawPath,
		RawQuery: cleanQuery(u.RawQuery), ForceQuery: u.ForceQuery}
	if t.url.Path == "" {
		t.url.Path = "/"
	}
	if t.views, problem = pathViews(t.url.EscapedPath()); problem != "" {
		return nil, denied("the URL " + problem)
	}
	return t, nil
}

// origin returns scheme, host and port, without the scheme's default port.
func (t *target) origin() string { return t.scheme + "://" + t.url.Host }

func (t *target) sameOrigin(o *target) bool {
	return t.scheme == o.scheme && t.host == o.host && t.port == o.port
}

// cleanQuery percent-encodes what may not stand in a request line. net/url keeps
// a query as it was written, and a space in it would end the request target.
func cleanQuery(q string) string {
	const hex = "0123456789ABCDEF"
	clean := func(c byte) bool { return c > ' ' && c < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", rune(c)) }
	dirty := 0
	for i := range len(q) {
		if !clean(q[i]) {
			dirty++
		}
	}
	if dirty == 0 {
		return q
	}
	out := make([]byte, 0, len(q)+2*dirty)
	for i := range len(q) {
		if c := q[i]; clean(c) {
			out = append(out, c)
		} else {
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}
