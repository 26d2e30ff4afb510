package twilio

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// MostCandidates is how many URLs one request is ever tried under.
const MostCandidates = 128

// Origin is one scheme://[userinfo@]host[:port][/prefix] under which Twilio may
// know this server, every part as it was written.
type Origin struct {
	Scheme string
	User   string // "user" or "user:password"; Twilio sends it as basic auth, never in the URL
	Host   string // with its port, if it has one
	Prefix string // put before the path of the request, without a slash at its end
}

// ParseOrigin reads a public_url: http or https, no query, no fragment.
func ParseOrigin(url string) (Origin, error) {
	o, rest, err := cutOrigin(url)
	switch {
	case err != nil:
		return Origin{}, err
	case !strings.EqualFold(o.Scheme, "http") && !strings.EqualFold(o.Scheme, "https"):
		return Origin{}, fmt.Errorf("scheme %q is neither http nor https", o.Scheme)
	case strings.ContainsAny(rest, "?#"):
		return Origin{}, errors.New("a query or a fragment does not belong here")
	case strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r == 0x7F }):
		return Origin{}, errors.New("a space or control character does not belong in a URL")
	}
	if host, _ := splitHost(o.Host); host == "" {
		return Origin{}, errors.New("no host")
	}
	o.Prefix = strings.TrimRight(rest, "/")
	return o, nil
}

// String returns the origin with a password masked.
func (o Origin) String() string {
	user := o.User
	if name, _, secret := strings.Cut(user, ":"); secret {
		user = name + ":***"
	}
	if user != "" {
		user += "@"
	}
	return o.Scheme + "://" + user + o.Host + o.Prefix
}

// GoString masks the password under %#v.
func (o Origin) GoString() string { return o.String() }

func cutOrigin(url string) (o Origin, rest string, err error) {
	scheme, after, ok := strings.Cut(url, "://")
	if !ok || scheme == "" || strings.ContainsAny(scheme, "/?#@") {
		return Origin{}, "", errors.New("a URL begins with https://")
	}
	o.Scheme, o.Host = scheme, after
	if end := strings.IndexAny(after, "/?#"); end >= 0 {
		o.Host, rest = after[:end], after[end:]
	}
	if at := strings.LastIndexByte(o.Host, '@'); at >= 0 {
		if at == 0 {
			return Origin{}, "", errors.New("an @ without a user before it")
		}
		o.User, o.Host = o.Host[:at], o.Host[at+1:]
	}
	if o.Host == "" {
		return Origin{}, "", errors.New("no host")
	}
	return o, rest, nil
}

// splitHost cuts host into name and port; port begins with its colon.
func splitHost(host string) (name, port string) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || colon < strings.LastIndexByte(host, ']') {
		return host, ""
	}
	return host[:colon], host[colon:]
}

// Target is where a request was sent to, and what of its URL Twilio may have
// signed but never sends.
type Target struct {
	// Origins are tried in order: those of public_url, or the one that the
	// request arrived at (Host, or a trusted proxy's forwarded headers).
	Origins []Origin
	// URI is the request target as received, scheme and host cut off (CutURI):
	// raw bytes, query included.
	URI string
	// Fragments are the connection overrides ("rc=2&rp=5xx") of the routes with
	// this path, without the "#".
	Fragments []string
	// Exact says that userinfo and fragment are known to be part of the URL:
	// only the URL as written is tried, with its variants of the port.
	Exact bool
}

// ParseTarget makes the exact Target of a whole URL, for requests that were
// captured with the URL which Twilio was given.
func ParseTarget(url string) (Target, error) {
	o, rest, err := cutOrigin(url)
	if err != nil {
		return Target{}, err
	}
	t := Target{Origins: []Origin{o}, URI: rest, Exact: true}
	if uri, fragment, ok := strings.Cut(rest, "#"); ok {
		t.URI, t.Fragments = uri, []string{fragment}
	}
	return t, nil
}

// CutURI cuts scheme and host off a request target in absolute form ("GET
// http://host/path HTTP/1.1"); the usual form comes back as it is.
func CutURI(requestURI string) string {
	if strings.HasPrefix(requestURI, "/") {
		return requestURI
	}
	if _, rest, err := cutOrigin(requestURI); err == nil {
		return rest
	}
	return requestURI
}

// Query returns the raw query of a request target: what follows the first "?",
// up to a "#".
func Query(uri string) string {
	uri, _, _ = strings.Cut(uri, "#")
	_, query, _ := strings.Cut(uri, "?")
	return query
}

// Port says what a candidate does to the port of the URL.
type Port uint8

// The variants of the port. Twilio drops or adds it, depending on the product.
const (
	PortReceived Port = iota
	PortDropped
	PortStandard // added where none was received: 443 for https and wss, 80 for http and ws
)

// Escape says which escapes of the query a candidate spells raw.
type Escape uint8

// The characters that Twilio sometimes signs raw and requests escaped.
const (
	EscapeQuote Escape = 1 << iota // %27 as '
	EscapeSIP                      // %40 as @ and %3A as :, as in sip:user@host
)

// Candidate is one spelling of a Target's URL.
type Candidate struct {
	Origin   int
	Port     Port
	User     bool
	Fragment int // 1 is the first of Fragments, 0 none
	Escape   Escape
}

// String says how the URL that was signed differs from the one received.
func (c Candidate) String() string {
	var parts []string
	switch c.Port {
	case PortDropped:
		parts = append(parts, "without port")
	case PortStandard:
		parts = append(parts, "with the standard port")
	}
	if c.User {
		parts = append(parts, "with userinfo")
	}
	if c.Fragment > 0 {
		parts = append(parts, "with fragment")
	}
	if c.Escape&EscapeQuote != 0 {
		parts = append(parts, "with a raw '")
	}
	if c.Escape&EscapeSIP != 0 {
		parts = append(parts, "with raw @ and :")
	}
	if parts == nil {
		return "as received"
	}
	return strings.Join(parts, ", ")
}

// first is the candidate that fits nearly always.
func (t *Target) first() Candidate {
	c := Candidate{User: t.Exact}
	if t.Exact && len(t.Fragments) > 0 {
		c.Fragment = 1
	}
	return c
}

// Candidates yields every spelling of the URL that is worth trying, likeliest
// first, at most MostCandidates: all origins, each with its variants of the
// port, then with userinfo, with each fragment, and last with raw characters in
// the query.
func (t *Target) Candidates() iter.Seq[Candidate] {
	return func(yield func(Candidate) bool) {
		n := 0
		for c := range t.all() {
			if n++; n > MostCandidates || !yield(c) {
				return
			}
		}
	}
}

func (t *Target) all() iter.Seq[Candidate] {
	users, fragments := []bool{false, true}, len(t.Fragments)
	if t.Exact {
		users = []bool{true}
	}
	return func(yield func(Candidate) bool) {
		for _, escape := range escapes(Query(t.URI)) {
			for fragment := range fragments + 1 {
				if t.Exact && fragment != min(fragments, 1) {
					continue
				}
				for _, user := range users {
					for port := PortReceived; port <= PortStandard; port++ {
						for i := range t.Origins {
							o := &t.Origins[i]
							if user && o.User == "" && !t.Exact || port != PortReceived && !o.portVaries(port) {
								continue
							}
							if !yield(Candidate{Origin: i, Port: port, User: user, Fragment: fragment, Escape: escape}) {
								return
							}
						}
					}
				}
			}
		}
	}
}

func (o *Origin) portVaries(to Port) bool {
	_, port := splitHost(o.Host)
	return (port == "") == (to == PortStandard)
}

// escapes returns the sets of raw characters worth trying for query, the empty
// one first. A query with a "+" was form-encoded as a whole, and form encoding
// escapes the apostrophe, so that one was signed as it stands.
func escapes(query string) []Escape {
	sets := []Escape{0}
	if !strings.Contains(query, "%") {
		return sets
	}
	var all Escape
	for i := 0; i+2 < len(query); i++ {
		if query[i] == '%' {
			all |= escapeOf(query[i+1], query[i+2])
		}
	}
	if strings.Contains(query, "+") {
		all &^= EscapeQuote
	}
	for _, set := range []Escape{EscapeSIP, EscapeQuote, EscapeSIP | EscapeQuote} {
		if all&set == set {
			sets = append(sets, set)
		}
	}
	return sets
}

func escapeOf(high, low byte) Escape {
	switch {
	case high == '2' && low == '7':
		return EscapeQuote
	case high == '4' && low == '0', high == '3' && (low == 'A' || low == 'a'):
		return EscapeSIP
	}
	return 0
}

// appendURL appends the URL that c stands for.
func (t *Target) appendURL(buf []byte, c Candidate, webSocket bool) []byte {
	o := &t.Origins[c.Origin]
	scheme := o.Scheme
	if webSocket {
		if strings.EqualFold(scheme, "https") {
			scheme = "wss"
		} else if strings.EqualFold(scheme, "http") {
			scheme = "ws"
		}
	}
	buf = append(buf, scheme...)
	buf = append(buf, "://"...)
	if c.User && o.User != "" {
		buf = append(buf, o.User...)
		buf = append(buf, '@')
	}
	if c.Port == PortReceived {
		buf = append(buf, o.Host...)
	} else {
		name, _ := splitHost(o.Host)
		buf = append(buf, name...)
		if c.Port == PortStandard {
			buf = append(buf, standardPort(scheme)...)
		}
	}
	buf = append(buf, o.Prefix...)
	if c.Escape == 0 {
		buf = append(buf, t.URI...)
	} else {
		buf = appendRaw(buf, t.URI, c.Escape)
	}
	if c.Fragment > 0 {
		buf = append(buf, '#')
		buf = append(buf, t.Fragments[c.Fragment-1]...)
	}
	return buf
}

func standardPort(scheme string) string {
	switch strings.ToLower(scheme) {
	case "https", "wss":
		return ":443"
	case "http", "ws":
		return ":80"
	}
	return ""
}

// appendRaw appends uri, spelling raw in its query what set names.
func appendRaw(buf []byte, uri string, set Escape) []byte {
	start := max(strings.IndexByte(uri, '?'), 0)
	buf = slices.Grow(append(buf, uri[:start]...), len(uri)-start)
	for i := start; i < len(uri); i++ {
		if uri[i] == '%' && i+2 < len(uri) && escapeOf(uri[i+1], uri[i+2])&set != 0 {
			buf = append(buf, unhex(uri[i+1])<<4|unhex(uri[i+2]))
			i += 2
			continue
		}
		buf = append(buf, uri[i])
	}
	return buf
}
