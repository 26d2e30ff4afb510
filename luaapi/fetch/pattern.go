package fetch

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// Pattern is one entry of an allow list, made by [ParsePattern]. The zero Pattern
// matches nothing. Patterns are immutable.
type Pattern struct {
	scheme string
	host   string     // exact, or what follows "*." where sub is set
	sub    bool       // any host below host, not host itself
	addr   netip.Addr // valid where the host is an address
	port   uint16
	path   []string // the decoded pieces between the stars; nil: every path
	text   string   // the canonical spelling
}

// ParsePattern reads a pattern like "https://api.example.com/v1/*".
//
// The scheme is http or https. The host is written out, or its first label is a
// *, which stands for one or more whole labels: "*.example.com" is
// a.example.com and a.b.example.com, but not example.com. Without a port it is
// the scheme's. A * in the path stands for any run of characters, slashes too;
// case counts there. A pattern without a path ("https://api.example.com") is the
// whole host, one that ends in the slash after the host only its root. The query
// of a URL is never compared, so a pattern has none.
//
// Errors are plain sentences without a file and position, and do not repeat the
// pattern.
func ParsePattern(s string) (Pattern, error) {
	p, problem := parsePattern(s)
	if problem != "" {
		return Pattern{}, errors.New("the pattern " + problem)
	}
	return p, nil
}

func parsePattern(s string) (p Pattern, problem string) {
	switch {
	case s == "":
		return p, "is empty: write for example https://api.example.com/v1/*"
	case len(s) > maxURL:
		return p, "is longer than 8 KiB"
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return p, "has white space or a control character"
	case strings.Contains(s, `\`):
		return p, "has a backslash: URLs have slashes"
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return p, "has no scheme: begin it with https:// or http://"
	}
	if p.scheme = strings.ToLower(scheme); p.scheme != "http" && p.scheme != "https" {
		return p, "has a scheme other than http and https"
	}
	switch i := strings.IndexAny(rest, "?#"); {
	case i >= 0 && rest[i] == '?':
		return p, "has a query: only scheme, host, port and path are compared, and any query is permitted"
	case i >= 0:
		return p, "has a fragment: a fragment is never sent"
	}
	hostPart, path, hasPath := strings.Cut(rest, "/")
	if problem := p.parseHost(hostPart); problem != "" {
		return p, problem
	}
	written := ""
	if hasPath {
		written = "/" + path
		if p.path, problem = parsePathGlob(written); problem != "" {
			return p, problem
		}
	}
	p.text = p.spelled(written)
	return p, ""
}

func (p *Pattern) parseHost(s string) (problem string) {
	if strings.HasSuffix(s, ":*") {
		return "has a * for a port: name the port, or leave it out for the scheme's"
	}
	if s == "*" || strings.HasPrefix(s, "*:") {
		return "permits every host: name one, or write *.example.com for all below it"
	}
	s, p.sub = strings.CutPrefix(s, "*.")
	if strings.Contains(s, "*") && !strings.Contains(s, "@") {
		return "has a * inside the host: it stands for whole labels at the front, as in *.example.com"
	}
	a, problem := parseAuthority(s)
	if problem != "" {
		return problem
	}
	if p.sub && a.addr.IsValid() {
		return "has a * before an address"
	}
	if p.sub && !strings.Contains(a.host, ".") && !privateDomains[a.host] {
		return "permits every host of a top-level domain: name one more label, as in *.example.com"
	}
	p.host, p.addr, p.port = a.host, a.addr, a.port
	if p.port == 0 {
		p.port = defaultPort(p.scheme)
	}
	return ""
}

// privateDomains are the top-level domains that belong to whoever runs the
// network (RFC 6761, RFC 6762, and ICANN's reservation of "internal").
var privateDomains = map[string]bool{"internal": true, "local": true, "localhost": true, "test": true}

// parsePathGlob splits at the stars before it decodes, so that %2A is the
// character itself.
func parsePathGlob(path string) (pieces []string, problem string) {
	if strings.Contains(path, "//") {
		return nil, "has a path with //"
	}
	for piece := range strings.SplitSeq(path, "*") {
		decoded, _ := unescape(piece, encodedSlash)
		for rest := piece; ; {
			i := strings.IndexByte(rest, '%')
			if i < 0 {
				break
			}
			if rest = rest[i+1:]; len(rest) < 2 {
				return nil, "has a % that is followed by no two hexadecimal digits"
			}
			_, ok1 := unhex(rest[0])
			_, ok2 := unhex(rest[1])
			if !ok1 || !ok2 {
				return nil, "has a % that is followed by no two hexadecimal digits"
			}
			if strings.EqualFold(rest[:2], "2f") || strings.EqualFold(rest[:2], "5c") || rest[:2] == "25" {
				return nil, "has an encoded slash, backslash or % in its path: servers read these in different ways"
			}
		}
		pieces = append(pieces, decoded)
	}
	return pieces, pathProblem(strings.Join(pieces, "*"))
}

func (p Pattern) spelled(path string) string {
	var b strings.Builder
	b.WriteString(p.scheme + "://")
	if p.sub {
		b.WriteString("*.")
	}
	b.WriteString(p.host)
	if p.port != defaultPort(p.scheme) {
		b.WriteString(":" + strconv.Itoa(int(p.port)))
	}
	b.WriteString(path)
	return b.String()
}

// String returns the pattern in its canonical spelling: scheme and host in lower
// case, without the scheme's default port. It parses to an equal pattern.
func (p Pattern) String() string { return p.text }

// Match reports whether a call to rawURL is one that the pattern permits. A URL
// that could be read in two ways matches nothing.
func (p Pattern) Match(rawURL string) bool {
	t, fault := parseTarget(rawURL)
	return fault == nil && p.matchesHost(t) && p.matchesOrigin(t) && p.matchesPath(t)
}

func (p Pattern) matchesHost(t *target) bool {
	if p.host == "" {
		return false
	}
	if p.sub {
		return !t.addr.IsValid() && len(t.host) > len(p.host)+1 &&
			strings.HasSuffix(t.host, p.host) && t.host[len(t.host)-len(p.host)-1] == '.'
	}
	return t.host == p.host
}

func (p Pattern) matchesOrigin(t *target) bool { return t.scheme == p.scheme && t.port == p.port }

func (p Pattern) matchesPath(t *target) bool {
	if p.path == nil {
		return true
	}
	for _, view := range t.views {
		if !glob(p.path, view) {
			return false
		}
	}
	return true
}

// glob reports whether s is the pieces with anything between them.
func glob(pieces []string, s string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return s == first
	}
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for _, piece := range pieces[1 : len(pieces)-1] {
		_, after, ok := strings.Cut(s, piece)
		if !ok {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, last)
}
