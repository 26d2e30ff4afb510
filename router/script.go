package router

import (
	"context"
	"time"
)

// Script is one compiled script of a Generation: immutable, safe for
// concurrent use.
type Script struct {
	Name     string // stable: its path below the scripts folder without leading digits, dashes and ".lua"
	File     string // as a person would name it: "scripts/20-autoreply.lua"
	Handlers []Handler
	Steps    []string // names declared with step()
	Runner   Runner
}

// Runner runs a script; luaapi implements it.
type Runner interface {
	// Run runs the script once for one event and never panics. It ends soon
	// after ctx does, with a failed Step.
	Run(ctx context.Context, c Call) Step
}

// Call is what a Runner is asked to do.
type Call struct {
	Event   *Event
	Limits  Limits // the route's, over the global ones
	Step    string // run this step's handler alone; "" for the on() handlers
	Handler int    // run this on() handler alone; -1 for all that are not background
	Inline  bool   // somebody waits for the answer
}

// Handler is one on() declaration, known since load.
type Handler struct {
	Kinds      []KindPattern
	Background bool
	To         string // only events to this address; "" for all
	Account    string // only events of this account, by SID; "" for all
	Line       int    // where it is declared
}

// Takes reports whether the handler is for ev.
func (h *Handler) Takes(ev *Event) bool {
	if h.To != "" && h.To != ev.To || h.Account != "" && h.Account != ev.Account {
		return false
	}
	for _, p := range h.Kinds {
		if p.Match(ev.Kind) {
			return true
		}
	}
	return false
}

// Handles reports whether the script has a handler in the chain for ev.
func (s *Script) Handles(ev *Event) bool {
	for i := range s.Handlers {
		if h := &s.Handlers[i]; !h.Background && h.Takes(ev) {
			return true
		}
	}
	return false
}

// Source is the text of a script or of a module in lib/.
type Source struct {
	Name string // a script's stable name; a module's path below lib/ with slashes: "money.lua"
	File string // as a person would name it
	Text []byte
}

// Grant is what one script may do and is given.
type Grant struct {
	Limits   Limits         // its own; unset fields are the route's
	HTTP     []string       // URL patterns; nil: those of the Program
	Settings map[string]any // TOML values: string, int64, float64, bool, []any, map[string]any
}

// Outbound is what scripts may call: nothing by default.
type Outbound struct {
	Allow        []string // URL patterns
	AllowPrivate []string // CIDRs
	Timeout      time.Duration
	MaxResponse  int64 // bytes, decompressed
}

// Program is everything that is compiled together into a Generation's scripts.
type Program struct {
	Scripts  []Source // in the order of the chain
	Modules  []Source // lib/, for require
	Grants   map[string]Grant
	HTTP     Outbound
	Limits   Limits            // global
	Accounts map[string]string // SIDs by the accounts' names, for on() with an account
}
