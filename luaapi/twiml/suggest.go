package twiml

import (
	"bytes"
	"strings"
)

// Suggest is the constructor whose name is nearest to name: "Say" for "say",
// "ssml.say_as" for "say-as". It is false if none is near.
func Suggest(name string) (string, bool) {
	if e, ok := known.byFold[strings.ToLower(name)]; ok {
		return e.Label(), true
	}
	for _, e := range known.ssml {
		if strings.EqualFold(name, e.Tag) || strings.EqualFold(name, e.Name) {
			return e.Label(), true
		}
	}
	var names []string
	for _, e := range known.elements {
		names = append(names, e.Name)
	}
	return nearest(name, names)
}

// Unknown is the problem of a name that is no constructor's.
func Unknown(name string, pos Pos) Problem {
	p := Problem{Rule: ruleUnknownElement, Code: codeSchema, Pos: pos, What: "there is no " + clip(name)}
	switch near, ok := Suggest(name); {
	case !ok:
		p.Hint = `for an element that is newer than this schema write Element("Name", {…})`
	case strings.EqualFold(near, name):
		p.Hint = "TwiML names start with a capital: " + near
	default:
		p.Hint = "did you mean " + near + "?"
	}
	return p
}

// maxName is the longest name that is compared; nobody mistypes a longer one.
const maxName = 64

// nearest is the name that a person most likely meant by s: one that differs in
// case or separators only, one that is few typing errors away, or one that s
// begins or ends. Some lists are long, voices above all, so it allocates nothing.
func nearest(s string, names []string) (string, bool) {
	var buf, other [maxName]byte
	low, ok := fold(&buf, s)
	if !ok {
		return "", false
	}
	best, bestAt := "", min(max(2, len(s)/3), 3)+1
	for _, name := range names {
		l, ok := fold(&other, name)
		if !ok {
			continue
		}
		if string(l) == string(low) {
			return name, true
		}
		if d := distance(low, l, bestAt); d < bestAt && d < max(len(l), len(low)) {
			best, bestAt = name, d
		}
	}
	if best != "" || len(low) < 4 {
		return best, best != ""
	}
	for _, name := range names {
		l, _ := fold(&other, name)
		if bytes.HasSuffix(l, low) || bytes.HasPrefix(l, low) || len(l) >= 4 && bytes.HasPrefix(low, l) {
			return name, true
		}
	}
	return "", false
}

// fold is s in lower case and without separators.
func fold(buf *[maxName]byte, s string) ([]byte, bool) {
	if len(s) > maxName {
		return nil, false
	}
	b := buf[:0]
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c != '_' && c != '-' && c != ':':
			b = append(b, c)
		}
	}
	return b, true
}

// distance counts the letters to add, drop, change or swap with their neighbour
// (optimal string alignment) and gives up at limit.
func distance(a, b []byte, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var rows [3][maxName + 1]int
	prev2, prev, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
		prev2, prev, row = prev, row, prev2
	}
	return min(prev[len(b)], limit)
}

// clip is a name as a message shows it: names may come from strangers.
func clip(name string) string {
	if validName(name) {
		return name
	}
	return quote(name)
}
