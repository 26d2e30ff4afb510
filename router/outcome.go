package router

import (
	"encoding/json"
	"time"
)

// Verdict is what came of an event, or of one script's run.
type Verdict string

// The closed set of verdicts.
const (
	Replied Verdict = "replied" // a script answered, or refused
	Dropped Verdict = "dropped" // a script said that nothing shall happen
	Passed  Verdict = "passed"  // nobody spoke, or a fact was handled
	Failed  Verdict = "failed"  // an error, a spent budget, a deadline
)

// Outcome is what came of running an event.
type Outcome struct {
	Verdict    Verdict
	Reason     string // drop's or refuse's reason, or why it failed, for the operator
	Reply      *Reply // what is sent; nil for a background run
	Steps      []Step
	Warnings   []string // about the event as a whole
	Emitted    []Emitted
	Answer     bool     // an answer was made, not a fact handled: its writes and emits count all or none
	Finished   []string // scripts of a fact that have finished and are not run in a later attempt
	Generation int
	Route      string
	Duration   time.Duration
}

// Step is what one script did with an event.
type Step struct {
	Script       string
	Verdict      Verdict
	Reason       string
	Error        *ScriptError // set exactly if Verdict is Failed
	Reply        *Reply       // set exactly if Verdict is Replied and the event wants a reply
	Refused      bool         // the reply came from refuse()
	Retry        *Retry       // retry("30s", "why"): try again, not before
	Final        bool         // fail("why"): never try again
	Logs         []LogLine
	Warnings     []string
	Requests     []Request // outbound calls
	Writes       []Write   // to the script's own state, to be committed with the outcome
	Emits        []Emit
	Instructions int64
	Memory       int64 // bytes
	Duration     time.Duration
}

// Retry asks for another attempt after a time.
type Retry struct {
	After time.Duration
}

// ScriptError is a failure told as its author needs it; it never holds a
// secret or an inside of the host.
type ScriptError struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Message   string `json:"message"`             // without the position
	Source    string `json:"source,omitempty"`    // the line of the script, trimmed
	Traceback string `json:"traceback,omitempty"` // Lua's, one frame a line
	Budget    string `json:"budget,omitempty"`    // "instructions", "memory", "time" for a spent one
}

// Error is "file:line: message".
func (e *ScriptError) Error() string {
	return Problem{File: e.File, Line: e.Line, What: e.Message}.String()
}

// LogLine is one line that a script logged.
type LogLine struct {
	Level   string         `json:"level"` // debug, info, warn, error
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
	Line    int            `json:"line,omitempty"`
}

// Request is one outbound call of a script, as it is remembered: without its
// headers and body.
type Request struct {
	Method   string        `json:"method"`
	URL      string        `json:"url"` // without query
	Status   int           `json:"status,omitempty"`
	Error    string        `json:"error,omitempty"` // the kind of failure
	Duration time.Duration `json:"duration"`
}

// Emit asks for a new event in the background.
type Emit struct {
	Kind    string          // begins with "app."
	Data    json.RawMessage // what the handlers see as event.data
	Due     time.Time       // zero: at once
	Key     string          // dedupes per account; "" is always new
	Handler *HandlerRef     // set by the chain for background handlers
}

// Emitted is a new event that is accepted with the outcome, or not at all.
type Emitted struct {
	Event *Event
	Due   time.Time
}

// Writes returns the state writes that the outcome commits: of an answer all
// or none, of a fact those of every script that succeeded.
func (o *Outcome) Writes() []Write {
	var out []Write
	for i := range o.Steps {
		if o.commits(&o.Steps[i]) {
			out = append(out, o.Steps[i].Writes...)
		}
	}
	return out
}

// commits reports whether what the step wrote and emitted takes effect.
func (o *Outcome) commits(s *Step) bool {
	return s.Verdict != Failed && !(o.Answer && o.Verdict == Failed)
}

// ErrorText is the operator's one line about a failed outcome, "" for others.
func (o *Outcome) ErrorText() string {
	if o.Verdict != Failed {
		return ""
	}
	for i := range o.Steps {
		if e := o.Steps[i].Error; e != nil {
			return e.Error()
		}
	}
	return o.Reason
}
