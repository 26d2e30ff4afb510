package twiml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalar checks one value, s as it is written. It is false if the value is
// refused; what is only odd is warned about.
func (b *builder) scalar(a *Attribute, v Value, s string) bool {
	if a.AlsoBool && (v.kind == boolValue || s == "true" || s == "false") {
		return true
	}
	switch a.Type {
	case Bool:
		if s != "true" && s != "false" {
			b.wrongType(a, v, typeWords(a))
			return false
		}
	case Int:
		return b.whole(a, v, s)
	case Number:
		if _, err := strconv.ParseFloat(s, 64); err != nil || v.kind == boolValue {
			b.wrongType(a, v, typeWords(a))
			return false
		}
	case Enum:
		return b.oneOf(a, s)
	case URL:
		return b.url(a, s)
	case WSS:
		return b.wss(a, s)
	case Phone:
		if hint := phoneHint(s, false); hint != "" {
			b.warn(rulePhone, codePhone, fmt.Sprintf("%s %s is %s", b.e.Label(), a.LuaName, quote(s)), hint)
		}
	}
	return b.fits(a, s)
}

func (b *builder) whole(a *Attribute, v Value, s string) bool {
	if a.known[s] {
		return true
	}
	n, err := strconv.Atoi(s)
	if err != nil || v.kind == boolValue {
		b.wrongType(a, v, typeWords(a))
		return false
	}
	switch {
	case a.hasMin && n < a.Min:
		b.warn(ruleRange, a.schemaCode(), b.named(a)+" is "+s, fmt.Sprintf("the least is %d", a.Min))
	case a.hasMax && n > a.Max:
		b.warn(ruleRange, a.schemaCode(), b.named(a)+" is "+s, fmt.Sprintf("the most is %d", a.Max))
	}
	return true
}

func (b *builder) oneOf(a *Attribute, s string) bool {
	if a.known[s] {
		if slices.Contains(a.oldValues, s) {
			b.warn(ruleDeprecated, 0, fmt.Sprintf("%s %s %s is deprecated", b.e.Label(), a.LuaName, s), "")
		}
		return true
	}
	what := fmt.Sprintf("%s %s does not take %s", b.e.Label(), a.LuaName, quote(s))
	hint := ""
	near, ok := nearest(s, a.Values)
	switch {
	case a.List == " " && strings.ContainsAny(s, ",;|"):
		hint = `several values are a list, {"` + strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;| ", r) }), `", "`) + `"}`
	case ok:
		hint = "did you mean " + near + "?"
	case len(a.Values) <= 12:
		hint = "it takes " + strings.Join(a.Values, ", ")
	}
	if !a.Open {
		b.fail(ruleEnum, a.schemaCode(), what, hint)
		return false
	}
	b.warn(ruleEnum, a.schemaCode(), fmt.Sprintf("%s %s %s is not known here", b.e.Label(), a.LuaName, quote(s)), hint)
	return true
}

// fits checks a string against its pattern and its greatest length. Twilio
// takes many a value that a pattern does not foresee, so that is a warning.
func (b *builder) fits(a *Attribute, s string) bool {
	if n := utf8.RuneCountInString(s); a.maxLen > 0 && n > a.maxLen {
		what := fmt.Sprintf("%s %s is %d characters; Twilio takes at most %d", b.e.Label(), a.LuaName, n, a.maxLen)
		if a.code != 0 {
			b.fail(ruleLength, a.code, what, "")
			return false
		}
		b.warn(ruleLength, 0, what, "")
	}
	if a.match != nil && !(a.empty && s == "") && !a.match.MatchString(s) {
		b.warn(rulePattern, a.schemaCode(), fmt.Sprintf("%s %s %s does not look right", b.e.Label(), a.LuaName, quote(s)),
			"Twilio takes "+a.match.String())
	}
	return true
}

// checkPair bounds a name and its value together.
func (b *builder) checkPair() {
	for _, a := range b.node.attrs {
		if a.spec == nil || a.spec.maxPair == 0 {
			continue
		}
		name, _ := b.node.Attr("name")
		if n := utf8.RuneCountInString(name) + utf8.RuneCountInString(a.Value); n > a.spec.maxPair {
			b.warn(ruleLength, 0, fmt.Sprintf("%s name and %s are %d characters together; Twilio takes %d", b.e.Label(), a.Name, n, a.spec.maxPair),
				"pass a key instead of the data")
		}
	}
}

func (b *builder) url(a *Attribute, s string) bool {
	trimmed := strings.TrimSpace(s)
	switch {
	case trimmed == "" && a.empty:
	case trimmed == "":
		b.fail(ruleEmptyURL, a.urlCode(), b.named(a)+" is an empty URL", "leave it out, or name one")
		return false
	case a.absolute && !strings.Contains(trimmed, "://"):
		b.warn(ruleRelative, a.urlCode(), fmt.Sprintf("%s is %s, and Twilio takes only absolute URLs there", b.named(a), quote(s)), "write https://…")
	default:
		b.checkURL(a, trimmed, a.urlCode())
	}
	return true
}

func (a *Attribute) urlCode() int {
	if a.code != 0 {
		return a.code
	}
	return codeURL
}

// named is the attribute as a message names it; nil is the element's text.
func (b *builder) named(a *Attribute) string {
	if a == nil {
		return b.e.Label()
	}
	return b.e.Label() + " " + a.LuaName
}

// checkURL warns of a URL that Twilio will read otherwise than it was meant: of
// an attribute, or of the text if a is nil.
func (b *builder) checkURL(a *Attribute, s string, code int) {
	scheme, _, absolute := strings.Cut(s, "://")
	switch {
	case absolute && !strings.ContainsAny(scheme, "/?#"):
		if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			b.warn(ruleNoScheme, code, fmt.Sprintf("%s is %s", b.named(a), quote(s)), "Twilio requests http and https only")
		}
	case looksLikeHost(s):
		b.warn(ruleNoScheme, code, quote(s)+" is taken as a path on your own host", "write https://"+s)
	}
	if strings.ContainsAny(s, " \t\r\n") {
		b.warn(ruleNoScheme, code, fmt.Sprintf("%s has a blank in it: %s", b.named(a), quote(s)), "write it as %20")
	}
}

// looksLikeHost reports whether a relative URL begins like the name of a host.
func looksLikeHost(s string) bool {
	host, _, _ := strings.Cut(s, "/")
	host, _, _ = strings.Cut(host, "?")
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "www.") {
		return true
	}
	host, port, _ := strings.Cut(host, ":")
	if _, err := strconv.Atoi(port); err == nil {
		return true // "localhost:8080", "example.com:443"
	}
	i := strings.LastIndexByte(host, '.')
	return i > 0 && slices.Contains([]string{"com", "net", "org", "io", "dev", "app", "cloud"}, host[i+1:])
}

func (b *builder) wss(a *Attribute, s string) bool {
	if !strings.HasPrefix(s, "wss://") || len(s) == len("wss://") {
		b.fail(ruleWSS, a.schemaCode(), fmt.Sprintf("%s must start with wss://, got %s", b.named(a), quote(s)), "")
		return false
	}
	_, query, has := strings.Cut(s, "?")
	if !has || a.query == 0 {
		return true
	}
	key, value, _ := strings.Cut(query, "=")
	value, _, _ = strings.Cut(value, "&")
	hint := fmt.Sprintf("put %s into Parameter{ name=%q, value=%q }", clip(key), key, value)
	if a.query == 1 {
		b.warn(ruleWSS, a.schemaCode(), b.named(a)+" has a query string, which may not arrive", hint)
		return true
	}
	b.fail(ruleWSS, a.schemaCode(), b.named(a)+" must not have a query string: it does not arrive", hint)
	return false
}

// phoneHint says how a number ought to be written; "" if it is well or is not a
// number. A dialed text is always a number.
func phoneHint(s string, dialed bool) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "client:client:") {
		return "write client: once"
	}
	digits, other := make([]byte, 0, 16), 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c == '+' && i == 0, strings.IndexByte(" ()-./", c) >= 0:
		default:
			other++
		}
	}
	switch n := len(digits); {
	case other > 0 && dialed && !strings.Contains(s, ":") && !strings.Contains(s, "@"):
		return "write a number in E.164: +, country code and number"
	case other > 0 || n == 0:
		return ""
	case s[0] == '+':
		if string(digits) != s[1:] {
			return "write the number as +" + string(digits) + " (E.164)"
		}
		if n < 7 || n > 15 {
			return "a number in E.164 has 7 to 15 digits"
		}
		return ""
	case n <= 6: // a short code, or an emergency number
		return ""
	case n == 10:
		return "write the number as +1" + string(digits) + " (E.164), or with the code of its country"
	case n == 11 && digits[0] == '1':
		return "write the number as +" + string(digits) + " (E.164)"
	}
	return "write the number in E.164: +, country code and number"
}
