package config

import (
	"fmt"
	"strings"
)

// suggest returns the candidate that name was most likely meant to be, "" if
// none is near. Of equally near ones the first is taken.
func suggest(name string, candidates []string) string {
	best, least := "", max(len(name)/3, 1)+1
	for _, c := range candidates {
		if strings.EqualFold(plain(name), plain(c)) {
			return c
		}
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < least && d < len(c) {
			best, least = c, d
		}
	}
	for _, c := range candidates {
		if best == "" && alike(strings.ToLower(name), strings.ToLower(c)) {
			best = c
		}
	}
	return best
}

// alike reports whether two names begin with the same letters, three at least
// and half of the longer one: "warning" and "warn".
func alike(a, b string) bool {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n >= 3 && 2*n >= max(len(a), len(b))
}

// plain leaves out what people confuse.
func plain(name string) string {
	return strings.TrimSuffix(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name), "s")
}

// didYouMean is the hint for a name that is like one of the candidates, or "".
func didYouMean(name string, candidates []string) string {
	if s := suggest(name, candidates); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return ""
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that make a of b.
func distance(a, b string) int {
	if len(a) > 100 || len(b) > 100 {
		return 100
	}
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(last[j]+1, next[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
