package luaapi

import (
	"sort"

	lua "github.com/yuin/gopher-lua"
)

var tableFunctions = map[string]lua.LGFunction{
	"concat": tableConcat, "foreach": tableForeach, "foreachi": tableForeachi, "getn": tableGetn,
	"insert": tableInsert, "maxn": tableMaxn, "remove": tableRemove, "sort": tableSort,
}

// tableArg is argument n, to be read.
func tableArg(L *lua.LState, n int) *lua.LTable { return thaw(L.CheckTable(n)) }

// length is #t without its metamethod, charged for the nils at the end.
func (r *run) length(L *lua.LState, t *lua.LTable) int {
	n := t.Len()
	r.charge(L, int64(len(partsOf(t).array)-n)/8)
	return n
}

// next is the entry of t after that of key, charged for what is empty between
// them. ok is false if t never had the key.
func (r *run) next(L *lua.LState, t *lua.LTable, key lua.LValue) (k, v lua.LValue, ok bool) {
	parts := partsOf(t)
	i, at := 0, 0 // in the array, and among the other keys
	if key != lua.LNil {
		n, isNumber := key.(lua.LNumber)
		if isNumber && n >= 1 && n <= lua.LNumber(len(parts.array)) && n == lua.LNumber(int(n)) {
			i = int(n)
		} else if at, ok = parts.k2i[key]; ok {
			i, at = len(parts.array), at+1
		} else {
			return lua.LNil, lua.LNil, false
		}
	}
	from := i
	for ; i < len(parts.array); i++ {
		if v := parts.array[i]; v != lua.LNil {
			r.charge(L, int64(i-from)/8)
			return lua.LNumber(i + 1), v, true
		}
	}
	skipped := int64(i-from)/8 - int64(4*at)
	for ; at < len(parts.keys); at++ {
		if v := t.RawGetH(parts.keys[at]); v != lua.LNil {
			r.charge(L, skipped+int64(4*at))
			return parts.keys[at], v, true
		}
	}
	r.charge(L, skipped+int64(4*at))
	return lua.LNil, lua.LNil, true
}

func tableGetn(L *lua.LState) int {
	L.Push(lua.LNumber(runOf(L).length(L, tableArg(L, 1))))
	return 1
}

func tableMaxn(L *lua.LState) int {
	t, most := tableArg(L, 1), lua.LNumber(0)
	runOf(L).chargeTable(L, t)
	each(t, func(k, _ lua.LValue) {
		if k, ok := k.(lua.LNumber); ok && k > most {
			most = k
		}
	})
	L.Push(most)
	return 1
}

func tableInsert(L *lua.LState) int {
	r := runOf(L)
	t := mutable(L, 1)
	n := r.length(L, t)
	pos, v := n+1, L.Get(2)
	switch L.GetTop() {
	case 2:
	case 3:
		pos, v = checkInt(L, 2), L.Get(3)
	default:
		raise(L, "wrong number of arguments to 'insert'")
	}
	if pos > n || pos < 1 {
		r.charge(L, int64(r.weighKey(t, lua.LNumber(pos))))
		t.RawSet(lua.LNumber(pos), v)
		return 0
	}
	r.charge(L, int64(len(partsOf(t).array)-pos)/16)
	t.Insert(pos, v)
	return 0
}

func tableRemove(L *lua.LState) int {
	r := runOf(L)
	t := mutable(L, 1)
	n := r.length(L, t)
	pos := optInt(L, 2, n)
	if pos < 1 || pos > n {
		return 0
	}
	r.charge(L, int64(n-pos)/16)
	v := t.RawGetInt(pos)
	for len(partsOf(t).array) > n { // nils behind the last element
		t.Remove(-1)
	}
	t.Remove(pos)
	L.Push(v)
	return 1
}

func tableConcat(L *lua.LState) int {
	r, t := runOf(L), tableArg(L, 1)
	sep := ""
	if L.Get(2) != lua.LNil {
		sep = checkText(L, 2)
	}
	from, to := optInt(L, 3, 1), 0
	if L.Get(4) == lua.LNil {
		to = r.length(L, t)
	} else {
		to = checkInt(L, 4)
	}
	out := builder{L: L, r: r}
	for i := from; i <= to; i++ {
		v := t.RawGetInt(i)
		if !lua.LVCanConvToString(v) {
			raise(L, "invalid value (%s) at index %d in table for 'concat'", v.Type(), i)
		}
		out.write(textOf(v))
		if i < to {
			out.write(sep)
		}
		r.charge(L, 1)
	}
	return out.push()
}

func tableForeach(L *lua.LState) int {
	r, t, fn := runOf(L), tableArg(L, 1), L.CheckFunction(2)
	for k, v, _ := r.next(L, t, lua.LNil); k != lua.LNil; k, v, _ = r.next(L, t, k) {
		if visit(L, fn, k, v) {
			return 1
		}
	}
	return 0
}

func tableForeachi(L *lua.LState) int {
	t, fn := tableArg(L, 1), L.CheckFunction(2)
	for i := 1; i <= runOf(L).length(L, t); i++ {
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
	r := runOf(L)
	t := mutable(L, 1)
	n := r.length(L, t)
	var less *lua.LFunction
	if L.Get(2) != lua.LNil {
		less = L.CheckFunction(2)
	}
	// A copy is sorted: the comparison may change the table meanwhile.
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
