package luaapi

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// heavy marks the instructions whose cost depends on their operands: the meter
// looks at these before they run, for nothing can stop them afterwards.
var heavy = [64]bool{
	lua.OP_CONCAT: true, lua.OP_NEWTABLE: true, lua.OP_SETTABLE: true, lua.OP_CLOSURE: true,
	lua.OP_LEN: true, lua.OP_EQ: true, lua.OP_LT: true, lua.OP_LE: true, lua.OP_VARARG: true, lua.OP_SETLIST: true,
}

const (
	tableCost   = 8 // instructions, for some 160 bytes
	closureCost = 4
	entryCost   = 20 // of a new key that is no position
)

// weigh charges the instruction that t is about to execute beyond the one that
// was counted. It returns a closed channel if the run must end.
func (t *thread) weigh(f *frame, op int, code uint32) <-chan struct{} {
	var cost int
	a, b, c := int(code>>18)&0xff, int(code&0x1ff), int(code>>9)&0x1ff
	reg := registersOf(t.L).array
	switch op {
	case lua.OP_CONCAT:
		n := 0
		for i := b; i <= c; i++ {
			n += textLen(reg[f.LocalBase+i])
		}
		if n > maxString {
			return t.stopMemory(fmt.Sprintf("a string of %s bytes would be longer than a string may be (%s)", grouped(int64(n)), grouped(maxString)))
		}
		t.run.out.Memory += int64(n)
		cost = n / bytesPerInstruction
	case lua.OP_NEWTABLE:
		cost = tableCost + b + 4*c
		t.run.out.Memory += int64(160 + 16*b + 64*c)
	case lua.OP_CLOSURE:
		cost = closureCost
		t.run.out.Memory += 80
	case lua.OP_SETTABLE:
		tb, ok := reg[f.LocalBase+a].(*lua.LTable)
		if !ok {
			break
		}
		key := f.operand(reg, b)
		if fill := fillCost(tb, key); fill > 0 {
			cost = 2 * fill
			t.run.out.Memory += 16 * int64(fill)
			break
		}
		if n, ok := key.(lua.LNumber); ok && n >= 1 && n < maxArray && n == lua.LNumber(int(n)) {
			break
		}
		if s, ok := key.(lua.LString); ok {
			cost = len(s) / 64
		}
		if tb.RawGetH(key) == lua.LNil {
			cost += entryCost
			t.run.out.Memory += 200
		}
	case lua.OP_SETLIST:
		cost = b
		t.run.out.Memory += 16 * int64(b)
	case lua.OP_VARARG:
		if b == 0 {
			cost = f.NArgs / 4
		}
	case lua.OP_LEN:
		if tb, ok := reg[f.LocalBase+b].(*lua.LTable); ok {
			cost = trailingNils(tb) / 8
		}
	case lua.OP_EQ, lua.OP_LT, lua.OP_LE:
		x, ok := f.operand(reg, b).(lua.LString)
		if !ok {
			break
		}
		if y, ok := f.operand(reg, c).(lua.LString); ok {
			cost = min(len(x), len(y)) / 64
			if op != lua.OP_EQ {
				cost *= 16 // gopher-lua compares order byte by byte
			}
		}
	}
	m := &t.run.meter
	if m.left -= int64(cost); m.left <= 0 && m.refill(t.run, t.L) {
		return closed
	}
	return nil
}

// stopMemory ends the run because of what it was about to make.
func (t *thread) stopMemory(why string) <-chan struct{} {
	if t.run.meter.spent == "" {
		t.run.meter.stop(t.L, "memory", why)
	}
	return closed
}

// opcode is which instruction code is.
func opcode(code uint32) int { return int(code >> 26) }

// operand is a register or, from 256 on, a constant.
func (f *frame) operand(reg []lua.LValue, i int) lua.LValue {
	if i >= 256 {
		return f.Fn.Proto.Constants[i-256]
	}
	return reg[f.LocalBase+i]
}

// textLen is how many bytes v adds to a concatenation.
func textLen(v lua.LValue) int {
	switch v := v.(type) {
	case lua.LString:
		return len(v)
	case lua.LNumber:
		return 24
	}
	return 0
}

// fillCost is how many slots an assignment to t[key] fills with nil.
func fillCost(t *lua.LTable, key lua.LValue) int {
	n, ok := key.(lua.LNumber)
	if !ok || n < 1 || n >= maxArray || n != lua.LNumber(int(n)) {
		return 0
	}
	return max(int(n)-len(partsOf(t).array), 0)
}

// trailingNils is how many nils the length operator walks over.
func trailingNils(t *lua.LTable) int {
	array := partsOf(t).array
	n := 0
	for i := len(array) - 1; i >= 0 && array[i] == lua.LNil; i-- {
		n++
	}
	return n
}
