package luaapi

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

var stringFunctions = map[string]lua.LGFunction{
	"byte": stringByte, "char": stringChar, "find": stringFind, "format": stringFormat, "gmatch": stringGmatch,
	"gsub": stringGsub, "len": stringLen, "lower": stringLower, "match": stringMatch, "rep": stringRep,
	"reverse": stringReverse, "sub": stringSub, "upper": stringUpper,
}

// pushString pushes a string that a Go function has made, charged.
func pushString(L *lua.LState, s string) int {
	runOf(L).chargeBytes(L, int64(len(s)))
	L.Push(lua.LString(s))
	return 1
}

// builder makes a string of parts: charged, and no longer than a string may be.
type builder struct {
	L     *lua.LState
	r     *run
	out   strings.Builder
	short int // bytes of short parts, to be charged
}

func (b *builder) write(s string) {
	if n := b.out.Len() + len(s); n > maxString {
		tooLong(b.L, float64(n))
	}
	if b.short += len(s); b.short >= 256 {
		b.r.chargeBytes(b.L, int64(b.short))
		b.short = 0
	}
	b.out.WriteString(s)
}

// push pushes the string.
func (b *builder) push() int {
	b.r.chargeBytes(b.L, int64(b.short))
	b.L.Push(lua.LString(b.out.String()))
	return 1
}

func tooLong(L *lua.LState, n float64) {
	raise(L, "resulting string too large (%s bytes; a string may have %s)", numberText(n), grouped(maxString))
}

// fromEnd makes a position that may count from the end one from the start.
func fromEnd(i, length int) int {
	if i < 0 {
		return max(length+i+1, 0)
	}
	return i
}

func stringLen(L *lua.LState) int {
	L.Push(lua.LNumber(len(checkText(L, 1))))
	return 1
}

func stringSub(L *lua.LState) int {
	s := checkText(L, 1)
	i, j := max(fromEnd(checkInt(L, 2), len(s)), 1), min(fromEnd(optInt(L, 3, -1), len(s)), len(s))
	if i > j {
		L.Push(lua.LString(""))
		return 1
	}
	part := s[i-1 : j]
	if len(part) < len(s)/4 && len(s) > 4096 {
		runOf(L).chargeBytes(L, int64(len(part)))
		part = strings.Clone(part) // a short part does not keep a long string alive
	}
	L.Push(lua.LString(part))
	return 1
}

func stringByte(L *lua.LState) int {
	s := checkText(L, 1)
	i := fromEnd(optInt(L, 2, 1), len(s))
	j := fromEnd(optInt(L, 3, i), len(s))
	i, j = max(i, 1), min(j, len(s))
	if j-i+1 > maxResults {
		raise(L, "string slice too long")
	}
	n := 0
	for ; i <= j; i++ {
		L.Push(lua.LNumber(s[i-1]))
		n++
	}
	runOf(L).charge(L, int64(n))
	return n
}

func stringChar(L *lua.LState) int {
	b := make([]byte, L.GetTop())
	for i := range b {
		c := checkNumber(L, i+1)
		if c < 0 || c > 255 {
			L.ArgError(i+1, "invalid value")
		}
		b[i] = byte(c)
	}
	return pushString(L, string(b))
}

func stringRep(L *lua.LState) int {
	s, n := checkText(L, 1), checkNumber(L, 2)
	if !(n >= 1) || s == "" {
		L.Push(lua.LString(""))
		return 1
	}
	if total := math.Floor(n) * float64(len(s)); total > maxString {
		tooLong(L, total)
	}
	runOf(L).chargeBytes(L, int64(n)*int64(len(s)))
	L.Push(lua.LString(strings.Repeat(s, int(n))))
	return 1
}

func stringReverse(L *lua.LState) int {
	s := checkText(L, 1)
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	return pushString(L, string(b))
}

func stringLower(L *lua.LState) int {
	return pushString(L, mapASCII(checkText(L, 1), 'A', 'Z'))
}

func stringUpper(L *lua.LState) int {
	return pushString(L, mapASCII(checkText(L, 1), 'a', 'z'))
}

// mapASCII changes the case of the letters from first to last, of ASCII only,
// as Lua does in the C locale: other bytes are part of longer characters.
func mapASCII(s string, first, last byte) string {
	for i := range len(s) {
		if s[i] < first || s[i] > last {
			continue
		}
		b := []byte(s)
		for ; i < len(b); i++ {
			if b[i] >= first && b[i] <= last {
				b[i] ^= 0x20
			}
		}
		return string(b)
	}
	return s
}

func stringFind(L *lua.LState) int  { return findIn(L, true) }
func stringMatch(L *lua.LState) int { return findIn(L, false) }

func findIn(L *lua.LState, positions bool) int {
	s, pat := checkText(L, 1), checkText(L, 2)
	runOf(L).charge(L, int64(len(pat)/16))
	from := min(max(fromEnd(optInt(L, 3, 1), len(s)), 1)-1, len(s))
	if positions && (L.ToBool(4) || !strings.ContainsAny(pat, "^$*+?.([%-")) {
		runOf(L).charge(L, int64(len(s)-from)/32)
		i := strings.Index(s[from:], pat)
		if i < 0 {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(lua.LNumber(from + i + 1))
		L.Push(lua.LNumber(from + i + len(pat)))
		return 2
	}
	m := newMatcher(L, s, pat)
	start, end := m.find(from)
	if start < 0 {
		L.Push(lua.LNil)
		return 1
	}
	if !positions {
		return m.pushCaptures(start, end, true)
	}
	L.Push(lua.LNumber(start + 1))
	L.Push(lua.LNumber(end))
	return 2 + m.pushCaptures(start, end, false)
}

func stringGmatch(L *lua.LState) int {
	s, pat := checkText(L, 1), checkText(L, 2)
	runOf(L).charge(L, closureCost)
	at := 0
	L.Push(L.NewFunction(func(L *lua.LState) int {
		m := newMatcher(L, s, pat)
		// In gmatch a ^ matches itself: an anchor would make no sense.
		for from := at; from <= len(s); from++ {
			m.level, m.depth = 0, 0
			if end := m.match(from, 0); end >= 0 {
				m.settle()
				if at = end; end == from {
					at++
				}
				return m.pushCaptures(from, end, true)
			}
		}
		m.settle()
		at = len(s) + 1
		L.Push(lua.LNil)
		return 1
	}))
	return 1
}

func stringGsub(L *lua.LState) int {
	s, pat := checkText(L, 1), checkText(L, 2)
	repl := L.Get(3)
	switch v := repl.(type) {
	case lua.LNumber:
		repl = lua.LString(luaNumber(float64(v)))
	case lua.LString, *lua.LTable, *lua.LFunction:
	default:
		L.ArgError(3, "string/function/table expected, got "+repl.Type().String())
	}
	most := len(s) + 1
	if L.Get(4) != lua.LNil {
		most = checkInt(L, 4)
	}
	m := newMatcher(L, s, pat)
	p := 0
	if strings.HasPrefix(pat, "^") {
		p = 1
	}
	m.out = &builder{L: L, r: m.r}
	at, n := 0, 0
	for n < most {
		m.level, m.depth = 0, 0
		end := m.match(at, p)
		if end >= 0 {
			n++
			m.replace(repl, at, end)
		}
		switch {
		case end > at:
			at = end
		case at < len(s):
			m.out.write(s[at : at+1])
			at++
		default:
			at++
		}
		if at > len(s) || p == 1 {
			break
		}
	}
	m.settle()
	if at < len(s) {
		m.out.write(s[at:])
	}
	m.out.push()
	L.Push(lua.LNumber(n))
	return 2
}

// replace writes what repl makes of the match from start to end.
func (m *matcher) replace(repl lua.LValue, start, end int) {
	L := m.L
	var v lua.LValue
	switch repl := repl.(type) {
	case lua.LString:
		m.expand(string(repl), start, end)
		return
	case *lua.LTable:
		v = index(L, repl, m.capture(0, start, end))
	case *lua.LFunction:
		L.Push(repl)
		// A callback may match too: this match's places are pushed before.
		n := m.pushCaptures(start, end, true)
		m.step(10 * stepsPerCost)
		call(L, n, 1)
		v = L.Get(-1)
		L.Pop(1)
	}
	switch {
	case lua.LVIsFalse(v):
		m.out.write(m.src[start:end])
	case lua.LVCanConvToString(v):
		m.out.write(textOf(v))
	default:
		m.fail("invalid replacement value (a " + v.Type().String() + ")")
	}
}

// expand writes a replacement text with its %0 to %9.
func (m *matcher) expand(repl string, start, end int) {
	for {
		m.step(1 + len(repl)/64)
		i := strings.IndexByte(repl, '%')
		if i < 0 {
			m.out.write(repl)
			return
		}
		m.out.write(repl[:i])
		if i+1 == len(repl) {
			m.out.write("%")
			return
		}
		switch c := repl[i+1]; {
		case c == '0':
			m.out.write(m.src[start:end])
		case isDigit(c):
			m.out.write(textOf(m.capture(int(c-'1'), start, end)))
		default:
			m.out.write(repl[i+1 : i+2])
		}
		repl = repl[i+2:]
	}
}
