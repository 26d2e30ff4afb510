package luaapi

import (
	"encoding/json"
	"net/textproto"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// The tables of an event, made when they are first asked for, once a run: a
// script may change them, nobody else sees it.
const (
	tableParams = iota
	tableQuery
	tableHeaders
	tableVars
	tableMedia
	tableData
	tableOutcome
	tableFallback
	tableError
	eventTables
)

// eventLua is the event as the script sees it, nil at load.
func (r *run) eventLua(L *lua.LState) lua.LValue {
	if r.event == nil {
		return lua.LNil
	}
	if r.eventValue == nil {
		r.eventValue = &lua.LUserData{Metatable: r.state.events}
	}
	return r.eventValue
}

func (s *state) eventMetatable() *lua.LTable {
	L := s.L
	decode := L.NewFunction(eventJSON)
	t := L.CreateTable(0, 4)
	t.RawSetString("__index", L.NewFunction(func(L *lua.LState) int {
		r := eventRun(L)
		key, ok := L.Get(2).(lua.LString)
		switch {
		case !ok:
			L.Push(lua.LNil)
		case key == "json":
			L.Push(decode)
		default:
			L.Push(r.eventField(L, string(key)))
		}
		return 1
	}))
	t.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		raise(L, "event is read-only: keep %s in a local, or in store", show(L.Get(2)))
		return 0
	}))
	t.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		ev := eventRun(L).event
		L.Push(lua.LString("event " + ev.Kind + " " + ev.ID))
		return 1
	}))
	t.RawSetString("__metatable", locked)
	return t
}

// eventRun is the run whose event is argument 1.
func eventRun(L *lua.LState) *run {
	r := runOf(L)
	if ud, ok := L.Get(1).(*lua.LUserData); !ok || ud != r.eventValue || r.event == nil {
		raise(L, "event expected: write event:json(\"Name\")")
	}
	return r
}

// eventField is what the script reads: what twirouter worked out, in lower
// case, goes before Twilio's own parameters.
func (r *run) eventField(L *lua.LState, key string) lua.LValue {
	ev := r.event
	if c := key[:min(1, len(key))]; c >= "a" && c <= "z" {
		if v, ok := r.computed(L, key); ok {
			return v
		}
	}
	if v, ok := ev.Params.Lookup(key); ok {
		return lua.LString(v)
	}
	if key == "Body" && ev.Kind == "message.received" {
		return lua.LString("")
	}
	return lua.LNil
}

func text(s string) lua.LValue {
	if s == "" {
		return lua.LNil
	}
	return lua.LString(s)
}

// computed is a field that twirouter worked out; ok is false for a name that is
// not one of them.
func (r *run) computed(L *lua.LState, key string) (v lua.LValue, ok bool) {
	ev := r.event
	switch key {
	case "kind":
		return lua.LString(ev.Kind), true
	case "product":
		return text(ev.Product), true
	case "status":
		return text(ev.Status), true
	case "sid":
		return text(ev.SID), true
	case "account":
		return text(ev.Account), true
	case "channel":
		return text(ev.Channel), true
	case "from":
		return text(ev.From), true
	case "to":
		return text(ev.To), true
	case "wants":
		return lua.LString(wants(ev)), true
	case "stale":
		return lua.LBool(ev.Stale), true
	case "previous":
		return text(ev.Previous), true
	case "attempt":
		return lua.LNumber(max(ev.Attempt, 1)), true
	case "id":
		return text(ev.ID), true
	case "received_at":
		return lua.LNumber(ev.Received.Unix()), true
	case "route":
		return text(ev.Route), true
	case "path":
		return text(ev.Path), true
	case "step":
		return text(ev.Step), true
	case "parent":
		return text(ev.Parent), true
	case "replay_of":
		return text(ev.ReplayOf), true
	case "pre":
		return lua.LBool(ev.Pre), true
	case "opt_out":
		return text(ev.OptOut), true
	case "batch":
		if ev.Batch == 0 {
			return lua.LNil, true
		}
		return lua.LNumber(ev.Batch), true
	case "verified":
		return lua.LString(ev.Verified), true
	case "params":
		return r.eventTable(L, tableParams), true
	case "query":
		return r.eventTable(L, tableQuery), true
	case "headers":
		return r.eventTable(L, tableHeaders), true
	case "vars":
		return r.eventTable(L, tableVars), true
	case "media":
		return r.eventTable(L, tableMedia), true
	case "data":
		return r.eventTable(L, tableData), true
	case "outcome":
		return r.eventTable(L, tableOutcome), true
	case "fallback":
		return r.eventTable(L, tableFallback), true
	case "error":
		return r.eventTable(L, tableError), true
	}
	return nil, false
}

func wants(ev *router.Event) router.Wants {
	if ev.Wants == "" {
		return router.WantsNothing
	}
	return ev.Wants
}

func (r *run) eventTable(L *lua.LState, which int) lua.LValue {
	if r.tables[which] == nil {
		r.tables[which] = r.newEventTable(L, which)
	}
	return r.tables[which]
}

func (r *run) newEventTable(L *lua.LState, which int) lua.LValue {
	ev := r.event
	switch which {
	case tableParams:
		return r.paramTable(L, ev.Params)
	case tableQuery:
		return r.paramTable(L, ev.Query)
	case tableHeaders:
		t := r.paramTable(L, ev.Headers)
		t.Metatable = r.state.headers
		return t
	case tableVars:
		t := L.CreateTable(0, len(ev.Vars))
		for _, k := range sortedKeys(ev.Vars) {
			t.RawSetString(k, toLua(L, ev.Vars[k]))
		}
		return t
	case tableMedia:
		t := L.CreateTable(len(ev.Media), 0)
		for _, m := range ev.Media {
			e := L.CreateTable(0, 2)
			e.RawSetString("url", lua.LString(m.URL))
			e.RawSetString("content_type", lua.LString(m.ContentType))
			t.Append(e)
		}
		return t
	case tableData:
		if v := r.decoded(L, ev.Data); v != lua.LNil {
			return v
		}
		return L.CreateTable(0, 0)
	case tableOutcome:
		return r.decoded(L, ev.Outcome)
	case tableFallback:
		if ev.Fallback == nil {
			return lua.LNil
		}
		t := L.CreateTable(0, 3)
		t.RawSetString("code", lua.LString(ev.Fallback.Code))
		t.RawSetString("message", lua.LString(ev.Fallback.Message))
		t.RawSetString("url", lua.LString(ev.Fallback.URL))
		return t
	case tableError:
		if ev.Error == nil {
			return lua.LNil
		}
		t := L.CreateTable(0, 2)
		t.RawSetString("code", lua.LString(ev.Error.Code))
		t.RawSetString("message", lua.LString(ev.Error.Message))
		return t
	}
	return lua.LNil
}

// paramTable has the first value of each name, in the order of the request.
func (r *run) paramTable(L *lua.LState, params router.Params) *lua.LTable {
	t := L.CreateTable(0, len(params))
	for _, p := range params {
		if t.RawGetString(p.Key) == lua.LNil {
			t.RawSetString(p.Key, lua.LString(p.Value))
		}
	}
	r.chargeBytes(L, 64*int64(len(params)))
	return t
}

// decoded is a JSON document of the host's as a Lua value, nil where there is
// none.
func (r *run) decoded(L *lua.LState, doc json.RawMessage) lua.LValue {
	if len(doc) == 0 {
		return lua.LNil
	}
	v, err := decode(r, L, string(doc))
	if err != nil {
		r.warn(L, "the event's JSON cannot be read: %v", err)
		return lua.LNil
	}
	return v
}

// headerMetatable finds a header in any case; pairs shows canonical names.
func (s *state) headerMetatable() *lua.LTable {
	t := s.L.CreateTable(0, 2)
	t.RawSetString("__index", s.L.NewFunction(func(L *lua.LState) int {
		key, ok := L.Get(2).(lua.LString)
		if !ok || len(key) > 200 {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(L.CheckTable(1).RawGetString(textproto.CanonicalMIMEHeaderKey(string(key))))
		return 1
	}))
	t.RawSetString("__metatable", locked)
	return t
}

// eventJSON is event:json(name): the parameter decoded, nil where it was not
// sent, nil and why where it is no JSON.
func eventJSON(L *lua.LState) int {
	r := eventRun(L)
	name := checkText(L, 2)
	doc, ok := r.event.Params.Lookup(name)
	if !ok || doc == "" {
		L.Push(lua.LNil)
		return 1
	}
	v, err := decode(r, L, doc)
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(name + ": " + err.Error()))
		return 2
	}
	L.Push(v)
	return 1
}
