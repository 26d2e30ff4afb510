package config

import (
	"strings"
	"unicode/utf8"
)

// node is a key of a TOML document: where it stands and what lies below it.
// A nil node has neither.
type node struct {
	at       int  // offset of the first byte of the key, or of the name in a header
	implicit bool // known only from a longer key so far
	kids     map[string]*node
	order    []string // of kids, by first appearance
	elems    []*node  // of an array
}

func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	return n.kids[name]
}

func (n *node) elem(i int) *node {
	if n == nil || i >= len(n.elems) {
		return nil
	}
	return n.elems[i]
}

// grow returns the kid of that name, made at the offset if it is new.
func (n *node) grow(name string, at int, implicit bool) *node {
	k := n.kids[name]
	switch {
	case k == nil:
		k = &node{at: at, implicit: implicit}
		if n.kids == nil {
			n.kids = make(map[string]*node)
		}
		n.kids[name] = k
		n.order = append(n.order, name)
	case k.implicit && !implicit:
		k.at, k.implicit = at, false
	}
	return k
}

// mention is one key as it stands in the text, in the order of the text.
type mention struct {
	key []string // whole path, without the places in arrays
	at  int
}

// maxDepth is how deep values may nest, and how many parts a key may have: the
// decoder recurses.
const maxDepth = 64

// scanner finds the keys of a TOML document and nothing else. It takes what the
// decoder has accepted; of anything else it makes what it can and stops.
type scanner struct {
	src      string
	i        int
	mentions []mention
	deep     int // offset of a key that nests too deep, or whose value does; -1
}

// scan returns the tree of keys, their mentions in order, the offset of a key
// that nests deeper than maxDepth, or -1, and whether it came to the end.
func scan(src string) (root *node, mentions []mention, deep int, whole bool) {
	s := &scanner{src: src, deep: -1}
	root = &node{}
	whole = s.document(root)
	return root, s.mentions, s.deep, whole
}

func (s *scanner) document(root *node) bool {
	table, path := root, []string(nil)
	for {
		s.blank()
		if s.i >= len(s.src) {
			return true
		}
		if s.src[s.i] == '[' {
			var ok bool
			if table, path, ok = s.header(root); !ok {
				return false
			}
		} else if !s.pair(table, path, 0) {
			return false
		}
		s.spaces()
		if s.i < len(s.src) && !strings.ContainsRune("\r\n#", rune(s.src[s.i])) {
			return false
		}
	}
}

// header reads [a.b] or [[a.b]] and returns the table that follows.
func (s *scanner) header(root *node) (table *node, path []string, ok bool) {
	s.i++
	array := s.i < len(s.src) && s.src[s.i] == '['
	if array {
		s.i++
	}
	s.spaces()
	at := s.i
	path, ok = s.key()
	if !ok || !s.take(']') || array && !s.take(']') {
		return nil, nil, false
	}
	table = root
	for i, name := range path {
		last := i == len(path)-1
		table = table.grow(name, at, !last)
		if last && array {
			table.elems = append(table.elems, &node{at: at})
		}
		if n := len(table.elems); n > 0 {
			table = table.elems[n-1]
		}
	}
	s.mentions = append(s.mentions, mention{path, at})
	return table, path, true
}

// pair reads key = value into table.
func (s *scanner) pair(table *node, path []string, depth int) bool {
	at := s.i
	key, ok := s.key()
	if !ok || !s.take('=') {
		return false
	}
	for i, name := range key {
		table = table.grow(name, at, i < len(key)-1)
	}
	whole := make([]string, 0, len(path)+len(key))
	whole = append(append(whole, path...), key...)
	s.mentions = append(s.mentions, mention{whole, at})
	s.spaces()
	return s.value(table, whole, depth)
}

func (s *scanner) value(n *node, path []string, depth int) bool {
	if s.i >= len(s.src) {
		return false
	}
	if depth > maxDepth {
		s.deep = n.at
		return false
	}
	switch s.src[s.i] {
	case '"', '\'':
		return s.text()
	case '[':
		return s.list(']', func() bool {
			elem := &node{at: n.at}
			n.elems = append(n.elems, elem)
			return s.value(elem, path, depth+1)
		})
	case '{':
		return s.list('}', func() bool { return s.pair(n, path, depth+1) })
	}
	from := s.i
	for s.i < len(s.src) && !strings.ContainsRune(",]}#\r\n", rune(s.src[s.i])) {
		s.i++
	}
	return s.i > from
}

// list reads items up to the closing byte.
func (s *scanner) list(closing byte, item func() bool) bool {
	s.i++
	for {
		s.blank()
		if s.i >= len(s.src) {
			return false
		}
		switch s.src[s.i] {
		case closing:
			s.i++
			return true
		case ',':
			s.i++
			continue
		}
		if !item() {
			return false
		}
	}
}

// text reads over a string of any of the four kinds.
func (s *scanner) text() bool {
	quote := s.src[s.i]
	triple := strings.Repeat(string(quote), 3)
	if !strings.HasPrefix(s.src[s.i:], triple) {
		_, ok := s.line()
		return ok
	}
	for s.i += 3; s.i < len(s.src); s.i++ {
		switch {
		case quote == '"' && s.src[s.i] == '\\':
			s.i++
		case strings.HasPrefix(s.src[s.i:], triple):
			s.i += 3
			for s.i < len(s.src) && s.src[s.i] == quote { // quotes may stand before the closing three
				s.i++
			}
			return true
		}
	}
	return false
}

// line reads a string of one line and returns its value.
func (s *scanner) line() (string, bool) {
	quote := s.src[s.i]
	from := s.i + 1
	for s.i = from; s.i < len(s.src); s.i++ {
		switch c := s.src[s.i]; {
		case c == quote:
			raw := s.src[from:s.i]
			s.i++
			if quote == '\'' {
				return raw, true
			}
			return unescape(raw), true
		case c == '\n':
			return "", false
		case c == '\\' && quote == '"':
			s.i++
		}
	}
	return "", false
}

// key reads a dotted key and the white space after it.
func (s *scanner) key() (parts []string, ok bool) {
	for at := s.i; ; {
		s.spaces()
		if s.i >= len(s.src) {
			return nil, false
		}
		var part string
		if c := s.src[s.i]; c == '"' || c == '\'' {
			if part, ok = s.line(); !ok {
				return nil, false
			}
		} else {
			from := s.i
			for s.i < len(s.src) && bare(s.src[s.i]) {
				s.i++
			}
			if part = s.src[from:s.i]; part == "" {
				return nil, false
			}
		}
		if parts = append(parts, part); len(parts) > maxDepth {
			s.deep = at
			return nil, false
		}
		s.spaces()
		if s.i >= len(s.src) || s.src[s.i] != '.' {
			return parts, true
		}
		s.i++
	}
}

func bare(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

func (s *scanner) take(c byte) bool {
	if s.i < len(s.src) && s.src[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) spaces() {
	for s.i < len(s.src) && (s.src[s.i] == ' ' || s.src[s.i] == '\t') {
		s.i++
	}
}

// blank skips white space, line ends and comments.
func (s *scanner) blank() {
	for s.i < len(s.src) {
		switch s.src[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		case '#':
			for s.i < len(s.src) && s.src[s.i] != '\n' {
				s.i++
			}
		default:
			return
		}
	}
}

// unescape is the value of a basic string of one line, as the decoder sees it.
func unescape(raw string) string {
	if !strings.Contains(raw, `\`) {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			b.WriteByte(raw[i])
			continue
		}
		i++
		digits := 0
		switch raw[i] {
		case 'b':
			b.WriteByte('\b')
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'f':
			b.WriteByte('\f')
		case 'r':
			b.WriteByte('\r')
		case 'e':
			b.WriteByte(0x1b)
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		default:
			b.WriteByte(raw[i])
		}
		var r rune
		for ; digits > 0 && i+1 < len(raw); digits-- {
			i++
			r = r<<4 | unhex(raw[i])
			if digits == 1 {
				b.WriteString(string(utf8.AppendRune(nil, r)))
			}
		}
	}
	return b.String()
}

func unhex(c byte) rune {
	if c <= '9' {
		return rune(c - '0')
	}
	return rune(c|0x20-'a') + 10
}
