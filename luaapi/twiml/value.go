package twiml

import (
	"math"
	"strconv"
	"strings"
)

// Value is what a script gave for an attribute. The zero Value is no value and
// is refused.
type Value struct {
	kind valueKind
	s    string
	n    float64
	list []Value
}

type valueKind uint8

const (
	noValue valueKind = iota
	stringValue
	numberValue
	boolValue
	listValue
)

// Str is a string as a value.
func Str(s string) Value { return Value{kind: stringValue, s: s} }

// Num is a number as a value; a whole one is written without a point.
func Num(n float64) Value { return Value{kind: numberValue, n: n} }

// Flag is a boolean as a value.
func Flag(b bool) Value {
	v := Value{kind: boolValue}
	if b {
		v.n = 1
	}
	return v
}

// List is several values for an attribute that takes several; they are joined
// by the attribute's separator.
func List(items ...Value) Value { return Value{kind: listValue, list: items} }

// text is a scalar as it is written; false for lists and numbers that are none.
func (v Value) text() (string, bool) {
	switch v.kind {
	case stringValue:
		return v.s, true
	case boolValue:
		return strconv.FormatBool(v.n == 1), true
	case numberValue:
		switch {
		case math.IsNaN(v.n) || math.IsInf(v.n, 0):
			return "", false
		case v.n == math.Trunc(v.n) && math.Abs(v.n) < 1<<53:
			return strconv.FormatInt(int64(v.n), 10), true
		}
		return strconv.FormatFloat(v.n, 'g', 14, 64), true // as Lua's tostring does
	}
	return "", false
}

// quoted is the value as a message shows it.
func (v Value) quoted() string {
	switch v.kind {
	case stringValue:
		return quote(v.s)
	case listValue:
		var b strings.Builder
		b.WriteByte('{')
		for i, item := range v.list {
			if i == 4 {
				b.WriteString(", …")
				break
			}
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(item.quoted())
		}
		return b.String() + "}"
	case numberValue:
		if s, ok := v.text(); ok {
			return s
		}
		return strconv.FormatFloat(v.n, 'g', -1, 64)
	}
	s, _ := v.text()
	return s
}

// quote shortens what is quoted, for it may be anything that a stranger sent.
func quote(s string) string {
	const most = 60
	short := s
	if len(short) > most {
		short = strings.ToValidUTF8(short[:most], "") + "…"
	}
	return strconv.Quote(short)
}
