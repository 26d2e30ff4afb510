package luaapi

import (
	"sort"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

var tableFunctions = map[string]lua.LGFunction{
	"concat": tableConcat, "foreach": tableForeach, "foreachi": tableForeachi, "getn": tableGetn,
	"insert": tableInsert, "maxn": tableMaxn, "remove": tableRemove, "sort": tableSort,
}

// tableArg is argument n, to be read.
func tableArg(L *lua.LState, n int) *lua.LTable { return thaw(L.CheckTable(n)) }

func tableGetn(L *lua.LState) int {
	L.Push(lua.LNumber(tableArg(L, 1).Len()))
	return 1
}

func tableMaxn(L *lua.LState) int {
	most := lua.LNumber(0)
	n := 0
	each(tableArg(L, 1), func(k, _ lua.LValue) {
		n++
		if k, ok := k.(lua.LNumber); ok && k > most {
			most = k
		}
	})
	runOf(L).charge(L, int64(n))
	L.Push(most)
	return 1
}

func tableInsert(L *lua.LState) int {
	t := mutable(L, 1)
	n := t.Len()
	pos, v := n+1, L.Get(2)
	switch L.GetTop() {
	case 2:
	case 3:
		pos, v = checkInt(L, 2), L.Get(3)
	default:
		raise(L, "wrong number of arguments to 'insert'")
	}
	r := runOf(L)
	if pos > n || pos < 1 || n == 0 {
		r.chargeBytes(L, 16+16*int64(fillCost(t, lua.LNumber(pos))))
		t.RawSet(lua.LNumber(pos), v)
		return 0
	}
	r.charge(L, int64(n-pos)/16)
	t.Insert(pos, v)
	return 0
}

func tableRemove(L *lua.LState) int {
	t := mutable(L, 1)
	n := t.Len()
	pos := optInt(L, 2, n)
	if pos < 1 || pos > n {
		return 0
	}
	runOf(L).charge(L, int64(n-pos)/16)
	v := t.RawGetInt(pos)
	for len(partsOf(t).array) > n { // nils behind the last element
		t.Remove(-1)
	}
	t.Remove(pos)
	L.Push(v)
	return 1
}

func tableConcat(L *lua.LState) int {
	t := tableArg(L, 1)
	sep := ""
	if L.Get(2) != lua.LNil {
		sep = L.CheckString(2)
	}
	from, to := optInt(L, 3, 1), 0
	if L.Get(4) == lua.LNil {
		to = t.Len()
	} else {
		to = checkInt(L, 4)
	}
	r := runOf(L)
	var out strings.Builder
	for i := from; i <= to; i++ {
		v := t.RawGetInt(i)
		if !lua.LVCanConvToString(v) {
			raise(L, "invalid value (%s) at index %d in table for 'concat'", v.Type(), i)
		}
		out.WriteString(lua.LVAsString(v))
		if i < to {
			out.WriteString(sep)
		}
		if out.Len() > maxString {
			tooLong(L, float64(out.Len()))
		}
		r.charge(L, 1)
	}
	return pushString(L, out.String())
}

func tableForeach(L *lua.LState) int {
	t, fn := tableArg(L, 1), L.CheckFunction(2)
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		if visit(L, fn, k, v) {
			return 1
		}
	}
	return 0
}

func tableForeachi(L *lua.LState) int {
	t, fn := tableArg(L, 1), L.CheckFunction(2)
	for i := 1; i <= t.Len(); i++ {
		if visit(L, fn, lua.LNumber(i), t.RawGetInt(i)) {
			return 1
		}
	}
	return 0
}

// visit leaves fn's result on the stack if it is not nil.
func visit(L *lua.LState, fn *lua.LFunction, k, v lua.LValue) bool {
	runOf(L).charge(L, 1)
	L.Push(fn)
	L.Push(k)
	L.Push(v)
	call(L, 2, 1)
	if L.Get(-1) != lua.LNil {
		return true
	}
	L.Pop(1)
	return false
}

func tableSort(L *lua.LState) int {
	t := mutable(L, 1)
	n := t.Len()
	var less *lua.LFunction
	if L.Get(2) != lua.LNil {
		less = L.CheckFunction(2)
	}
	// A copy is sorted: the comparison may change the table meanwhile.
	r := runOf(L)
	r.chargeBytes(L, 16*int64(n))
	s := &sorter{L: L, r: r, less: less, values: make([]lua.LValue, n)}
	for i := range n {
		s.values[i] = t.RawGetInt(i + 1)
	}
	sort.Sort(s)
	for i, v := range s.values {
		t.RawSetInt(i+1, v)
	}
	return 0
}

type sorter struct {
	L      *lua.LState
	r      *run
	less   *lua.LFunction
	values []lua.LValue
}

func (s *sorter) Len() int      { return len(s.values) }
func (s *sorter) Swap(i, j int) { s.values[i], s.values[j] = s.values[j], s.values[i] }

func (s *sorter) Less(i, j int) bool {
	a, b := s.values[i], s.values[j]
	if s.less != nil {
		s.r.charge(s.L, 1)
		s.L.Push(s.less)
		s.L.Push(a)
		s.L.Push(b)
		call(s.L, 2, 1)
		yes := s.L.ToBool(-1)
		s.L.Pop(1)
		return yes
	}
	switch x := a.(type) {
	case lua.LNumber:
		if y, ok := b.(lua.LNumber); ok {
			s.r.charge(s.L, 1)
			return x < y
		}
	case lua.LString:
		if y, ok := b.(lua.LString); ok {
			s.r.charge(s.L, 1+int64(min(len(x), len(y)))/64)
			return x < y
		}
	}
	s.r.charge(s.L, 1)
	if a.Type() != b.Type() || a == lua.LNil || a.Type() == lua.LTBool {
		raise(s.L, "attempt to compare %s with %s", a.Type(), b.Type())
	}
	t := threadOf(s.L)
	t.enter(s.L)
	yes := s.L.LessThan(a, b)
	t.native--
	return yes
}
