package config

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"twirouter/router"
)

// maxConfig is how large a configuration file may be: far above ten thousand
// routes, far below what would fill the memory.
const maxConfig = 16 << 20

// document is a TOML file, decoded, with the places of its keys.
type document struct {
	name  string // as a person would name it; "" for a configuration without a file
	data  map[string]any
	root  *node // nil if the places are not known for certain
	lines []int // offset at which each line begins
}

// parse decodes a TOML file. If its syntax is wrong the document is empty, and
// the one problem says where the first mistake is.
func parse(name string, text []byte) (*document, router.Problems) {
	doc := &document{name: name, data: map[string]any{}}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return doc, router.Problems{{File: name, What: "the file is UTF-16", Hint: "save it as UTF-8"}}
	}
	src := strings.TrimPrefix(string(text), "\ufeff")
	doc.lines = []int{0}
	for i := range len(src) {
		if src[i] == '\n' {
			doc.lines = append(doc.lines, i+1)
		}
	}
	root, mentions, deep, complete := scan(src)
	if deep >= 0 {
		return doc, router.Problems{doc.problem(deep, fmt.Sprintf("keys or values nest more than %d deep", maxDepth), "")}
	}
	data, keys, err := decodeTOML(src)
	if err != nil {
		return doc, router.Problems{doc.syntax(err, src, mentions)}
	}
	doc.data = data
	same := slices.EqualFunc(mentions, keys, func(m mention, k toml.Key) bool { return slices.Equal(m.key, k) })
	if same && complete {
		doc.root = root
	}
	return doc, nil
}

// decodeTOML keeps a mistake of the decoder's from ending the program.
func decodeTOML(src string) (data map[string]any, keys []toml.Key, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the TOML decoder cannot read the file: %v", p)
		}
	}()
	md, err := toml.Decode(src, &data)
	if data == nil {
		data = map[string]any{}
	}
	return data, md.Keys(), err
}

// position of an offset: line and column in bytes, both from 1.
func (d *document) position(at int) (line, col int) {
	i := sort.SearchInts(d.lines, at+1) - 1
	return i + 1, at - d.lines[i] + 1
}

func (d *document) problem(at int, what, hint string) router.Problem {
	line, col := d.position(at)
	return router.Problem{File: d.name, Line: line, Col: col, What: what, Hint: hint}
}

// place of a node, 0 and 0 if it is not known.
func (d *document) place(n *node) (line, col int) {
	if d.root == nil || n == nil || n == d.root {
		return 0, 0
	}
	return d.position(n.at)
}

var taken = regexp.MustCompile(`^Key '(.*)' (?:has already been defined|was already created.*)\.$`)

// syntax is the problem for an error of the decoder's.
func (d *document) syntax(err error, src string, mentions []mention) router.Problem {
	var pe toml.ParseError
	if !errors.As(err, &pe) {
		return router.Problem{File: d.name, What: printable(strings.TrimPrefix(err.Error(), "toml: "))}
	}
	at := min(max(pe.Position.Start, 0), len(src))
	if at == len(src) && at > 0 {
		at-- // the end of the file is told as its last byte
	}
	if m := taken.FindStringSubmatch(pe.Message); m != nil {
		i := sort.Search(len(mentions), func(i int) bool { return mentions[i].at > at }) - 1
		if i >= 0 {
			at = mentions[i].at
		}
		p := d.problem(at, fmt.Sprintf("%s is defined twice", printable(m[1])), "")
		for _, earlier := range mentions[:max(i, 0)] {
			if toml.Key(earlier.key).String() == m[1] {
				line, _ := d.position(earlier.at)
				p.Hint = fmt.Sprintf("first in line %d", line)
				break
			}
		}
		return p
	}
	return d.problem(at, "TOML: "+printable(pe.Message), syntaxHint(pe.Message))
}

// printable keeps what a file holds from moving the cursor of a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if control(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

func syntaxHint(message string) string {
	for _, h := range [][2]string{
		{"strings cannot contain newlines", `close the quote on the same line, or use """…"""`},
		{"invalid escape", `in '…' a backslash is only itself`},
		{"unexpected EOF; expected '\"", "a quote is not closed"},
		{`unexpected EOF; expected "'`, "a quote is not closed"},
		{"but got end of file", "a bracket is not closed"},
		{"expected value but found '\\n'", "nothing follows the ="},
		{"expected value but found", "text stands in quotes"},
		{"expected '.' or '='", "key = value"},
		{"invalid UTF-8", "save the file as UTF-8"},
	} {
		if strings.Contains(message, h[0]) {
			return h[1]
		}
	}
	return ""
}
