package twilio

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"twirouter/router"
)

// mostLeftOut is how many parameters are left out, one at a time.
const mostLeftOut = 256

// bodyAs tries the other things that a request may be: its URL alone, or a form.
func (d *doctor) bodyAs() (Finding, bool) {
	form := d.r.Method == "POST" && IsForm(d.r.ContentType)
	switch {
	case form && len(d.params) > 0 && d.anySigner(d.keys, [][]byte{nil}) != nil:
		f := Finding{Code: "body", What: "the URL alone was signed, as for JSON or for a GET, but a form arrived",
			Hint: "let the proxy pass method, body and Content-Type on as they are"}
		if sum, ok := d.r.bodyHash(); ok && sum == hexSHA256(d.r.Body) {
			f.What = "the body was signed by its hash, as JSON is, but arrived with the Content-Type of a form"
		}
		return f, true
	case form:
		return d.merged()
	case d.r.Method == "POST":
		if params, err := ParseForm(string(d.r.Body), d.r.Limits); err == nil && len(params) > 0 && d.anySigner(d.keys, joined(params)) != nil {
			return Finding{Code: "content-type", What: fmt.Sprintf("the body was signed as a form, but arrived as %.60q", mediaType(d.r.ContentType)),
				Hint: "let the proxy pass Content-Type on as it is"}, true
		}
		return Finding{}, false
	}
	return d.movedToQuery()
}

// merged tries a form into which the query was mixed, and its reverse.
func (d *doctor) merged() (Finding, bool) {
	query, err := ParseForm(Query(d.r.Target.URI), d.r.Limits)
	if err != nil || len(query) == 0 {
		return Finding{}, false
	}
	if d.anySigner(d.keys, joined(slices.Concat(d.params, query))) != nil {
		return Finding{Code: "query-signed", What: "signed with the query's parameters among those of the form",
			Hint: "Twilio never signs so: the signer counts the query twice"}, true
	}
	var own router.Params
	for _, p := range d.params {
		if !slices.Contains(query, p) {
			own = append(own, p)
		}
	}
	if len(own) < len(d.params) && d.anySigner(d.keys, joined(own)) != nil {
		return Finding{Code: "query-merged", What: "signed without the query's parameters, but they arrived in the form too",
			Hint: "keep the proxy or the redirect from copying the query into the body"}, true
	}
	return Finding{}, false
}

// movedToQuery tries a GET as the POST it may have been before a redirect.
func (d *doctor) movedToQuery() (Finding, bool) {
	pairs := spelling{query: "?" + Query(d.r.Target.URI)}.pairs()
	for kept := range min(len(pairs), mostClues) + 1 {
		params, err := ParseForm(strings.Join(pairs[kept:], "&"), d.r.Limits)
		if err != nil || len(params) == 0 {
			break
		}
		for _, base := range d.bases {
			if base.query = ""; kept > 0 {
				base.query = "?" + strings.Join(pairs[:kept], "&")
			}
			for _, tail := range joined(params) {
				if d.signer(d.keys, base.url(), tail) != nil {
					return Finding{Code: "method", What: "signed as the POST of a form, but arrived as a GET with the parameters in the query",
						Hint: "redirect with 307 or 308: 301 and 302 turn a POST into a GET"}, true
				}
			}
		}
	}
	return Finding{}, false
}

// values tries what people and frameworks do to the values of a form.
func (d *doctor) values() (Finding, bool) {
	if len(d.params) == 0 || d.r.Method != "POST" || !IsForm(d.r.ContentType) {
		return Finding{}, false
	}
	for _, t := range treatments {
		for _, tail := range t.tails(d) {
			if slices.ContainsFunc(d.tails, func(own []byte) bool { return string(own) == string(tail) }) {
				continue
			}
			if d.anySigner(d.keys, [][]byte{tail}) != nil {
				return Finding{Code: t.code, What: t.what, Hint: t.hint}, true
			}
		}
	}
	return Finding{}, false
}

const (
	signerWrong = "Twilio never signs so: the fault is the signer's, or a parameter was added on the way"
	bodyWrong   = "let the proxy pass the body on byte by byte"
)

var treatments = []struct {
	code, what, hint string
	tails            func(*doctor) [][]byte
}{
	{"empty-parameters", "signed without the empty parameters", signerWrong, func(d *doctor) [][]byte {
		return d.keep(func(_ int, p router.Param) bool { return p.Value != "" })
	}},
	{"first-value", "signed with the first value of every repeated parameter only", signerWrong, func(d *doctor) [][]byte {
		seen := map[string]bool{}
		return d.keep(func(_ int, p router.Param) bool { first := !seen[p.Key]; seen[p.Key] = true; return first })
	}},
	{"last-value", "signed with the last value of every repeated parameter only", signerWrong, func(d *doctor) [][]byte {
		last := map[string]int{}
		for i, p := range d.params {
			last[p.Key] = i
		}
		return d.keep(func(i int, p router.Param) bool { return last[p.Key] == i })
	}},
	{"repeated-values", "signed with equal values of a parameter counted more than once, or in the order sent", signerWrong, func(d *doctor) [][]byte {
		byKey := slices.Clone(d.params)
		slices.SortStableFunc(byKey, func(a, b router.Param) int { return strings.Compare(a.Key, b.Key) })
		all := slices.Clone(d.params)
		slices.SortFunc(all, byBytes)
		return [][]byte{concat(byKey), concat(all)}
	}},
	{"trimmed", "signed with spaces cut off the values", bodyWrong, func(d *doctor) [][]byte {
		return slices.Concat(d.each(strings.TrimSpace), d.each(func(v string) string { return strings.TrimRight(v, " ") }))
	}},
	{"newlines", "signed with other line ends in the values", bodyWrong, func(d *doctor) [][]byte {
		lf := func(v string) string { return strings.ReplaceAll(v, "\r\n", "\n") }
		return slices.Concat(d.each(lf), d.each(func(v string) string { return strings.ReplaceAll(lf(v), "\n", "\r\n") }))
	}},
	{"encoding", "signed with the values still, or once more, percent-decoded", bodyWrong, func(d *doctor) [][]byte {
		var raw router.Params
		for _, pair := range strings.Split(string(d.r.Body), "&") {
			k, v, _ := strings.Cut(pair, "=")
			raw = append(raw, router.Param{Key: k, Value: v})
		}
		plus, _ := ParseForm(strings.ReplaceAll(string(d.r.Body), "+", "%2B"), d.r.Limits)
		return slices.Concat(joined(raw), joined(plus), d.each(leadingPlus), d.each(func(v string) string { return strings.ReplaceAll(v, " ", "+") }),
			d.each(func(v string) string { return unescape(strings.ReplaceAll(v, "+", " "), nil) }))
	}},
	{"charset", "signed with the text in another character encoding", "send and keep UTF-8 all the way", func(d *doctor) [][]byte {
		return slices.Concat(d.each(toLatin1), d.each(fromLatin1))
	}},
	{"sorting", "signed with the parameters in another order than that of their names", signerWrong, func(d *doctor) [][]byte {
		folded := slices.Clone(d.params)
		slices.SortStableFunc(folded, func(a, b router.Param) int {
			return strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key))
		})
		whole := slices.Clone(d.params)
		slices.SortStableFunc(whole, func(a, b router.Param) int { return strings.Compare(a.Key+a.Value, b.Key+b.Value) })
		return [][]byte{concat(d.params), concat(folded), concat(whole)}
	}},
	{"body", "signed over the raw body in place of its parameters", signerWrong, func(d *doctor) [][]byte {
		return [][]byte{d.r.Body}
	}},
}

// keep joins the parameters that keep names.
func (d *doctor) keep(keep func(int, router.Param) bool) [][]byte {
	var kept router.Params
	for i, p := range d.params {
		if keep(i, p) {
			kept = append(kept, p)
		}
	}
	return joined(kept)
}

// each joins the parameters with every value changed.
func (d *doctor) each(change func(string) string) [][]byte {
	changed := slices.Clone(d.params)
	for i := range changed {
		changed[i].Value = change(changed[i].Value)
	}
	return joined(changed)
}

func concat(params router.Params) (buf []byte) {
	for _, p := range params {
		buf = append(append(buf, p.Key...), p.Value...)
	}
	return buf
}

// leadingPlus mends a telephone number whose "+" was sent unescaped.
func leadingPlus(v string) string {
	if len(v) > 1 && v[0] == ' ' && v[1] >= '0' && v[1] <= '9' {
		return "+" + v[1:]
	}
	return v
}

// toLatin1 reads the bytes of UTF-8 as Latin-1, as a wrong charset does.
func toLatin1(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		b.WriteRune(rune(v[i]))
	}
	return b.String()
}

// fromLatin1 is its reverse, where there is one.
func fromLatin1(v string) string {
	raw := make([]byte, 0, len(v))
	for _, r := range v {
		if r > 0xFF {
			return v
		}
		raw = append(raw, byte(r))
	}
	if !utf8.Valid(raw) {
		return v
	}
	return string(raw)
}

// parameterAdded leaves out one parameter at a time.
func (d *doctor) parameterAdded() (Finding, bool) {
	if d.r.Method != "POST" || !IsForm(d.r.ContentType) || len(d.params) > mostLeftOut {
		return Finding{}, false
	}
	for i, left := range d.params {
		if d.spent > doctorBudget {
			break
		}
		if d.anySigner(d.keys, d.keep(func(j int, _ router.Param) bool { return i != j })) != nil {
			return Finding{Code: "parameter-added", What: fmt.Sprintf("signed without a value of the parameter %.60q", left.Key),
				Hint: "something on the way adds it; if nothing does, the request is forged"}, true
		}
	}
	return Finding{}, false
}
