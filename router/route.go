package router

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Route says which events of a path are handled by which scripts, and how.
type Route struct {
	Name      string
	Path      string // exact, or a prefix that ends in "/*"
	On        []KindPattern
	When      Expr  // nil: always
	Vars      []Var // in file order
	Scripts   []*Script
	Methods   []string
	Verify    Verify
	BasicAuth *BasicAuth // nil: not demanded
	Mode      Mode
	Timeout   time.Duration // the whole inline answer, from arrival
	Limits    Limits        // already laid over the global ones
	Fallback  Fallbacks
	Overrides string // Twilio connection overrides, without "#"
}

// Expr is a compiled Lua expression of a route: `when` or one of `vars`. It is
// safe for concurrent use.
type Expr interface {
	// Eval returns nil, bool, float64, string, []any or map[string]any. It is
	// bounded by the sandbox, not by ctx alone.
	Eval(ctx context.Context, ev *Event) (any, error)
}

// Var is one entry of a route's vars.
type Var struct {
	Name string
	Expr Expr
}

// Verify says what happens to a request whose signature is wrong.
type Verify string

// The closed set of verification modes.
const (
	VerifyEnforce Verify = "enforce" // 403
	VerifyReport  Verify = "report"  // let in, counted and marked
	VerifyOff     Verify = "off"     // not looked at
)

// Mode says when an event's scripts run.
type Mode string

// The closed set of modes.
const (
	ModeAuto       Mode = "auto"       // kinds that want a reply inline, the rest in the background
	ModeInline     Mode = "inline"     // before the answer
	ModeBackground Mode = "background" // after it
)

// BasicAuth is the user and password that a route demands besides a signature.
type BasicAuth struct {
	User     string
	Password Secret
}

// Format shows the user alone under every verb: behind a Route's pointer the
// password's own masking would not be asked.
func (b BasicAuth) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "{%s %s}", b.User, masked) }

// Fallbacks are the answers of a route whose scripts failed. A nil one is not
// set: the answer is then a 500, and Twilio uses its own fallback URL.
type Fallbacks struct {
	Voice     []byte // a TwiML document, rendered
	Messaging []byte // a TwiML document, rendered
	JSON      []byte
}

// Takes reports whether the route's `on` names ev's kind.
func (r *Route) Takes(ev *Event) bool {
	for _, p := range r.On {
		if p.Match(ev.Kind) {
			return true
		}
	}
	return len(r.On) == 0
}

// Inline reports whether ev is answered by what its scripts say. Under
// ModeBackground a decision in JSON or by status still is, for there is no
// empty answer that would leave it open.
func (r *Route) Inline(ev *Event) bool {
	switch r.Mode {
	case ModeInline:
		return true
	case ModeBackground:
		return ev.Wants.JSON() || ev.Wants == WantsStatus
	}
	return ev.Wants.Reply()
}

// decisionTimeout is the most that an answer in JSON or by status may take:
// Twilio goes on without it after 5 s.
const decisionTimeout = 4 * time.Second

// Deadline is the time that the inline answer to ev may take, from arrival.
func (r *Route) Deadline(ev *Event) time.Duration {
	if (ev.Wants.JSON() || ev.Wants == WantsStatus) && r.Timeout > decisionTimeout {
		return decisionTimeout
	}
	return r.Timeout
}

// Covers reports whether path, raw as sent, is the route's own or below its
// prefix.
func (r *Route) Covers(path string) bool {
	if prefix, ok := r.prefix(); ok {
		return strings.HasPrefix(path, prefix)
	}
	return path == r.Path
}

// prefix returns what paths must begin with if the route's path ends in "/*".
func (r *Route) prefix() (string, bool) {
	prefix, ok := strings.CutSuffix(r.Path, "*")
	return prefix, ok && strings.HasSuffix(prefix, "/")
}

// named returns the script of that name, or nil.
func named(scripts []*Script, name string) *Script {
	for _, s := range scripts {
		if s.Name == name {
			return s
		}
	}
	return nil
}
