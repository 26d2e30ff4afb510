package luaapi

import (
	lua "github.com/yuin/gopher-lua"
)

// weights says how the cost of an instruction is found. The meter looks at
// those whose cost depends on their operands before they run, for nothing can
// stop them afterwards.
var weights = [64]uint8{
	lua.OP_CONCAT: heavy, lua.OP_NEWTABLE: heavy, lua.OP_CLOSURE: heavy, lua.OP_LEN: heavy, lua.OP_SETLIST: heavy,
	lua.OP_EQ: heavy, lua.OP_LT: heavy, lua.OP_LE: heavy, lua.OP_LOADNIL: heavy,
	lua.OP_GETTABLE: heavy, lua.OP_GETTABLEKS: heavy, lua.OP_SELF: heavy, lua.OP_GETGLOBAL: heavy,
	lua.OP_SETTABLE: heavy, lua.OP_SETTABLEKS: heavy, lua.OP_SETGLOBAL: heavy,
	lua.OP_CALL: heavyIfOpen, lua.OP_TAILCALL: heavyIfOpen, lua.OP_RETURN: heavyIfOpen, lua.OP_CLOSE: heavyIfOpen,
	lua.OP_VARARG: heavyIfOpen, lua.OP_FORPREP: heavy,
}

const (
	heavy       = 1 + iota
	heavyIfOpen // if it takes any number of values, or many variables are shared
)

const (
	tableCost   = 8  // instructions, for some 160 bytes
	closureCost = 12 // with its variables
	entryCost   = 20 // of a new key that is no position
	fewShared   = 64
)

// weigh charges the instruction that t is about to execute beyond the one that
// was counted. It returns a closed channel if the run must end.
func (t *thread) weigh(f *frame, op int, code uint32) <-chan struct{} {
	var cost int
	a, b, c := int(code>>18)&0xff, int(code&0x1ff), int(code>>9)&0x1ff
	regs := registersOf(t.L)
	reg := regs.array
	switch op {
	case lua.OP_CONCAT:
		return t.weighConcat(f, b, c)
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_SELF:
		if s, ok := f.operand(reg, c).(lua.LString); ok {
			cost = len(s) / 64
		}
		cost += reach(f.operand(reg, b))
	case lua.OP_GETGLOBAL:
		cost = textLen(f.Fn.Proto.Constants[code&0x3ffff]) / 64
		if f.Fn.Env != t.run.env {
			cost += reach(f.Fn.Env)
		}
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
		cost = t.weighAssignment(reg[f.LocalBase+a], f.operand(reg, b))
	case lua.OP_SETGLOBAL:
		cost = t.weighAssignment(f.Fn.Env, f.Fn.Proto.Constants[code&0x3ffff])
	case lua.OP_NEWTABLE:
		cost = tableCost + b + 4*c
		t.run.out.Memory += int64(160 + 16*b + 64*c)
	case lua.OP_CLOSURE:
		p := f.Fn.Proto.FunctionPrototypes[code&0x3ffff]
		t.shared = sharedUpvalues(t.L)
		cost = closureCost + (1+int(p.NumUpvalues))*t.shared/4
		t.run.out.Memory += 80 + 64*int64(p.NumUpvalues)
	case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_RETURN, lua.OP_CLOSE:
		if b == 0 && op != lua.OP_CLOSE {
			n := regs.top - f.LocalBase - a
			if n > maxResults && op == lua.OP_RETURN && f.Idx == 0 && t.body != nil {
				return closed // to its parent's stack it would not fit
			}
			cost = n / 8
		}
		if op != lua.OP_CALL && t.shared > fewShared {
			t.shared = sharedUpvalues(t.L)
			cost += t.shared / 2
		}
	case lua.OP_SETLIST:
		n := b
		if b == 0 {
			n = max(regs.top-f.LocalBase-a-1, 0)
		}
		cost = 2 * n
		t.run.out.Memory += 16 * int64(n)
	case lua.OP_VARARG:
		if regs.top+2*f.NArgs > maxRegisters-spareRegisters/8 {
			return closed
		}
		cost = f.NArgs / 4
	case lua.OP_FORPREP:
		readLoop(reg[f.LocalBase+a : f.LocalBase+a+3])
	case lua.OP_LOADNIL:
		cost = (b - a) / 16
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

// readLoop makes numbers of texts that a loop begins, ends or steps with, as
// Lua does: `for i = 1, event.NumMedia`.
func readLoop(bounds []lua.LValue) {
	for i, v := range bounds {
		if s, ok := v.(lua.LString); ok {
			if n, ok := parseNumber(string(s)); ok {
				bounds[i] = lua.LNumber(n)
			}
		}
	}
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

// reach is the cost of the tables that an index may go through from v on by
// __index, beyond the first two.
func reach(v lua.LValue) int {
	tb, ok := v.(*lua.LTable)
	if !ok {
		return 0
	}
	n := 0
	for ; tb != nil && n < lua.MaxTableGetLoop; n++ {
		tb = behind(tb, "__index")
	}
	return 2 * max(n-2, 0)
}

// behind is the table that t's metatable names for an event, nil if there is
// none.
func behind(t *lua.LTable, event string) *lua.LTable {
	meta, ok := t.Metatable.(*lua.LTable)
	if !ok {
		return nil
	}
	next, _ := meta.RawGetString(event).(*lua.LTable)
	return next
}

// weighAssignment is the cost of v[key] = something: of the way through
// __newindex to the table that takes it, and what it does there.
func (t *thread) weighAssignment(v, key lua.LValue) int {
	tb, ok := v.(*lua.LTable)
	if !ok {
		return 0
	}
	cost := 0
	for range lua.MaxTableGetLoop {
		next := behind(tb, "__newindex")
		if next == nil || tb.RawGet(key) != lua.LNil {
			break
		}
		tb = next
		cost += 2
	}
	return cost + t.run.weighKey(tb, key)
}

// weighKey is the cost of setting tb[key] itself. A table's first key finds
// room of a size that small tables need.
func (r *run) weighKey(tb *lua.LTable, key lua.LValue) (cost int) {
	parts := partsOf(tb)
	if s, ok := key.(lua.LString); ok {
		cost += len(s) / 64
	} else if n, ok := key.(lua.LNumber); ok && n >= 1 && n < maxArray && n == lua.LNumber(int(n)) {
		if fill := int(n) - len(parts.array); fill > 0 {
			if parts.array == nil {
				parts.array = make([]lua.LValue, 0, min(fill, firstElements))
			}
			cost += 2 * fill
			r.out.Memory += 16 * int64(fill)
		}
		return cost
	}
	if tb.RawGetH(key) == lua.LNil {
		if parts.strdict == nil {
			parts.strdict = make(map[string]lua.LValue, firstEntries)
			cost += entryCost
		}
		cost += entryCost
		r.out.Memory += 200
	}
	return cost
}

// setName is t[name] = v for a table of any size that Go fills: RawSetString
// alone would make room for 32 names.
func setName(t *lua.LTable, name string, v lua.LValue) {
	if parts := partsOf(t); parts.strdict == nil {
		parts.strdict = make(map[string]lua.LValue, firstEntries)
	}
	t.RawSetString(name, v)
}

// What a table that begins empty has room for first. gopher-lua's own choice is
// 32 of each, some 2.5 KB.
const (
	firstElements = 4
	firstEntries  = 4
)

// trailingNils is how many nils the length operator walks over.
func trailingNils(t *lua.LTable) int {
	array := partsOf(t).array
	n := 0
	for i := len(array) - 1; i >= 0 && array[i] == lua.LNil; i-- {
		n++
	}
	return n
}
