package router

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is something wrong in a file that a person wrote: where, what, and
// what to do about it.
type Problem struct {
	File    string `json:"file"`           // as the person would name it
	Line    int    `json:"line,omitempty"` // from 1; 0 if it concerns the whole file
	Col     int    `json:"col,omitempty"`  // in bytes, from 1; 0 if only the line is known
	What    string `json:"what"`
	Hint    string `json:"hint,omitempty"` // what to do; "" if What says it
	Warning bool   `json:"warning,omitempty"`
}

// String is "file:line:col: what (hint)".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Col > 0 {
			fmt.Fprintf(&b, ":%d", p.Col)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.What)
	if p.Hint != "" {
		fmt.Fprintf(&b, " (%s)", p.Hint)
	}
	return b.String()
}

// Problems are all that is wrong at once; as an error they read one a line.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that are not warnings.
func (ps Problems) Errors() Problems { return ps.only(false) }

// Warnings returns the problems that are warnings.
func (ps Problems) Warnings() Problems { return ps.only(true) }

func (ps Problems) only(warning bool) Problems {
	var out Problems
	for _, p := range ps {
		if p.Warning == warning {
			out = append(out, p)
		}
	}
	return out
}

// Sort orders the problems by file, line and column and drops repetitions.
func (ps Problems) Sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	told := make(map[Problem]bool, len(ps))
	return slices.DeleteFunc(ps, func(p Problem) bool {
		again := told[p]
		told[p] = true
		return again
	})
}
