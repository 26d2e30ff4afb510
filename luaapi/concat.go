package luaapi

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// numberBytes is about how long a number is as a text.
const numberBytes = 24

// weighConcat charges the concatenation of the registers from b to c, and makes
// texts of numbers as Lua 5.1 does, where gopher-lua has other ones.
func (t *thread) weighConcat(f *frame, b, c int) <-chan struct{} {
	operands := registersOf(t.L).array[f.LocalBase+b : f.LocalBase+c+1]
	n := 0
	for i, v := range operands {
		switch v := v.(type) {
		case lua.LString:
			n += len(v)
		case lua.LNumber:
			n += numberBytes
			if !isWhole(float64(v)) {
				operands[i] = lua.LString(luaNumber(float64(v)))
			}
		default:
			if len(operands) > 2 {
				return t.concatByHand(f, b, c)
			}
		}
	}
	if n > maxString {
		return t.stopMemory(fmt.Sprintf("a string of %s bytes would be longer than a string may be (%s)", grouped(int64(n)), grouped(maxString)))
	}
	m := &t.run.meter
	t.run.out.Memory += int64(n)
	if m.left -= int64(n / bytesPerInstruction); m.left <= 0 && m.refill(t.run, t.L) {
		return closed
	}
	return nil
}

// concatByHand concatenates operands some of which only a metamethod can: what
// it returns is joined with the rest, of any size, in the same instruction. The
// result is left in the last register, and before it values that give way, so
// that the instruction finds it.
func (t *thread) concatByHand(f *frame, b, c int) <-chan struct{} {
	L := t.L
	at := func(i int) *lua.LValue { return &registersOf(L).array[f.LocalBase+i] }
	right := *at(c)
	for i := c - 1; i >= b; i-- {
		left := *at(i)
		if lua.LVCanConvToString(left) && lua.LVCanConvToString(right) {
			s, more := textOf(left), textOf(right)
			if n := len(s) + len(more); n > maxString {
				return t.stopMemory(fmt.Sprintf("a string of %s bytes would be longer than a string may be (%s)", grouped(int64(n)), grouped(maxString)))
			}
			t.run.chargeBytes(L, int64(len(s)+len(more)))
			right = lua.LString(s + more)
			continue
		}
		fn, ok := metamethod(L, left, right, "__concat")
		if !ok {
			raise(L, "attempt to concatenate a %s and a %s value", left.Type(), right.Type())
		}
		L.Push(fn)
		L.Push(left)
		L.Push(right)
		call(L, 2, 1)
		right = L.Get(-1)
		L.Pop(1)
	}
	*at(c) = right
	for i := b; i < c; i++ {
		*at(i) = givesWay
	}
	return nil
}

// givesWay is a value that vanishes when something is joined to it.
var givesWay lua.LValue = &lua.LUserData{Metatable: &lua.LTable{Metatable: lua.LNil}}

func init() {
	giveWay := &lua.LFunction{IsG: true, GFunction: func(L *lua.LState) int {
		L.Push(L.Get(2))
		return 1
	}}
	givesWay.(*lua.LUserData).Metatable.(*lua.LTable).RawSetString("__concat", giveWay)
}
