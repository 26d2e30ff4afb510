package luaapi

import (
	"fmt"
	"math"
	"strconv"

	lua "github.com/yuin/gopher-lua"
)

// maxResults is how many values one call may return: Lua 5.1's own limit.
const maxResults = 8000

var baseFunctions = map[string]lua.LGFunction{
	"assert": baseAssert, "error": baseError, "getfenv": baseGetfenv, "getmetatable": baseGetmetatable,
	"ipairs": baseIpairs, "load": baseLoad, "loadstring": baseLoadstring, "next": baseNext, "pairs": basePairs,
	"pcall": basePCall, "rawequal": baseRawequal, "rawget": baseRawget, "rawset": baseRawset,
	"require": baseRequire, "select": baseSelect, "setfenv": baseSetfenv, "setmetatable": baseSetmetatable,
	"tonumber": baseTonumber, "tostring": baseTostring, "type": baseType, "unpack": baseUnpack, "xpcall": baseXPCall,
}

func baseAssert(L *lua.LState) int {
	if lua.LVAsBool(L.CheckAny(1)) {
		return L.GetTop()
	}
	switch v := L.Get(2).(type) {
	case *lua.LNilType:
		L.Error(lua.LString("assertion failed!"), 0)
	case lua.LString, lua.LNumber:
		runOf(L).raises(textOf(v))
		L.Error(lua.LString(textOf(v)), 0)
	default:
		L.Error(v, 0)
	}
	return 0
}

func baseError(L *lua.LState) int {
	v := L.Get(1)
	s, ok := v.(lua.LString)
	if n, is := v.(lua.LNumber); is {
		s, ok = lua.LString(luaNumber(float64(n))), true
	}
	if !ok {
		L.Error(v, 0)
	}
	if level := optInt(L, 2, 1); level > 0 {
		f := frameOf(L)
		for ; f != nil && level > 0; level-- {
			f = f.Parent
		}
		if f != nil && !f.Fn.IsG {
			s = lua.LString(fmt.Sprintf("%s:%d: ", f.Fn.Proto.SourceName, f.line())) + s
		}
	}
	runOf(L).raises(string(s))
	L.Error(s, 0)
	return 0
}

func baseGetmetatable(L *lua.LState) int {
	v := L.CheckAny(1)
	if t, ok := v.(*lua.LTable); ok {
		if _, ok := t.Metatable.(*lua.LTable); !ok {
			L.Push(lua.LNil)
			return 1
		}
	}
	L.Push(L.GetMetatable(v))
	return 1
}

func baseSetmetatable(L *lua.LState) int {
	t := L.CheckTable(1)
	mt := L.Get(2)
	if _, ok := mt.(*lua.LTable); !ok && (mt != lua.LNil || L.GetTop() < 2) {
		L.ArgError(2, "nil or table expected")
	}
	if old, ok := t.Metatable.(*lua.LTable); ok && old.RawGetString("__metatable") != lua.LNil {
		raise(L, "cannot change a protected metatable")
	}
	if t == runOf(L).env {
		raise(L, "cannot change a protected metatable")
	}
	t.Metatable = mt
	L.SetTop(1)
	return 1
}

func baseIpairs(L *lua.LState) int {
	t := L.CheckTable(1)
	L.Push(stateOf(L).ipairs)
	L.Push(t)
	L.Push(lua.LNumber(0))
	return 3
}

func ipairsNext(L *lua.LState) int {
	i := checkInt(L, 2) + 1
	v := thaw(L.CheckTable(1)).RawGetInt(i)
	if v == lua.LNil {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(lua.LNumber(i))
	L.Push(v)
	return 2
}

func basePairs(L *lua.LState) int {
	if ud, ok := L.Get(1).(*lua.LUserData); ok && ud == runOf(L).eventValue {
		raise(L, "event is no table: use pairs(event.params)")
	}
	t := L.CheckTable(1)
	L.Push(stateOf(L).next)
	L.Push(t)
	L.Push(lua.LNil)
	return 3
}

func baseNext(L *lua.LState) int {
	k, v, ok := runOf(L).next(L, thaw(L.CheckTable(1)), L.Get(2))
	if !ok {
		raise(L, "invalid key to 'next'")
	}
	L.Push(k)
	if k == lua.LNil {
		return 1
	}
	L.Push(v)
	return 2
}

func baseRawequal(L *lua.LState) int {
	a, b := L.CheckAny(1), L.CheckAny(2)
	if s, ok := a.(lua.LString); ok {
		runOf(L).charge(L, int64(len(s)/64))
	}
	L.Push(lua.LBool(a == b))
	return 1
}

func baseRawget(L *lua.LState) int {
	key := L.CheckAny(2)
	runOf(L).charge(L, int64(textLen(key)/64))
	L.Push(thaw(L.CheckTable(1)).RawGet(key))
	return 1
}

func baseRawset(L *lua.LState) int {
	t := mutable(L, 1)
	key, v := L.CheckAny(2), L.CheckAny(3)
	switch k := key.(type) {
	case *lua.LNilType:
		raise(L, "table index is nil")
	case lua.LNumber:
		if math.IsNaN(float64(k)) {
			raise(L, "table index is NaN")
		}
	}
	r := runOf(L)
	r.charge(L, int64(r.weighKey(t, key)))
	t.RawSet(key, v)
	L.SetTop(1)
	return 1
}

func baseSelect(L *lua.LState) int {
	n := L.GetTop()
	if s, ok := L.Get(1).(lua.LString); ok && s == "#" {
		L.Push(lua.LNumber(n - 1))
		return 1
	}
	i := checkInt(L, 1)
	switch {
	case i < 0:
		i += n
	case i > n:
		i = n
	}
	if i < 1 {
		L.ArgError(1, "index out of range")
	}
	runOf(L).charge(L, int64(n-i)/8)
	return n - i
}

func baseUnpack(L *lua.LState) int {
	t := thaw(L.CheckTable(1))
	from := optInt(L, 2, 1)
	to := 0
	if L.Get(3) == lua.LNil {
		to = runOf(L).length(L, t)
	} else {
		to = checkInt(L, 3)
	}
	if from > to {
		return 0
	}
	n := to - from + 1
	if n > maxResults {
		raise(L, "too many results to unpack")
	}
	runOf(L).charge(L, int64(n))
	for i := from; i <= to; i++ {
		L.Push(t.RawGetInt(i))
	}
	return n
}

func baseType(L *lua.LState) int {
	L.Push(lua.LString(L.CheckAny(1).Type().String()))
	return 1
}

func baseTostring(L *lua.LState) int {
	L.Push(lua.LString(toText(L, L.CheckAny(1))))
	return 1
}

// toText is tostring: no address of the host is in it, but things that differ
// have different texts, counted anew in every run.
func toText(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return luaNumber(float64(v))
	case lua.LBool, *lua.LNilType:
		return v.String()
	}
	if fn := L.GetMetaField(v, "__tostring"); fn != lua.LNil {
		L.Push(fn)
		L.Push(v)
		call(L, 1, 1)
		text := L.Get(-1)
		L.Pop(1)
		if !lua.LVCanConvToString(text) {
			raise(L, "'tostring' must return a string to 'print'")
		}
		return textOf(text)
	}
	return runOf(L).label(v)
}

// maxLabels is how many things of a run are told apart by tostring.
const maxLabels = 10_000

func (r *run) label(v lua.LValue) string {
	kind := v.Type().String()
	n, ok := r.labels[v]
	if !ok {
		if len(r.labels) >= maxLabels {
			return kind
		}
		if r.labels == nil {
			r.labels = make(map[lua.LValue]int)
		}
		n = len(r.labels) + 1
		r.labels[v] = n
	}
	return kind + ": " + strconv.Itoa(n)
}

// show names a value in a message.
func show(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return cut(string(v), 60)
	case lua.LNumber:
		return luaNumber(float64(v))
	case lua.LBool, *lua.LNilType:
		return v.String()
	}
	return v.Type().String()
}

func baseTonumber(L *lua.LState) int {
	v := L.CheckAny(1)
	base := optInt(L, 2, 10)
	if base < 2 || base > 36 {
		L.ArgError(2, "base out of range")
	}
	var out lua.LValue = lua.LNil
	switch v := v.(type) {
	case lua.LNumber:
		if base == 10 {
			out = v
			break
		}
		out = parseBase(luaNumber(float64(v)), base)
	case lua.LString:
		if base == 10 {
			if f, ok := parseNumber(string(v)); ok {
				out = lua.LNumber(f)
			}
			break
		}
		out = parseBase(string(v), base)
	}
	L.Push(out)
	return 1
}
