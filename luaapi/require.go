package luaapi

import (
	"path"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// requirement is a module that a run has required.
type requirement struct {
	value  lua.LValue
	loaded bool // false while its file runs
}

// find returns the module of that name: lib/a/b.lua or lib/a/b/init.lua for
// "a.b"; a leading "lib." says nothing.
func (l *library) find(name string) *chunk {
	if !moduleName(name) {
		return nil
	}
	p := strings.ReplaceAll(strings.TrimPrefix(name, "lib."), ".", "/")
	if c := l.modules[p+".lua"]; c != nil {
		return c
	}
	return l.modules[path.Join(p, "init.lua")]
}

// moduleName reports whether name can name a module: words between dots, or
// slashes, that lead nowhere but down.
func moduleName(name string) bool {
	for _, part := range strings.FieldsFunc(name+".", func(c rune) bool { return c == '.' || c == '/' }) {
		if strings.ContainsAny(part, "\\\x00") {
			return false
		}
	}
	return name != "" && len(name) <= 200 && !strings.Contains(name, "..") && !strings.Contains(name, "//") &&
		name[0] != '.' && name[0] != '/'
}

// baseRequire runs a module's file once in a run, in the run's environment, and
// returns what it returned, or true.
func baseRequire(L *lua.LState) int {
	r := runOf(L)
	name := checkText(L, 1)
	if r.script == nil {
		raise(L, "require: not in a route's expression")
	}
	if !moduleName(name) {
		raise(L, "require: %s is no name for a module: words between dots", quoted(name))
	}
	c := r.script.library.find(name)
	if c == nil {
		raise(L, "module '%s' not found: there is no lib/%s.lua and no lib/%s/init.lua", cut(name, 100), cut(modulePath(name), 100), cut(modulePath(name), 100))
	}
	if q := r.required[c.file]; q != nil {
		if !q.loaded {
			raise(L, "loop in require: '%s' requires itself", name)
		}
		L.Push(q.value)
		return 1
	}
	if r.required == nil {
		r.required = make(map[string]*requirement)
	}
	q := &requirement{}
	r.required[c.file] = q
	defer func() {
		if !q.loaded {
			delete(r.required, c.file)
		}
	}()
	L.Push(&lua.LFunction{Proto: c.proto, Env: r.env, Upvalues: make([]*lua.Upvalue, c.proto.NumUpvalues)})
	L.Push(lua.LString(name))
	call(L, 1, 1)
	q.value, q.loaded = L.Get(-1), true
	if q.value == lua.LNil {
		q.value = lua.LTrue
	}
	L.Pop(1)
	L.Push(q.value)
	return 1
}

func modulePath(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "lib."), ".", "/")
}
