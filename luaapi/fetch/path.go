package fetch

import (
	"strings"
	"unicode/utf8"
)

// encodedSlash stands for %2F in the first view of a path: a server may take it
// for a slash or for a letter. No path has the byte itself, see pathProblem.
const encodedSlash = 0

// maxEncodings is how many layers of percent-encoding a path may have. Two are
// met in practice (an encoded URL inside a path).
const maxEncodings = 4

// pathViews returns what different servers may take the escaped path for: decoded
// once with %2F kept apart, decoded with %2F as a slash, decoded again as long as
// there is something to decode, and each of these with runs of slashes as one. A
// pattern has to match them all. A path that some server could read as leading
// out of its folder is refused outright.
func pathViews(escaped string) (views []string, problem string) {
	if problem := pathProblem(escaped); problem != "" {
		return nil, problem
	}
	add := func(view string) {
		for _, v := range views {
			if v == view {
				return
			}
		}
		views = append(views, view)
	}
	if !strings.Contains(escaped, "%") {
		add(escaped)
		add(mergeSlashes(escaped))
		return views, ""
	}
	first, _ := unescape(escaped, encodedSlash)
	add(first)
	for n := 0; ; n++ {
		decoded, changed := unescape(escaped, '/')
		if !changed {
			return views, ""
		}
		if n == maxEncodings {
			return nil, "has a path that is percent-encoded too many times over"
		}
		if problem := pathProblem(decoded); problem != "" {
			return nil, problem
		}
		add(decoded)
		add(mergeSlashes(decoded))
		escaped = decoded
	}
}

// pathProblem refuses what servers disagree on: backslashes, control characters,
// bytes that are not UTF-8 (the overlong spellings of a dot are among them), and
// segments that are nothing but dots, also before a semicolon, where some servers
// cut, or beside spaces, which some strip.
func pathProblem(path string) string {
	if strings.HasPrefix(path, "//") {
		return "has a path that begins with //" // a host to some readers
	}
	for i := range len(path) {
		switch c := path[i]; {
		case c == '\\':
			return "has a path with a backslash"
		case c < 0x20 || c == 0x7f:
			return "has a path with a control character"
		}
	}
	if !utf8.ValidString(path) {
		return "has a path that is not UTF-8"
	}
	for segment := range strings.SplitSeq(path, "/") {
		segment, _, _ = strings.Cut(segment, ";")
		if strings.Trim(segment, ". ") == "" && strings.Contains(segment, ".") {
			return "has a path with a . or .. segment"
		}
	}
	return ""
}

// unescape decodes one layer of percent-encoding; %2F becomes slash. What is no
// encoding stays.
func unescape(s string, slash byte) (decoded string, changed bool) {
	if !strings.Contains(s, "%") {
		return s, false
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, ok1 := unhex(s[i+1])
			lo, ok2 := unhex(s[i+2])
			if ok1 && ok2 {
				c := hi<<4 | lo
				if c == '/' {
					c = slash
				}
				out = append(out, c)
				i += 2
				changed = true
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out), changed
}

func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func mergeSlashes(s string) string {
	if !strings.Contains(s, "//") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] == '/' && i > 0 && s[i-1] == '/' {
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}
