package luaapi

import (
	"fmt"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// failure is where an error was raised: what the handler of a protected call
// sees before the stack is gone.
type failure struct {
	value lua.LValue
	file  string
	line  int
	trace string
}

// maxMessage is how much of an error's text is kept.
const maxMessage = 2000

// traceback tells the Lua calls of L, innermost first, one a line, and those of
// the threads that resumed it.
func traceback(L *lua.LState, skip int) string {
	const most = 12
	var b strings.Builder
	n := 0
	for t := threadOf(L); t != nil; t = t.parent {
		for f := caller(t.L, skip); f != nil; f = f.Parent {
			if f.Fn.IsG {
				continue
			}
			if n++; n > most {
				b.WriteString("\n…")
				return b.String()
			}
			if n > 1 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "%s:%d: in %s", f.Fn.Proto.SourceName, f.line(), f.name())
		}
		skip = 0
	}
	return b.String()
}

// name is how the code that called f named it.
func (f *frame) name() string {
	p := f.Fn.Proto
	if p.LineDefined == 0 {
		return "the top of the file"
	}
	if f.Parent != nil && !f.Parent.Fn.IsG && f.TailCall == 0 {
		if name := f.Parent.called(); name != "" {
			return "function '" + name + "'"
		}
	}
	return fmt.Sprintf("the function at line %d", p.LineDefined)
}

// called is the name of what f is calling, "" if it has none.
func (f *frame) called() string {
	for _, c := range f.Fn.Proto.DbgCalls {
		if c.Pc == f.Pc-1 && c.Name != "?" {
			return c.Name
		}
	}
	return ""
}

// plain says in Lua's words what gopher-lua says in its own, and hides what a
// panic of Go's says.
func plain(L *lua.LState, text string) string {
	at := strings.Index(text, ": ")
	switch {
	case goPanic(text) && text != runOf(L).raised:
		return confused
	case at < 0:
		return text
	}
	head, what := text[:at+2], text[at+2:]
	switch {
	case strings.HasPrefix(what, "bad argument #"):
		what = strings.Replace(what, " to (anonymous) (", " (", 1)
	case what == "attempt to call a non-function object":
		if f := caller(L, 0); f != nil && f.Pc > 0 {
			what = f.notCallable(L)
		}
	case strings.HasPrefix(what, "attempt to index a non-table object("):
		kind, key, ok := strings.Cut(what[len("attempt to index a non-table object("):], ") with key ")
		if ok {
			if i := strings.Index(key, ": 0x"); i >= 0 { // a table as the key shows its address
				key = key[:i] + "'"
			}
			what = "attempt to index a " + kind + " value (key " + cut(key, 100) + ")"
		}
	case what == "registry overflow":
		what = "stack overflow"
	case what == "__len undefined", what == "__unm undefined":
		if f := caller(L, 0); f != nil && f.Pc > 0 {
			kind := f.operand(registersOf(L).array, int(f.Fn.Proto.Code[f.Pc-1]&0x1ff)).Type().String()
			if what[2] == 'l' {
				what = "attempt to get length of a " + kind + " value"
			} else {
				what = "attempt to perform arithmetic on a " + kind + " value"
			}
		}
	case loopFaults[what] != "":
		what = loopFaults[what]
	case strings.HasPrefix(what, "attempt to compare "):
		if a, b, ok := strings.Cut(what[len("attempt to compare "):], " with "); ok && a == b {
			what = "attempt to compare two " + a + " values"
		}
	case strings.HasPrefix(what, "cannot perform "):
		operation, kinds, ok := strings.Cut(what[len("cannot perform "):], " operation between ")
		left, right, _ := strings.Cut(kinds, " and ")
		if !ok {
			break
		}
		what = "attempt to perform arithmetic (" + operation + ") on a " + left + " and a " + right + " value"
		if operation == "concat" {
			what = "attempt to concatenate a " + left + " and a " + right + " value"
		}
	}
	return head + what
}

var loopFaults = map[string]string{
	"for statement init must be a number":  "'for' initial value must be a number",
	"for statement limit must be a number": "'for' limit must be a number",
	"for statement step must be a number":  "'for' step must be a number",
}

// goPanic reports whether text is what a panic of the Go runtime says.
func goPanic(text string) bool {
	return strings.HasPrefix(text, "runtime error: ") || strings.HasPrefix(text, "interface conversion: ")
}

// raises notes that the script itself is about to raise a text: it may read
// like a panic.
func (r *run) raises(text string) {
	if goPanic(text) {
		r.raised = text
	}
}

// notCallable says what f tries to call.
func (f *frame) notCallable(L *lua.LState) string {
	code := f.Fn.Proto.Code[f.Pc-1]
	what := "attempt to call a value that is no function"
	if op := opcode(code); op == lua.OP_CALL || op == lua.OP_TAILCALL {
		// The call's own frame is not there yet: the value still lies in its register.
		if reg := registersOf(L).array; f.LocalBase+int(code>>18)&0xff < len(reg) {
			if v := reg[f.LocalBase+int(code>>18)&0xff]; v != nil {
				what = "attempt to call a " + v.Type().String() + " value"
			}
		}
	}
	if name := f.called(); name != "" {
		what += " ('" + name + "')"
	}
	return what
}

// scriptError tells the author of an error that nothing caught.
func (r *run) scriptError(f failure) *router.ScriptError {
	e := &router.ScriptError{File: f.file, Line: f.line, Traceback: f.trace}
	if r.meter.spent == "" {
		e.Message = r.messageOf(f.value)
	}
	if m := &r.meter; m.spent != "" { // by now, for a message may run code too
		return r.located(&router.ScriptError{File: m.file, Line: m.line, Message: m.why, Traceback: m.trace, Budget: m.spent})
	}
	if file, line, rest, ok := splitPosition(e.Message); ok && r.known(file) {
		e.File, e.Line, e.Message = file, line, rest
	}
	e.Message = cut(strings.ToValidUTF8(e.Message, "\uFFFD"), maxMessage)
	return r.located(e)
}

// located adds the source line.
func (r *run) located(e *router.ScriptError) *router.ScriptError {
	if e.File == "" {
		e.File = r.script.file
	}
	if c := r.script.library.files[e.File]; c != nil && e.Line > 0 {
		e.Source = c.line(e.Line)
	}
	return e
}

// known reports whether file is one whose lines a person can look at.
func (r *run) known(file string) bool {
	return file == r.script.file || r.script.library.files[file] != nil
}

// messageOf is the text of an error value: of a table its message, else what
// its type says.
func (r *run) messageOf(v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return luaNumber(float64(v))
	case *lua.LTable:
		if m := thaw(v).RawGetString("message"); lua.LVCanConvToString(m) {
			return textOf(m)
		}
		if text, ok := r.ownText(v); ok {
			return text
		}
	case *lua.LUserData:
		if text, ok := r.ownText(v); ok {
			return text
		}
	}
	return "error object is a " + v.Type().String() + " value; give error() a text, or a table with a message"
}

// ownText asks __tostring of an error value, within what is left of the budget.
func (r *run) ownText(v lua.LValue) (string, bool) {
	L := r.state.L
	fn, ok := L.GetMetaField(v, "__tostring").(*lua.LFunction)
	if !ok {
		return "", false
	}
	L.Push(fn)
	L.Push(v)
	if _, err := r.protect(1, 1); err != nil {
		return "", false
	}
	text := L.Get(-1)
	L.Pop(1)
	return textOf(text), lua.LVCanConvToString(text)
}

// splitPosition takes "file:line: text" apart.
func splitPosition(s string) (file string, line int, rest string, ok bool) {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], ':')
		if i < 0 {
			return "", 0, "", false
		}
		i += from
		j := strings.IndexByte(s[i+1:], ':')
		if j < 0 {
			return "", 0, "", false
		}
		if n, err := strconv.Atoi(s[i+1 : i+1+j]); err == nil && n > 0 && i > 0 {
			return s[:i], n, strings.TrimPrefix(s[i+j+2:], " "), true
		}
		from = i + 1
	}
}
