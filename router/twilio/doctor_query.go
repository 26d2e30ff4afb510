package twilio

import (
	"fmt"
	"slices"
	"strings"
)

// mostPermuted is how many pairs of a query are tried in every order.
const mostPermuted = 5

func (d *doctor) queryOrder() (Finding, bool) {
	_, _, ok := d.anyURL(func(s spelling) (all []spelling) {
		pairs := s.pairs()
		if len(pairs) < 2 {
			return nil
		}
		add := func(order []string) {
			other := s
			other.query = "?" + strings.Join(order, "&")
			all = append(all, other)
		}
		sorted := slices.Clone(pairs)
		slices.SortStableFunc(sorted, func(a, b string) int { return strings.Compare(nameOf(a), nameOf(b)) })
		add(sorted)
		slices.Reverse(sorted)
		add(sorted)
		slices.Reverse(pairs)
		add(pairs)
		if len(pairs) <= mostPermuted {
			permute(pairs, len(pairs), add)
		}
		return all
	})
	return Finding{Code: "query-order", What: "signed with the same query parameters in another order",
		Hint: "keep the proxy from sorting or rewriting the query: its bytes are signed"}, ok
}

// pairs are the pairs of the query, as they are spelled.
func (s spelling) pairs() []string {
	if len(s.query) < 2 {
		return nil
	}
	return strings.Split(s.query[1:], "&")
}

func nameOf(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return name
}

// permute calls visit with every order of the first n of list (Heap's way).
func permute(list []string, n int, visit func([]string)) {
	if n <= 1 {
		visit(list)
		return
	}
	for i := range n {
		permute(list, n-1, visit)
		if n%2 == 0 {
			list[i], list[n-1] = list[n-1], list[i]
		} else {
			list[0], list[n-1] = list[n-1], list[0]
		}
	}
}

// queryAdded tries the query without what may have been added on the way.
func (d *doctor) queryAdded() (Finding, bool) {
	if _, _, ok := d.anyURL(func(s spelling) []spelling { s.query = ""; return []spelling{s} }); ok {
		return Finding{Code: "query-added", What: "signed without a query, checked with one", Hint: "keep the proxy from adding query parameters"}, true
	}
	var names []string
	var tried int
	was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
		pairs := s.pairs()
		for i := range pairs {
			if tried++; tried > 256 || len(pairs) < 2 {
				break
			}
			other := s
			other.query = "?" + strings.Join(slices.Delete(slices.Clone(pairs), i, i+1), "&")
			all = append(all, other)
		}
		return all
	})
	if ok {
		kept := was.pairs()
		for _, pair := range is.pairs() {
			if i := slices.Index(kept, pair); i >= 0 {
				kept = slices.Delete(kept, i, i+1)
			} else {
				names = append(names, nameOf(pair))
			}
		}
	}
	return Finding{Code: "query-added", What: fmt.Sprintf("signed without the query parameter %.60q", strings.Join(names, ", ")),
		Hint: "keep the proxy from adding query parameters"}, ok
}

// escape tries other spellings of the characters in query and path.
func (d *doctor) escape() (Finding, bool) {
	for _, respell := range respellings {
		was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
			for _, query := range respell.all(s.query) {
				other := s
				other.query = query
				all = append(all, other)
			}
			for _, path := range respell.all(s.path) {
				other := s
				other.path = path
				all = append(all, other)
			}
			return all
		})
		if ok {
			where := "query"
			if was.path != is.path {
				where = "path"
			}
			return Finding{Code: "escape", What: fmt.Sprintf("signed with other escapes in the %s: %s", where, respell.what),
				Hint: "keep the proxy from decoding or re-encoding the URL, or write it at Twilio as it arrives"}, true
		}
	}
	return Finding{}, false
}

var respellings = []struct {
	what string
	all  func(string) []string
}{
	{"%20 in place of +", func(s string) []string { return []string{strings.ReplaceAll(s, "+", "%20")} }},
	{"+ in place of %20", func(s string) []string { return []string{strings.ReplaceAll(s, "%20", "+")} }},
	{"lower-case hex digits", func(s string) []string { return []string{hexCase(s, strings.ToLower)} }},
	{"upper-case hex digits", func(s string) []string { return []string{hexCase(s, strings.ToUpper)} }},
	{"one escape spelled raw", rawOnes},
	{"one character escaped", escapedOnes},
	{"all of them spelled raw", func(s string) []string {
		return []string{unescape(s, nil), unescape(s, isUnreserved), unescape(s, isMark)}
	}},
	{"characters beyond ASCII spelled raw", func(s string) []string { return []string{unescape(s, func(c byte) bool { return c >= 0x80 })} }},
	{"every special character escaped", func(s string) []string { return []string{escapeAll(s, false), escapeAll(s, true)} }},
	{"escaped twice", func(s string) []string {
		return []string{strings.ReplaceAll(s, "%", "%25"), strings.ReplaceAll(s, "%25", "%")}
	}},
}

func hexCase(s string, to func(string) string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if escapedAt(s, i) {
			b.WriteString(to(s[i : i+3]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func escapedAt(s string, i int) bool {
	return s[i] == '%' && i+2 < len(s) && ishex(s[i+1]) && ishex(s[i+2])
}

// unescape spells raw what raw names, everything if raw is nil.
func unescape(s string, raw func(byte) bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if escapedAt(s, i) {
			if c := unhex(s[i+1])<<4 | unhex(s[i+2]); raw == nil || raw(c) {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return c < 0x80 && (c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-._~", c) >= 0)
}

// isMark names what browsers and JavaScript leave raw in a query.
func isMark(c byte) bool { return isUnreserved(c) || c < 0x80 && strings.IndexByte("!'()*", c) >= 0 }

// mostRespelled bounds the characters that are tried one by one.
const mostRespelled = 24

func rawOnes(s string) (all []string) {
	var seen [256]bool
	for i := 0; i < len(s) && len(all) < mostRespelled; i++ {
		if escapedAt(s, i) {
			if c := unhex(s[i+1])<<4 | unhex(s[i+2]); !seen[c] {
				seen[c] = true
				all = append(all, unescape(s, func(b byte) bool { return b == c }))
			}
		}
	}
	return all
}

func escapedOnes(s string) (all []string) {
	var seen [256]bool
	for i := 1; i < len(s) && len(all) < mostRespelled; i++ {
		c := s[i]
		if seen[c] || c == '%' || c == '&' || c == '=' || c == '+' || isUnreserved(c) && c != '~' {
			continue
		}
		seen[c] = true
		upper := fmt.Sprintf("%%%02X", c)
		all = append(all, s[:1]+strings.ReplaceAll(s[1:], string([]byte{c}), upper))
		if lower := strings.ToLower(upper); lower != upper {
			all = append(all, s[:1]+strings.ReplaceAll(s[1:], string([]byte{c}), lower))
		}
	}
	return all
}

// escapeAll escapes what is neither unreserved nor structure; existing escapes
// stay. With marks, "!'()*" are escaped too.
func escapeAll(s string, marks bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if isUnreserved(c) || strings.IndexByte("%&=+/?", c) >= 0 && c < 0x80 || !marks && isMark(c) {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
