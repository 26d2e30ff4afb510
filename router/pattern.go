package router

import "strings"

// answered is a second name for the kind call.in-progress: the words that
// people use for it.
const answered, inProgress = "call.answered", "call.in-progress"

// KindPattern matches names of kinds: `*` stands for any run of characters,
// dots too; the whole name must match, case counts. "call.answered" is a name
// for "call.in-progress".
type KindPattern string

// Match reports whether kind is one of those that the pattern means.
func (p KindPattern) Match(kind string) bool {
	return Glob(string(p), kind) || kind == inProgress && Glob(string(p), answered)
}

// Exact reports whether the pattern names one kind and returns it.
func (p KindPattern) Exact() (string, bool) {
	if strings.Contains(string(p), "*") {
		return "", false
	}
	if p == answered {
		return inProgress, true
	}
	return string(p), true
}

// Glob reports whether name matches pattern, in which `*` stands for any run of
// characters. It takes time in the product of both lengths at most.
func Glob(pattern, name string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for {
		part, more, star := strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], more
	}
}
