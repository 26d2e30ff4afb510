package luaapi

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const (
	// slice is how many instructions run between two looks at the clock.
	slice = 4096
	// bytesPerInstruction is how much memory a Go function fills for the price
	// of one instruction.
	bytesPerInstruction = 12
	// maxString is the most bytes that one string may have.
	maxString = 1 << 20
	// maxArray is the largest index that a table keeps in its array.
	maxArray = 1 << 22
)

// meter counts a run's instructions. The count lies in slices, so that the
// common path is one subtraction.
type meter struct {
	left       int64  // of the current slice
	total      int64  // granted in slices so far
	limit      int64  // instructions of the run
	expression bool   // a route's, whose limits are fixed
	spent      string // "instructions", "memory" or "time" once the run must end
	why        string // as the author reads it
	file       string
	line       int
	trace      string
}

// clock bounds the real time of a run.
type clock struct {
	deadline time.Time
	limit    time.Duration // of the script; for the message
	key      string        // the setting that says so
	outer    bool          // the caller's deadline is the nearer one
}

func (m *meter) start(limit int64) {
	*m = meter{limit: limit}
	m.left = min(slice, limit)
	m.total = m.left
}

// used is how many instructions have been counted.
func (m *meter) used() int64 { return min(m.total-max(m.left, 0), m.limit) }

// refill grants the next slice. It reports true if there is none: the run has
// to end, and why is recorded.
func (m *meter) refill(r *run, L *lua.LState) bool {
	if m.spent != "" {
		return true
	}
	switch now := time.Now(); {
	case r.caller.Err() == context.Canceled:
		m.stop(L, "time", givenUp)
	case !r.clock.deadline.After(now):
		m.stop(L, "time", r.clock.text())
	case m.total-m.left >= m.limit:
		why := fmt.Sprintf("script took more than %s instructions (limits.instructions)", grouped(m.limit))
		if m.expression {
			why = fmt.Sprintf("the expression took more than %s instructions", grouped(m.limit))
		}
		m.stop(L, "instructions", why)
	default:
		want := min(slice-m.left, m.limit-m.total)
		m.left += want
		m.total += want
		if m.left <= 0 { // a charge larger than what was left in all
			return m.refill(r, L)
		}
		return false
	}
	return true
}

func (c *clock) text() string {
	if c.outer {
		return "the route's timeout ended before the script did (route.timeout)"
	}
	return fmt.Sprintf("script took longer than %s (%s)", c.limit, c.key)
}

// stop ends the run for good: from now on every instruction raises.
func (m *meter) stop(L *lua.LState, spent, why string) {
	m.spent, m.why, m.left = spent, why, 0
	m.file, m.line = position(L, 0)
	m.trace = traceback(L, 0)
}

// overspent raises the error that stands for a budget; nothing catches it.
func (r *run) overspent(L *lua.LState) { L.RaiseError("%s", r.meter.why) }

// grouped writes n with a comma between each three digits.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
