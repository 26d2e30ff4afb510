package luaapi

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// Bounds of a pattern match.
const (
	maxCaptures   = 32  // Lua 5.1's
	maxMatchDepth = 200 // items of a pattern that wait for each other
	stepsPerCost  = 4   // steps of a match for the price of one instruction
	stepsAtOnce   = 1024
)

const (
	captureOpen     = -1
	capturePosition = -2
)

// matcher matches a Lua 5.1 pattern, with %f, and charges every step.
type matcher struct {
	L        *lua.LState
	r        *run
	src, pat string
	steps    int
	depth    int
	level    int
	captures [maxCaptures]struct{ start, len int }
	out      *builder // of gsub
}

func newMatcher(L *lua.LState, src, pat string) *matcher {
	return &matcher{L: L, r: runOf(L), src: src, pat: pat}
}

func (m *matcher) fail(what string) { raise(m.L, "%s", what) }

// step counts n looks at a character.
func (m *matcher) step(n int) {
	if m.steps += n; m.steps >= stepsAtOnce {
		m.settle()
	}
}

// settle charges the steps since it was called last.
func (m *matcher) settle() {
	n := m.steps
	m.steps = 0
	m.r.charge(m.L, int64(n/stepsPerCost+1))
}

// match returns where the match of the pattern from p that begins at s ends, or
// -1.
func (m *matcher) match(s, p int) int {
	if m.depth++; m.depth > maxMatchDepth {
		m.fail("pattern too complex")
	}
	end := m.items(s, p)
	m.depth--
	return end
}

// items matches the items of the pattern from p on, one after another.
func (m *matcher) items(s, p int) int {
	for {
		m.step(1)
		if p == len(m.pat) {
			return s
		}
		switch m.pat[p] {
		case '(':
			if p+1 < len(m.pat) && m.pat[p+1] == ')' {
				return m.open(s, p+2, capturePosition)
			}
			return m.open(s, p+1, captureOpen)
		case ')':
			return m.shut(s, p+1)
		case '$':
			if p+1 == len(m.pat) {
				if s == len(m.src) {
					return s
				}
				return -1
			}
		case '%':
			if p+1 < len(m.pat) {
				switch next := m.pat[p+1]; {
				case next == 'b':
					if s = m.balance(s, p+2); s < 0 {
						return -1
					}
					p += 4
					continue
				case next == 'f':
					p += 2
					if p >= len(m.pat) || m.pat[p] != '[' {
						m.fail("missing '[' after '%f' in pattern")
					}
					end := m.classEnd(p)
					var before, here byte
					if s > 0 {
						before = m.src[s-1]
					}
					if s < len(m.src) {
						here = m.src[s]
					}
					if m.inSet(before, p, end-1) || !m.inSet(here, p, end-1) {
						return -1
					}
					p = end
					continue
				case isDigit(next):
					if s = m.back(s, next); s < 0 {
						return -1
					}
					p += 2
					continue
				}
			}
		}
		end := m.classEnd(p)
		var suffix byte
		if end < len(m.pat) {
			suffix = m.pat[end]
		}
		switch suffix {
		case '?':
			if m.single(s, p, end) {
				if e := m.match(s+1, end+1); e >= 0 {
					return e
				}
			}
			p = end + 1
		case '*':
			return m.most(s, p, end)
		case '+':
			if !m.single(s, p, end) {
				return -1
			}
			return m.most(s+1, p, end)
		case '-':
			return m.least(s, p, end)
		default:
			if !m.single(s, p, end) {
				return -1
			}
			s, p = s+1, end
		}
	}
}

// most matches as many characters as it can, then fewer.
func (m *matcher) most(s, p, end int) int {
	n := 0
	for m.single(s+n, p, end) {
		n++
		m.step(1)
	}
	for ; n >= 0; n-- {
		if e := m.match(s+n, end+1); e >= 0 {
			return e
		}
	}
	return -1
}

// least matches as few characters as it can, then more.
func (m *matcher) least(s, p, end int) int {
	for {
		if e := m.match(s, end+1); e >= 0 {
			return e
		}
		if !m.single(s, p, end) {
			return -1
		}
		s++
	}
}

// balance matches %bxy.
func (m *matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		m.fail("unbalanced pattern")
	}
	if s >= len(m.src) || m.src[s] != m.pat[p] {
		return -1
	}
	b, e, depth := m.pat[p], m.pat[p+1], 1
	for i := s + 1; i < len(m.src); i++ {
		m.step(1)
		switch c := m.src[i]; {
		case c == e:
			if depth--; depth == 0 {
				return i + 1
			}
		case c == b:
			depth++
		}
	}
	return -1
}

func (m *matcher) open(s, p, what int) int {
	if m.level >= maxCaptures {
		m.fail("too many captures")
	}
	m.captures[m.level].start, m.captures[m.level].len = s, what
	m.level++
	e := m.match(s, p)
	if e < 0 {
		m.level--
	}
	return e
}

func (m *matcher) shut(s, p int) int {
	l := m.level - 1
	for l >= 0 && m.captures[l].len != captureOpen {
		l--
	}
	if l < 0 {
		m.fail("invalid pattern capture")
	}
	m.captures[l].len = s - m.captures[l].start
	e := m.match(s, p)
	if e < 0 {
		m.captures[l].len = captureOpen
	}
	return e
}

// back matches what capture %1 to %9 has matched.
func (m *matcher) back(s int, digit byte) int {
	l := int(digit) - '1'
	if l < 0 || l >= m.level || m.captures[l].len == captureOpen {
		m.fail("invalid capture index")
	}
	n := max(m.captures[l].len, 0)
	m.step(n / 16)
	if start := m.captures[l].start; strings.HasPrefix(m.src[s:], m.src[start:start+n]) {
		return s + n
	}
	return -1
}

// find returns the first match at or after from. anchored patterns begin there.
func (m *matcher) find(from int) (start, end int) {
	p := 0
	anchored := strings.HasPrefix(m.pat, "^")
	if anchored {
		p = 1
	}
	for s := from; s <= len(m.src); s++ {
		m.level, m.depth = 0, 0
		if e := m.match(s, p); e >= 0 {
			m.settle()
			return s, e
		}
		if anchored {
			break
		}
	}
	m.settle()
	return -1, -1
}

// capture is capture i from 0, or the whole match where there is none.
func (m *matcher) capture(i, start, end int) lua.LValue {
	if i >= m.level {
		if i != 0 {
			m.fail("invalid capture index")
		}
		return lua.LString(m.src[start:end])
	}
	c := m.captures[i]
	switch c.len {
	case captureOpen:
		m.fail("unfinished capture")
	case capturePosition:
		return lua.LNumber(c.start + 1)
	}
	return lua.LString(m.src[c.start : c.start+c.len])
}

// pushCaptures pushes all captures, or the whole match where the pattern has
// none and whole says so. It returns how many.
func (m *matcher) pushCaptures(start, end int, whole bool) int {
	n := m.level
	if n == 0 && whole {
		n = 1
	}
	for i := range n {
		m.L.Push(m.capture(i, start, end))
	}
	return n
}
