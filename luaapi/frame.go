package luaapi

import (
	"fmt"
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// gopher-lua exports neither the instruction that a state is about to execute
// nor the variables that closures share with it. The meter needs the first, for
// one instruction may build a string of any size; pcall needs the second, for
// gopher-lua closes variables of functions that go on. This file is the only
// one that looks inside, at the layout of exactly the version in go.mod: init
// compares it field by field and the program does not start on any other.

// frame mirrors gopher-lua's callFrame.
type frame struct {
	Idx        int
	Fn         *lua.LFunction
	Parent     *frame
	Pc         int
	Base       int
	LocalBase  int
	ReturnBase int
	NArgs      int
	NRet       int
	TailCall   int
}

// registers mirrors the beginning of gopher-lua's registry.
type registers struct {
	array []lua.LValue
	top   int
}

// tableParts mirrors gopher-lua's LTable.
type tableParts struct {
	Metatable lua.LValue
	array     []lua.LValue
	dict      map[lua.LValue]lua.LValue
	strdict   map[string]lua.LValue
	keys      []lua.LValue
	k2i       map[lua.LValue]int
}

// upvalue mirrors the beginning of gopher-lua's Upvalue.
type upvalue struct {
	next  *upvalue
	reg   *registers
	index int
}

// Places of what is read in an LState.
var offsetFrame, offsetRegisters, offsetUpvalues, offsetErrorFunc uintptr

func init() {
	state := reflect.TypeFor[lua.LState]()
	offsetFrame = mustMirror(state, "currentFrame", reflect.TypeFor[frame]())
	offsetRegisters = mustMirror(state, "reg", reflect.TypeFor[registers]())
	offsetUpvalues = mustMirror(state, "uvcache", reflect.TypeFor[upvalue]())
	f, ok := state.FieldByName("hasErrorFunc")
	if !ok || f.Type.Kind() != reflect.Bool {
		panic("luaapi: this gopher-lua has another hasErrorFunc")
	}
	offsetErrorFunc = f.Offset
	mustLayout(reflect.TypeFor[lua.LTable](), reflect.TypeFor[tableParts]())
	// One assignment fills at most this many slots with nil: what the largest
	// sensible memory limit can hold.
	lua.MaxArrayIndex = maxArray
}

// mustMirror returns the offset of a pointer field whose target has the layout
// of mirror.
func mustMirror(in reflect.Type, field string, mirror reflect.Type) uintptr {
	f, ok := in.FieldByName(field)
	if !ok || f.Type.Kind() != reflect.Pointer {
		panic(fmt.Sprintf("luaapi: this gopher-lua has another %s.%s", in, field))
	}
	mustLayout(f.Type.Elem(), mirror)
	return f.Offset
}

func mustLayout(real, mirror reflect.Type) {
	for i := range mirror.NumField() {
		want := mirror.Field(i)
		got, ok := real.FieldByName(want.Name)
		if !ok || got.Offset != want.Offset || got.Type.Kind() != want.Type.Kind() || got.Type.Size() != want.Type.Size() {
			panic(fmt.Sprintf("luaapi: this gopher-lua has another %s.%s", real, want.Name))
		}
	}
}

// frameOf is the innermost call of L, nil if it runs nothing.
func frameOf(L *lua.LState) *frame {
	return *(**frame)(unsafe.Add(unsafe.Pointer(L), offsetFrame))
}

func registersOf(L *lua.LState) *registers {
	return *(**registers)(unsafe.Add(unsafe.Pointer(L), offsetRegisters))
}

func partsOf(t *lua.LTable) *tableParts { return (*tableParts)(unsafe.Pointer(t)) }

// line is the line that the frame is at, 0 for a Go function.
func (f *frame) line() int {
	if f.Fn.IsG || f.Pc == 0 {
		return 0
	}
	return f.Fn.Proto.DbgSourcePositions[f.Pc-1]
}

// caller is the innermost Lua function below the first skip frames.
func caller(L *lua.LState, skip int) *frame {
	f := frameOf(L)
	for ; f != nil && skip > 0; skip-- {
		f = f.Parent
	}
	for f != nil && f.Fn.IsG {
		f = f.Parent
	}
	return f
}

// position is the file and line of the innermost Lua code below skip frames.
func position(L *lua.LState, skip int) (file string, line int) {
	f := caller(L, skip)
	if f == nil {
		return "", 0
	}
	return f.Fn.Proto.SourceName, f.line()
}

// lastUpvalue is the last of the variables of L that are shared with closures
// while their functions still run; nil if there is none.
func lastUpvalue(L *lua.LState) *upvalue {
	u := *(**upvalue)(unsafe.Add(unsafe.Pointer(L), offsetUpvalues))
	if u == nil {
		return nil
	}
	for u.next != nil {
		u = u.next
	}
	return u
}

// sharedUpvalues is how many of them there are.
func sharedUpvalues(L *lua.LState) int {
	n := 0
	for u := *(**upvalue)(unsafe.Add(unsafe.Pointer(L), offsetUpvalues)); u != nil; u = u.next {
		n++
	}
	return n
}

// closeUpvaluesAfter gives closures their own copy of the shared variables that
// were added after last: those of the functions that an error has ended.
func closeUpvaluesAfter(L *lua.LState, last *upvalue) {
	head := (**upvalue)(unsafe.Add(unsafe.Pointer(L), offsetUpvalues))
	if last != nil {
		head = &last.next
	}
	u := *head
	*head = nil
	for ; u != nil; u = u.next {
		(*lua.Upvalue)(unsafe.Pointer(u)).Close()
	}
}

// errorFunc reports whether an error that is raised now leaves the shared
// variables of L to the handler of a protected call.
func errorFunc(L *lua.LState) bool { return *(*bool)(unsafe.Add(unsafe.Pointer(L), offsetErrorFunc)) }

// setErrorFunc sets it: a protected call of gopher-lua that ends inside another
// forgets that the other has a handler too.
func setErrorFunc(L *lua.LState, on bool) {
	*(*bool)(unsafe.Add(unsafe.Pointer(L), offsetErrorFunc)) = on
}
