package luaapi

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// Bounds of what one run may log.
const (
	maxLogLines   = 200
	maxLogMessage = 8 << 10  // bytes of one message
	maxLogBytes   = 64 << 10 // of all messages and fields
	maxFields     = 50       // of one line
	maxFieldNodes = 1000     // values in all fields of one line
)

var _ = provideModule("log", func(L *lua.LState) lua.LValue {
	fns := map[string]lua.LGFunction{}
	for _, level := range []string{"debug", "info", "warn", "error"} {
		fns[level] = func(L *lua.LState) int {
			logLine(L, level)
			return 0
		}
	}
	return functions(L, fns)
})

// print writes its arguments as a line of level info; tables are shown with
// what is in them.
var _ = provideGlobal("print", func(L *lua.LState) int {
	if logIsFull(L) {
		return 0
	}
	var b strings.Builder
	for n := 1; n <= L.GetTop(); n++ {
		if n > 1 {
			b.WriteByte('\t')
		}
		if b.Len() <= maxLogMessage {
			b.WriteString(printed(L, L.Get(n)))
		}
	}
	addLog(L, router.LogLine{Level: "info", Message: b.String()})
	return 0
})

// logLine is log.LEVEL(message[, fields]).
func logLine(L *lua.LState, level string) {
	if logIsFull(L) {
		return
	}
	if L.GetTop() == 0 {
		raise(L, "log.%s takes a message and a table of fields", level)
	}
	line := router.LogLine{Level: level, Message: printed(L, L.Get(1))}
	switch v := L.Get(2).(type) {
	case *lua.LNilType:
	case *lua.LTable:
		line.Fields = fieldsOf(L, v)
	default:
		// Somebody joined texts with a comma, as print takes them.
		for n := 2; n <= L.GetTop() && len(line.Message) <= maxLogMessage; n++ {
			line.Message += "\t" + printed(L, L.Get(n))
		}
	}
	addLog(L, line)
}

// printed is v as print shows it: a string bare, a value with __tostring as
// that says, else as inspect does.
func printed(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case *lua.LTable, *lua.LUserData:
		if v == runOf(L).eventValue {
			break
		}
		if L.GetMetaField(v, "__tostring") != lua.LNil {
			return toText(L, v)
		}
	}
	return inspect(L, v)
}

// fieldsOf makes fields of a table. A value that JSON does not have is shown as
// inspect does: a log line is no place to fail.
func fieldsOf(L *lua.LState, t *lua.LTable) map[string]any {
	fields := make(map[string]any)
	r := runOf(L)
	r.chargeTable(L, t)
	c := outward{r: r, L: L, left: maxFieldNodes}
	t = thaw(t)
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		if len(fields) >= maxFields {
			fields["…"] = "more fields were left out"
			break
		}
		name := textOf(k)
		if name == "" {
			name = inspect(L, k)
		}
		c.path = c.path[:0]
		x, err := c.out(v)
		if s, ok := x.(string); ok {
			x = loggable(s, maxLogMessage)
		}
		if err != nil {
			x = inspect(L, v)
		}
		fields[loggable(name, 200)] = x
	}
	return fields
}

// addLog keeps a line, within the bounds.
func addLog(L *lua.LState, line router.LogLine) {
	r := runOf(L)
	lines := r.out.Logs
	line.Message = loggable(line.Message, maxLogMessage)
	_, line.Line = r.where(L)
	size := logSize(&line)
	r.chargeBytes(L, int64(size))
	for i := range lines {
		size += logSize(&lines[i])
	}
	if len(lines) >= maxLogLines || size > maxLogBytes {
		line = router.LogLine{Level: "warn", Message: logFull, Line: line.Line}
	}
	r.out.Logs = append(lines, line)
}

// loggable is a text as it is kept: valid, bounded, and without a hold on the
// longer one that it is cut from.
func loggable(s string, most int) string {
	if len(s) > most {
		s = strings.Clone(cut(s, most))
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// logIsFull reports whether the run has logged as much as it may.
func logIsFull(L *lua.LState) bool {
	lines := runOf(L).out.Logs
	return len(lines) > 0 && lines[len(lines)-1].Message == logFull
}

const logFull = "more was logged than one run keeps: the rest is left out"

func logSize(l *router.LogLine) int {
	n := len(l.Message)
	for k, v := range l.Fields {
		n += len(k) + valueSize(v)
	}
	return n
}

func valueSize(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		n := 2
		for _, e := range v {
			n += 1 + valueSize(e)
		}
		return n
	case map[string]any:
		n := 2
		for k, e := range v {
			n += len(k) + 4 + valueSize(e)
		}
		return n
	}
	return 8
}
