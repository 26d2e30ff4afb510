package luaapi

import (
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// answerType is the name of the metatable of answers in a state's registry.
const answerType = "answer"

// answer is what drop, refuse, retry, fail and reply make. It does nothing
// until a handler returns it.
type answer struct {
	fn     string // the function that made it
	why    string
	status int           // of refuse; 0 where none was given
	after  time.Duration // of retry
	reply  *router.Reply
	made   *made
}

func (a *answer) typeName() string { return "what " + a.fn + "() made" }

// String is how inspect and tostring show the answer.
func (a *answer) String() string {
	if a.why == "" {
		return a.fn + "()"
	}
	return a.fn + "(" + quoted(a.why) + ")"
}

// The answers. They are values: a handler has to return them.
var (
	_ = provideGlobal("drop", func(L *lua.LState) int {
		return pushAnswer(L, &answer{fn: "drop", why: whyAt(L, 1, "drop")})
	})
	_ = provideGlobal("fail", func(L *lua.LState) int {
		return pushAnswer(L, &answer{fn: "fail", why: whyAt(L, 1, "fail")})
	})
	_ = provideGlobal("refuse", makeRefuse)
	_ = provideGlobal("retry", makeRetry)
	_ = provideModule("reply", openReply)
)

func pushAnswer(L *lua.LState, a *answer) int {
	r := runOf(L)
	if r.phase == phaseHandler && len(r.made) < maxMade {
		a.made = r.making(L, a.fn+"()")
	}
	r.chargeBytes(L, int64(200+len(a.why)))
	L.Push(&lua.LUserData{Value: a, Metatable: L.GetTypeMetatable(answerType)})
	return 1
}

// whyAt reads a reason: a text, an error that reads as one, or nothing.
func whyAt(L *lua.LState, n int, fn string) string {
	switch v := L.Get(n).(type) {
	case *lua.LNilType:
		return ""
	case lua.LString:
		return strings.ToValidUTF8(cut(string(v), 2000), "\uFFFD")
	case lua.LNumber:
		return luaNumber(float64(v))
	case *lua.LUserData:
		if e, ok := v.Value.(*callError); ok {
			return e.message
		}
	}
	raise(L, "%s takes the reason as a text, got %s", fn, typeName(L.Get(n)))
	return ""
}

// makeRefuse is refuse([status, ]why).
func makeRefuse(L *lua.LState) int {
	a := &answer{fn: "refuse"}
	n := 1
	if status, ok := L.Get(1).(lua.LNumber); ok {
		if status != lua.LNumber(int(status)) || status < 400 || status > 499 {
			raise(L, "refuse: %s does not refuse: the status is from 400 to 499", numberText(float64(status)))
		}
		a.status, n = int(status), 2
	} else if L.Get(1) == lua.LNil {
		n = 2
	}
	a.why = whyAt(L, n, "refuse")
	return pushAnswer(L, a)
}

// makeRetry is retry([after[, why]]).
func makeRetry(L *lua.LState) int {
	a := &answer{fn: "retry", why: whyAt(L, 2, "retry")}
	if v := L.Get(1); v != lua.LNil {
		after, err := durationOf(v)
		if err != nil {
			raise(L, "retry takes a time and a reason, as retry(\"30s\", \"why\"): %v", err)
		}
		a.after = after
	}
	return pushAnswer(L, a)
}

// openReply makes reply{…} and reply.json(value).
func openReply(L *lua.LState) lua.LValue {
	mt := L.NewTypeMetatable(answerType)
	mt.RawSetString("__metatable", locked)
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(L.CheckUserData(1).Value.(*answer).String()))
		return 1
	}))
	t := functions(L, map[string]lua.LGFunction{"json": replyJSON})
	meta := L.NewTable()
	meta.RawSetString("__call", L.NewFunction(func(L *lua.LState) int {
		L.Remove(1)
		return replyWhole(L)
	}))
	t.Metatable = meta
	return t
}

// replyWhole is reply{status=, type=, body=, headers=}.
func replyWhole(L *lua.LState) int {
	if _, ok := L.Get(1).(*lua.LTable); !ok {
		raise(L, "reply takes a table, as reply{ status = 200, type = \"text/plain\", body = \"…\" }, got %s", typeName(L.Get(1)))
	}
	o := namedAt(L, 1, "reply", "status", "type", "body", "headers")
	reply := &router.Reply{Status: 200}
	switch v := o.get("status").(type) {
	case *lua.LNilType:
	case lua.LNumber:
		if reply.Status = int(v); v != lua.LNumber(int(v)) || v < 200 || v > 599 {
			o.fail("status", "is from 200 to 599, got %s", numberText(float64(v)))
		}
	default:
		o.fail("status", "must be a number, got %s", typeName(v))
	}
	if o.get("body").Type() == lua.LTTable {
		o.fail("body", "must be a string: for a table there is reply.json")
	}
	body, _ := o.text("body")
	reply.Type, _ = o.text("type")
	if !headerValue(reply.Type) {
		o.fail("type", "has a line break or another control character")
	}
	switch {
	case body != "":
		reply.Body = []byte(body)
	case reply.Type != "":
		o.fail("type", "says what the body is, and there is none")
	}
	if body != "" && (reply.Status == 204 || reply.Status == 304) {
		o.fail("body", "cannot be sent with status %d", reply.Status)
	}
	if len(body) > maxString {
		o.fail("body", "is larger than 1 MiB")
	}
	if t := o.tableAt("headers"); t != nil {
		reply.Headers = replyHeaders(o, t)
	}
	return pushAnswer(L, &answer{fn: "reply", reply: reply})
}

// ownHeaders are set by the door, or would change how the answer is framed.
var ownHeaders = map[string]string{
	"content-type": "use type", "content-length": "it is counted", "transfer-encoding": "it is decided by the server",
	"connection": "it is decided by the server", "upgrade": "it is decided by the server", "trailer": "it is decided by the server",
	"keep-alive": "it is decided by the server", "content-encoding": "the body is sent as it is", "date": "it is set by the server",
}

const maxReplyHeaders = 50

func replyHeaders(o namedArgs, t *lua.LTable) (headers router.Params) {
	for _, name := range o.names("headers", t) {
		if why, ok := ownHeaders[strings.ToLower(name)]; ok {
			o.fail("headers", "%s cannot be set: %s", quoted(name), why)
		}
		if !headerName(name) {
			o.fail("headers", "%s is no name of a header", quoted(name))
		}
		for _, v := range o.texts("headers", name, t.RawGetString(name)) {
			runOf(o.L).chargeBytes(o.L, int64(len(v)))
			if !headerValue(v) {
				o.fail("headers", "%s has a line break or another control character in its value", quoted(name))
			}
			if len(headers) == maxReplyHeaders {
				o.fail("headers", "are more than %d", maxReplyHeaders)
			}
			headers = append(headers, router.Param{Key: name, Value: v})
		}
	}
	return headers
}

// headerName reports whether s is a token of RFC 9110, 5.6.2.
func headerName(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

func headerValue(s string) bool {
	return len(s) <= 4096 && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// replyJSON is reply.json(value).
func replyJSON(L *lua.LState) int {
	body, err := encode(runOf(L), L, L.CheckAny(1))
	if err != nil {
		raise(L, "reply.json: %v", err)
	}
	return pushAnswer(L, &answer{fn: "reply.json", reply: &router.Reply{Status: 200, Type: router.TypeJSON, Body: body}})
}

// failed records an answer that ends the run without an error of the script.
func (r *run) failed(a *answer, what string) {
	r.out.Verdict, r.out.Reason = router.Failed, a.why
	r.out.Error = &router.ScriptError{Message: what}
	if a.why != "" {
		r.out.Error.Message = fmt.Sprintf("%s: %s", what, a.why)
	}
	if a.made != nil {
		r.out.Error.File, r.out.Error.Line = a.made.file, a.made.line
	}
	r.located(r.out.Error)
}
