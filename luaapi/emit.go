package luaapi

import (
	"encoding/json"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// Bounds of what one run may emit.
const (
	maxEmits    = 100
	maxEmitData = 256 << 10 // bytes of the data as JSON
	maxEmitKey  = 512       // bytes
	maxKindName = 120       // bytes
)

// emit is emit("app.name"[, data[, {delay=, at=, key=}]]): a new event, in the
// background, that is accepted with this event's outcome or not at all.
var _ = provideGlobal("emit", func(L *lua.LState) int {
	r := runOf(L)
	r.onlyInHandler(L, "emit")
	kind, ok := L.Get(1).(lua.LString)
	if !ok {
		raise(L, "emit takes the kind of the event, like \"app.missed\", got %s", typeName(L.Get(1)))
	}
	if what := wrongKind(string(kind)); what != "" {
		raise(L, "emit: %s %s", quoted(string(kind)), what)
	}
	e := router.Emit{Kind: string(kind), Data: emitData(L, r)}
	o := namedAt(L, 3, "emit", "delay", "at", "key")
	if o.has("delay") && o.has("at") {
		raise(L, "emit: delay and at exclude each other")
	}
	if delay, ok := o.duration("delay"); ok && delay > 0 {
		e.Due = r.host.Now().Add(delay)
	}
	if o.has("at") {
		n, isNumber := o.get("at").(lua.LNumber)
		at, inRange := instant(float64(n))
		if !isNumber || !inRange {
			o.fail("at", "must be a time in Unix seconds, as time.now() + 60, got %s", typeName(o.get("at")))
		}
		if at.After(r.host.Now().Add(maxDuration)) {
			o.fail("at", "is more than ten years away")
		}
		e.Due = at
	}
	switch v := o.get("key").(type) {
	case *lua.LNilType:
	case lua.LString:
		e.Key = string(v)
	case lua.LNumber:
		e.Key = numberText(float64(v))
	default:
		o.fail("key", "must be a string, got %s", typeName(v))
	}
	if o.has("key") && e.Key == "" || len(e.Key) > maxEmitKey {
		o.fail("key", "has from 1 to %d bytes", maxEmitKey)
	}
	if len(r.out.Emits) >= maxEmits {
		raise(L, "emit: one run may emit %d events", maxEmits)
	}
	r.chargeBytes(L, int64(500+len(e.Data)))
	r.out.Emits = append(r.out.Emits, e)
	return 0
})

// emitData is the data as JSON, {} where there are none.
func emitData(L *lua.LState, r *run) json.RawMessage {
	v := L.Get(2)
	if v == lua.LNil {
		return json.RawMessage("{}")
	}
	if _, ok := v.(*lua.LTable); !ok && v != r.eventValue {
		raise(L, "emit takes the data as a table, got %s", typeName(v))
	}
	b, err := encode(r, L, v)
	if err != nil {
		raise(L, "emit: %v", err)
	}
	if len(b) > maxEmitData {
		raise(L, "emit: the data is %d bytes as JSON; an event takes %d: store it and emit its key", len(b), maxEmitData)
	}
	return b
}

// wrongKind says what is wrong with the kind of an event of a script's own.
func wrongKind(kind string) string {
	rest, ok := strings.CutPrefix(kind, "app.")
	switch {
	case !ok:
		return "does not begin with app.: write \"app." + strings.TrimLeft(cut(kind, 40), ".") + "\""
	case len(kind) > maxKindName:
		return "is too long for a kind"
	}
	for part := range strings.SplitSeq(rest, ".") {
		if part == "" {
			return "has an empty part"
		}
		for _, c := range []byte(part) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
				return "has a character other than letters, digits, _ - and the dots between"
			}
		}
	}
	return ""
}
