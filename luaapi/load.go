package luaapi

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxLoad is the most bytes of source that load takes.
const maxLoad = 64 << 10

func baseLoadstring(L *lua.LState) int {
	return loadChunk(L, checkText(L, 1), optText(L, 2, checkText(L, 1)), nil)
}

// baseLoad takes a function that gives the source piece by piece, as in Lua
// 5.1, or the source itself, a mode and an environment, as in later versions.
func baseLoad(L *lua.LState) int {
	env, _ := L.Get(4).(*lua.LTable)
	if s, ok := L.Get(1).(lua.LString); ok {
		if mode := optText(L, 3, "bt"); !strings.Contains(mode, "t") {
			L.Push(lua.LNil)
			L.Push(lua.LString("only source can be loaded"))
			return 2
		}
		return loadChunk(L, string(s), optText(L, 2, string(s)), env)
	}
	fn := L.CheckFunction(1)
	name := optText(L, 2, "=(load)")
	var source strings.Builder
	for {
		L.Push(fn)
		call(L, 0, 1)
		piece := L.Get(-1)
		L.Pop(1)
		if piece == lua.LNil {
			break
		}
		s, ok := piece.(lua.LString)
		if !ok {
			L.Push(lua.LNil)
			L.Push(lua.LString("reader function must return a string"))
			return 2
		}
		if s == "" {
			break
		}
		if source.Len()+len(s) > maxLoad {
			return loadChunk(L, strings.Repeat(" ", maxLoad+1), name, env)
		}
		source.WriteString(string(s))
	}
	return loadChunk(L, source.String(), name, env)
}

// loadChunk compiles source of the script's own making. The function has the
// run's environment, or the one given, and dies with the run.
func loadChunk(L *lua.LState, source, name string, env *lua.LTable) int {
	r := runOf(L)
	if env == nil {
		env = r.env
	}
	refuse := func(why string) int {
		L.SetTop(0)
		L.Push(lua.LNil)
		L.Push(lua.LString(why))
		return 2
	}
	if len(source) > maxLoad {
		return refuse("source too long: load takes " + grouped(maxLoad) + " bytes")
	}
	// Compiling costs some 60 bytes for each of the source, and looks for every
	// constant among those that came before.
	words := int64(len(source) / 8)
	r.charge(L, 1500+words*words/16)
	r.chargeBytes(L, 10_000+60*int64(len(source)))
	c, problem := compileFile(chunkName(name), []byte(source))
	if problem != nil {
		problem.Col, problem.Hint = 0, ""
		return refuse(problem.String())
	}
	L.Push(&lua.LFunction{Proto: c.proto, Env: env, Upvalues: make([]*lua.Upvalue, c.proto.NumUpvalues)})
	return 1
}

// chunkName is how a chunk's name stands in messages.
func chunkName(name string) string {
	if s := strings.TrimLeft(name[:min(1, len(name))], "=@"); s == "" && name != "" && !goPanic(name[1:]) {
		return cut(name[1:], 60)
	}
	first, _, more := strings.Cut(name, "\n")
	if more || len(first) > 40 {
		first = cut(first, 40) + "..."
	}
	return `[string "` + first + `"]`
}

func baseGetfenv(L *lua.LState) int {
	fn := envFunction(L)
	if fn == nil || fn.IsG {
		if fn == L.Get(1) {
			raise(L, "'getfenv' cannot show the environment of a function of the host")
		}
		L.Push(runOf(L).env)
		return 1
	}
	L.Push(fn.Env)
	return 1
}

func baseSetfenv(L *lua.LState) int {
	env := L.CheckTable(2)
	fn := envFunction(L)
	if fn == nil || fn.IsG {
		raise(L, "'setfenv' cannot change environment of given object")
	}
	fn.Env = env
	L.Push(fn)
	return 1
}

// envFunction is the function that argument 1 of getfenv and setfenv names:
// itself, or by its level on the stack; nil for level 0 and beyond the stack.
func envFunction(L *lua.LState) *lua.LFunction {
	if fn, ok := L.Get(1).(*lua.LFunction); ok {
		return fn
	}
	level := optInt(L, 1, 1)
	if level < 0 {
		L.ArgError(1, "level must be non-negative")
	}
	if level == 0 {
		return nil
	}
	f := frameOf(L)
	for ; f != nil && level > 0; level-- {
		f = f.Parent
	}
	if f == nil {
		L.ArgError(1, "invalid level")
	}
	return f.Fn
}
