package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// fault is what is wrong with one value. An empty what stands for "is not" and
// the noun of its type, an empty hint for an example.
type fault struct {
	what string
	hint string
	// repeats says that what or hint has something of the value in it.
	repeats bool
}

// scalar is a type of single values.
type scalar struct {
	noun    string // with its article: "a size"
	like    string // an example, as it stands in the file
	kind    string // of TOML: "string", "integer" or "boolean"
	pattern string // what the string looks like, for editors
	enum    []string
	secret  bool // never shown
	pem     bool // a secret, unless it is the path of a file
	min     int64
	// parse turns the expanded string into a string, int64 or time.Duration;
	// nil keeps it.
	parse func(s string) (any, *fault)
}

// scalars are the types that a field's `is` tag may name, besides enum:a|b.
var scalars = map[string]scalar{
	"text":       {noun: "a text", like: `"…"`, kind: "string"},
	"flag":       {noun: "true or false", like: "true", kind: "boolean"},
	"count":      {noun: "a whole number", like: "20", kind: "integer", min: 1},
	"secret":     {noun: "a secret", like: `"${NAME}"`, kind: "string", secret: true, parse: parseSecret},
	"file":       {noun: "the path of a file", like: `"secrets/token"`, kind: "string", parse: parseFile},
	"folder":     {noun: "the path of a folder", like: `"scripts"`, kind: "string", parse: parseFile},
	"pem":        {noun: "PEM or the path of a file", like: `"tls/server.pem"`, kind: "string", pem: true},
	"size":       {noun: "a size", like: `"32MiB"`, kind: "string", pattern: `[0-9]+(\.[0-9]+)? ?(B|[kK]B|MB|GB|TB|KiB|MiB|GiB|TiB)?`, parse: parseSize},
	"duration":   {noun: "a duration", like: `"10s"`, kind: "string", pattern: durationPattern, parse: parsePositive},
	"pause":      {noun: "a duration", like: `"20s"`, kind: "string", pattern: durationPattern, parse: parseDuration},
	"address":    {noun: "an address to listen on", like: `":8090"`, kind: "string", pattern: `.*:[0-9]+`, parse: parseAddress},
	"network":    {noun: "a network", like: `"10.0.0.0/8"`, kind: "string", pattern: `.+/[0-9]+`, parse: parseNetwork},
	"public":     {noun: "a public URL", like: `"https://hooks.example.com"`, kind: "string", pattern: `https?://.+`, parse: parsePublic},
	"allowed":    {noun: "a URL pattern", like: `"https://api.example.com/v1/*"`, kind: "string", pattern: `https?://.+`},
	"store":      {noun: "a store that this program has", like: `"memory:"`, kind: "string", enum: []string{"memory:"}},
	"account":    {noun: "the SID of an account", like: `"AC…" with 32 digits 0-9a-f`, kind: "string", pattern: `AC[0-9a-f]{32}`, parse: parseAccountSID},
	"path":       {noun: "a path", like: `"/twilio" or "/twilio/*"`, kind: "string", pattern: `/.*`, parse: parsePath},
	"kinds":      {noun: "a kind of event", like: `"message.received" or "message.*"`, kind: "string", pattern: `[^ ]+`, parse: parseKinds},
	"expression": {noun: "a Lua expression", like: `'event.FromCountry == "US"'`, kind: "string", parse: parseExpression},
	"user":       {noun: "a user name", like: `"twilio"`, kind: "string", pattern: `[^:]+`, parse: parseUser},
	"overrides":  {noun: "connection overrides", like: `"rc=2&rp=5xx,ct,rt"`, kind: "string", parse: parseOverrides},
	"scripts":    {noun: "a script or a pattern of scripts", like: `"support/*.lua"`, kind: "string", parse: parseScripts},
}

// scalarOf finds the type that a tag names. It panics for one that there is
// not: the tags are the program's own.
func scalarOf(is string) scalar {
	if choice, ok := strings.CutPrefix(is, "enum:"); ok {
		values := strings.Split(choice, "|")
		return scalar{noun: "one of " + choices(values), like: strconv.Quote(values[0]), kind: "string", enum: values}
	}
	s, ok := scalars[is]
	if !ok {
		panic("config: no type of values is called " + is)
	}
	return s
}

func choices(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, ", ")
}

// check parses the expanded text. shown is what a message may repeat of it:
// the text as it stands in the file, without what the environment put in.
func (s scalar) check(text, shown string) (any, *fault) {
	if s.enum != nil {
		if slices.Contains(s.enum, text) {
			return text, nil
		}
		f := &fault{what: fmt.Sprintf("%q is not %s", shown, s.noun)}
		if text == shown {
			f.hint = didYouMean(text, s.enum)
		}
		if f.hint == "" && len(s.enum) == 1 {
			f.hint = fmt.Sprintf("write %q", s.enum[0])
		}
		return nil, f
	}
	if s.parse == nil {
		return text, nil
	}
	v, f := s.parse(text)
	if f == nil {
		return v, nil
	}
	subject := strconv.Quote(withoutPassword(shown))
	if s.secret {
		subject = "the secret"
	}
	if f.repeats && text != shown {
		f = &fault{}
	}
	what := f.what
	if what == "" {
		what = "is not " + s.noun
	}
	hint := f.hint
	if hint == "" {
		hint = "like " + s.like
	}
	return nil, &fault{what: subject + " " + what, hint: hint}
}

func parseSecret(s string) (any, *fault) {
	switch {
	case s == "":
		return nil, &fault{what: "is empty", hint: "leave the key out, or set the variable"}
	case s != strings.TrimSpace(s):
		return nil, &fault{what: "begins or ends with white space", hint: "it was copied with more than itself"}
	case strings.ContainsFunc(s, control):
		return nil, &fault{what: "has a control character in it", hint: "it was copied with more than itself"}
	}
	return s, nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func parseFile(s string) (any, *fault) {
	switch {
	case s == "":
		return nil, &fault{}
	case s[0] == '~':
		return nil, &fault{what: "begins with ~, which is not expanded", hint: `write "${HOME}/…"`}
	case strings.ContainsFunc(s, control):
		return nil, &fault{what: "has a control character in it"}
	}
	return s, nil
}

func parseAddress(s string) (any, *fault) {
	host, port, err := net.SplitHostPort(s)
	if err != nil || strings.ContainsAny(host, " /") {
		return nil, &fault{}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, &fault{what: "has no port from 0 to 65535"}
	} else if strconv.FormatUint(n, 10) != port {
		return nil, &fault{}
	}
	return s, nil
}

func parseNetwork(s string) (any, *fault) {
	p, err := netip.ParsePrefix(s)
	if err == nil {
		return p.Masked().String(), nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return nil, &fault{what: "is one address, not a network", hint: fmt.Sprintf("write %q", netip.PrefixFrom(a, a.BitLen())), repeats: true}
	}
	return nil, &fault{}
}

// parsePublic reads what Twilio was given, up to the paths of the routes.
func parsePublic(s string) (any, *fault) {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return nil, &fault{}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, &fault{}
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, &fault{what: "has a scheme other than https and http"}
	case strings.Contains(s, "?"):
		return nil, &fault{what: "has a query", hint: "Twilio's URL may have one, the base of all of them has not"}
	case strings.Contains(s, "#"):
		return nil, &fault{what: "has a fragment", hint: "connection overrides are a route's: overrides"}
	}
	return strings.TrimRight(s, "/"), nil
}

var password = regexp.MustCompile(`(://[^/?#@:]*:)[^/?#]*@`)

// withoutPassword masks what stands between the colon and the @ of a URL.
func withoutPassword(text string) string { return password.ReplaceAllString(text, "${1}xxxxx@") }

// accountSID is how Twilio makes them. What else a test or a stand-in for Twilio
// sends as AccountSid may be configured all the same, with a warning.
var (
	accountSID     = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	looksLikeToken = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

func parseAccountSID(s string) (any, *fault) {
	switch {
	case strings.HasPrefix(s, "SK"):
		return nil, &fault{hint: "this is the SID of an API key; the account's begins with AC"}
	case looksLikeToken.MatchString(s):
		return nil, &fault{hint: "this looks like an auth token; the account's SID begins with AC"}
	case s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return nil, &fault{}
	}
	return s, nil
}

// parsePath reads a path as requests carry it, still escaped, with "/*" at the
// end for everything below.
func parsePath(s string) (any, *fault) {
	body := strings.TrimSuffix(s, "/*")
	switch {
	case !strings.HasPrefix(s, "/"):
		return nil, &fault{what: "does not begin with /"}
	case strings.ContainsAny(body, "*"):
		return nil, &fault{what: "has a * that is not a whole last part", hint: `only "/*" at the end stands for everything below`}
	case strings.ContainsAny(s, "?#"):
		return nil, &fault{what: "has a query or a fragment", hint: "a route has every query of its path"}
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, &fault{what: "has a character that requests carry escaped", hint: fmt.Sprintf("write %q", (&url.URL{Path: s}).EscapedPath()), repeats: true}
	}
	return s, nil
}

func parseKinds(s string) (any, *fault) {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return nil, &fault{}
	}
	return s, nil
}

func parseExpression(s string) (any, *fault) {
	if strings.TrimSpace(s) == "" {
		return nil, &fault{what: "is empty"}
	}
	return s, nil
}

func parseUser(s string) (any, *fault) {
	if s == "" || strings.Contains(s, ":") || strings.ContainsFunc(s, control) {
		return nil, &fault{what: "is not a user name: it is empty, or has a colon or a control character in it"}
	}
	return s, nil
}

func parseScripts(s string) (any, *fault) {
	switch {
	case s == "":
		return nil, &fault{}
	case strings.HasPrefix(s, "/") || slices.Contains(strings.Split(s, "/"), ".."):
		return nil, &fault{what: "does not stay in the scripts folder", hint: `like "support/*.lua"`}
	}
	for part := range strings.SplitSeq(s, "/") {
		if _, err := path.Match(part, ""); err != nil {
			return nil, &fault{what: "is not a pattern: a [ is not closed, or it ends in a backslash"}
		}
	}
	return s, nil
}
