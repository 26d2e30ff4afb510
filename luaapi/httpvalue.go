package luaapi

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/fetch"
)

// Names of the metatables in the registry of a state.
const (
	responseType  = "http.response"
	headersType   = "http.headers"
	callErrorType = "http.error"
)

// openResponses makes the metatables of responses and of their headers.
func openResponses(L *lua.LState) {
	methods := functions(L, map[string]lua.LGFunction{"json": responseJSON})
	mt := L.NewTypeMetatable(responseType)
	mt.RawSetString("__index", methods)
	mt.RawSetString("__metatable", locked)
	mt = L.NewTypeMetatable(headersType)
	mt.RawSetString("__index", L.NewFunction(headersIndex))
	mt.RawSetString("__metatable", locked)
}

// responseTable is an answer as a script sees it: a table of its own.
func responseTable(L *lua.LState, r *run, response *fetch.Response) *lua.LTable {
	t, headers := L.CreateTable(0, 4), L.CreateTable(0, len(response.Header))
	for _, name := range sortedKeys(response.Header) {
		headers.RawSetString(strings.ToLower(name), lua.LString(strings.Join(response.Header[name], ", ")))
	}
	headers.Metatable = L.GetTypeMetatable(headersType)
	r.chargeBytes(L, int64(200+100*len(response.Header)))
	t.RawSetString("status", lua.LNumber(response.Status))
	t.RawSetString("headers", headers)
	t.RawSetString("body", lua.LString(response.Body))
	t.Metatable = L.GetTypeMetatable(responseType)
	return t
}

// headersIndex finds a header by its name in any case.
func headersIndex(L *lua.LState) int {
	t, ok := L.Get(1).(*lua.LTable)
	name, named := L.Get(2).(lua.LString)
	if !ok || !named {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(t.RawGetString(strings.ToLower(string(name))))
	return 1
}

// responseJSON is res:json(): the decoded body, or nil and what is wrong in it.
func responseJSON(L *lua.LState) int {
	t, ok := L.Get(1).(*lua.LTable)
	if !ok {
		raise(L, "json is a method: write res:json()")
	}
	body, ok := t.RawGetString("body").(lua.LString)
	if !ok {
		raise(L, "json is a method of a response: write res:json()")
	}
	v, err := decode(runOf(L), L, string(body))
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString("the body is not JSON: " + err.Error()))
		return 2
	}
	L.Push(v)
	return 1
}

// callError is why a call failed, as a script sees it: an object with fields
// that reads as its message wherever a text is wanted.
type callError struct {
	kind      string
	message   string
	status    int // 0: there was no answer
	retriable bool
}

func (e *callError) String() string   { return e.message }
func (e *callError) typeName() string { return "an http error" }

func (e *callError) value(L *lua.LState) *lua.LUserData {
	return &lua.LUserData{Value: e, Metatable: L.GetTypeMetatable(callErrorType)}
}

// openCallErrors makes the metatable of errors.
func openCallErrors(L *lua.LState) {
	mt := L.NewTypeMetatable(callErrorType)
	mt.RawSetString("__index", L.NewFunction(callErrorIndex))
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(callErrorText(L, 1)))
		return 1
	}))
	mt.RawSetString("__concat", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(callErrorText(L, 1) + callErrorText(L, 2)))
		return 1
	}))
	mt.RawSetString("__metatable", locked)
}

// callErrorText is an operand of a concatenation as a text.
func callErrorText(L *lua.LState, n int) string {
	switch v := L.Get(n).(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return luaNumber(float64(v))
	case *lua.LUserData:
		if e, ok := v.Value.(*callError); ok {
			return e.message
		}
	}
	raise(L, "attempt to concatenate %s", typeName(L.Get(n)))
	return ""
}

func callErrorIndex(L *lua.LState) int {
	ud, ok := L.Get(1).(*lua.LUserData)
	if !ok {
		L.Push(lua.LNil)
		return 1
	}
	e, _ := ud.Value.(*callError)
	name, _ := L.Get(2).(lua.LString)
	var v lua.LValue = lua.LNil
	switch {
	case e == nil:
	case name == "kind":
		v = lua.LString(e.kind)
	case name == "message":
		v = lua.LString(e.message)
	case name == "status" && e.status != 0:
		v = lua.LNumber(e.status)
	case name == "retriable":
		v = lua.LBool(e.retriable)
	}
	L.Push(v)
	return 1
}
