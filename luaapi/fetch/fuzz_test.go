package fetch

import (
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	referencePattern = regexp.MustCompile(`^(?i:(https?)://(\*\.)?([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]*))?)(/.*)?$`)
	referenceURL     = regexp.MustCompile(`^(?i:(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]*))?)([/?#](?s:.*))?$`)
	referenceEscape  = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	referenceSlashes = regexp.MustCompile(`/+`)
	referenceNumber  = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)
	referenceDots    = regexp.MustCompile(`(^|/)[. ]*\.[. ]*(;[^/]*)?(/|$)`)
)

// referencePermits is the rule of the allow list once more, spelled out slowly and
// with none of the code that it judges: what it does not permit, nothing may.
func referencePermits(pattern, u string) bool {
	p, m := referencePattern.FindStringSubmatch(pattern), referenceURL.FindStringSubmatch(u)
	if p == nil || m == nil || !strings.EqualFold(p[1], m[1]) {
		return false
	}
	if referencePort(p[4], p[1]) != referencePort(m[3], m[1]) || !referenceHost(p[2] != "", p[3], m[2]) {
		return false
	}
	path := m[4]
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	if path == "" {
		path = "/"
	}
	var pieces []string
	for piece := range strings.SplitSeq(p[5], "*") {
		pieces = append(pieces, regexp.QuoteMeta(referenceDecode(piece)))
	}
	want := regexp.MustCompile(`^(?s:` + strings.Join(pieces, ".*") + `)$`)
	for {
		decoded := referenceDecode(path)
		if !utf8.ValidString(decoded) || strings.ContainsAny(decoded, "\\\x00\r\n") {
			return false
		}
		merged := referenceSlashes.ReplaceAllString(decoded, "/")
		if referenceDots.MatchString(merged) {
			return false
		}
		if p[5] != "" && !(want.MatchString(merged) && want.MatchString(decoded)) {
			return false
		}
		if decoded == path {
			return true
		}
		path = decoded
	}
}

func referenceDecode(s string) string {
	return referenceEscape.ReplaceAllStringFunc(s, func(e string) string {
		n, err := strconv.ParseUint(e[1:], 16, 8)
		if err != nil {
			panic(err)
		}
		return string([]byte{byte(n)})
	})
}

func referencePort(port, scheme string) int {
	if port == "" {
		return map[string]int{"http": 80, "https": 443}[strings.ToLower(scheme)]
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return -1
	}
	return n
}

func referenceHost(below bool, want, got string) bool {
	norm := func(s string) (string, bool) {
		s = strings.ToLower(strings.TrimSuffix(s, "."))
		if strings.HasPrefix(s, "[") {
			ip := net.ParseIP(strings.Trim(s, "[]"))
			return "[" + ip.String() + "]", ip != nil && ip.To4() == nil
		}
		return s, !referenceNumber.MatchString(s) || net.ParseIP(s) != nil
	}
	want, ok1 := norm(want)
	got, ok2 := norm(got)
	if !ok1 || !ok2 {
		return false
	}
	if below {
		front, ok := strings.CutSuffix(got, "."+want)
		return ok && front != "" && !strings.HasPrefix(front, ".")
	}
	return want == got
}

func FuzzParsePattern(f *testing.F) {
	for _, s := range []string{
		"https://api.example.com/v1/*", "http://*.example.com:8080/a*b%20", "https://[::1]:443/", "http://127.0.0.1", "https://h.example/%2A/*/ü",
		"https://a@b/", "https://*.com", "https://h/..;/*", "https://h/%2e", "HTTPS://X.:443/*?",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePattern(s)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "the pattern ") || strings.Contains(err.Error(), "\n") || p.String() != "" {
				t.Fatalf("%q: error %q, pattern %q", s, err, p)
			}
			return
		}
		again, err := ParsePattern(p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q → %q → %q, %v", s, p, again, err)
		}
		// A pattern without a star is a URL, and the pattern permits it.
		if !strings.Contains(s, "*") {
			if !p.Match(s) || !again.Match(s) {
				t.Fatalf("%q does not match itself", s)
			}
		}
		if p.Match("https://elsewhere.test/") && p.host != "elsewhere.test" && p.host != "test" {
			t.Fatalf("%q matches another host", s)
		}
	})
}

func FuzzMatch(f *testing.F) {
	for _, s := range [][2]string{
		{"https://api.example.com/v1/*", "https://api.example.com/v1/a"},
		{"https://api.example.com/v1/*", "HTTPS://API.example.com.:443/v1/%2e%2e/a"},
		{"https://api.example.com/v1/*", "https://api.example.com/v1/..%252f"},
		{"https://api.example.com/v1/*", `https://api.example.com\@evil.test/v1/`},
		{"https://*.example.com", "https://a.b.example.com/?x#y"},
		{"http://127.0.0.1:80/*", "http://0x7f.1/"},
		{"http://[::1]/*", "http://[::1%25lo]/"},
		{"https://h.example/a/*/c", "https://h.example/a//c"},
		{"https://h.example/*41", "https://h.example/x%2541"},
		{"https://h.example/x*", "https://h.example/x%2Fy%3Fz"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, u string) {
		p, err := ParsePattern(pattern)
		if err != nil || !p.Match(u) {
			return
		}
		if !referencePermits(pattern, u) {
			t.Fatalf("%q permits %q", pattern, u)
		}
		target, fault := parseTarget(u)
		if fault != nil {
			t.Fatalf("%q matches, but: %s", u, fault.Message)
		}
		// What is sent is what was compared, and says so to whoever reads it.
		sent := target.url.String()
		if !p.Match(sent) || !referencePermits(pattern, sent) {
			t.Fatalf("%q permits %q, but not %q, which is sent", pattern, u, sent)
		}
		uri := target.url.RequestURI()
		if !strings.HasPrefix(uri, "/") || strings.HasPrefix(uri, "//") || strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			t.Fatalf("%q is sent as %q", u, uri)
		}
		if r, err := http.NewRequest("GET", sent, nil); err != nil || r.URL.Host != target.url.Host || r.URL.User != nil {
			t.Fatalf("%q is sent to %q, read again as %v, %v", u, target.url.Host, r, err)
		}
	})
}

// FuzzMatchTokens builds URLs out of what has fooled allow lists before.
func FuzzMatchTokens(f *testing.F) {
	tokens := []string{"https://", "http://", "api.example.com", "API.Example.com", "example.com", "evil.test", "*", ".", "..", "/", "//", `\`, "%2e", "%2E",
		"%2f", "%2F", "%5c", "%25", "%252e", "%252f", ";", "%3b", " ", "%20", "%00", "%0a", "@", ":", ":443", ":80", ":8443", "?", "#", "v1", "V1", "%76", "admin",
		"a", "41", "[", "]", "[::1]", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "::ffff:", "%25eth0", "é", "%c0%ae", "xn--", "\t", "\r\n", "&", "=", "b", "c"}
	patterns := []string{"https://api.example.com/v1/*", "https://*.example.com/v1/*/c", "https://api.example.com/v1/*41", "http://127.0.0.1/*", "http://[::1]/a",
		"https://api.example.com", "https://api.example.com:8443/", "https://api.example.com/v1/*a*b", "https://api.example.com/%2A/*"}
	f.Add([]byte{0, 0, 2, 9, 33, 9, 8, 9, 36})
	f.Add([]byte{0, 0, 3, 27, 9, 33, 9, 37, 14, 12, 12})
	f.Add([]byte{3, 1, 42, 9})
	f.Fuzz(func(t *testing.T, picks []byte) {
		if len(picks) < 2 {
			return
		}
		pattern := patterns[int(picks[0])%len(patterns)]
		var u strings.Builder
		// Most inputs begin as the pattern does, so that what follows matters.
		if n := int(picks[1]); n >= len(tokens) {
			u.WriteString(pattern[:min(len(pattern), n%len(pattern)+1)])
		} else {
			u.WriteString(tokens[n])
		}
		for _, b := range picks[2:] {
			u.WriteString(tokens[int(b)%len(tokens)])
		}
		if p := mustPattern(t, pattern); p.Match(u.String()) && !referencePermits(pattern, u.String()) {
			t.Fatalf("%q permits %q", pattern, u.String())
		}
	})
}
