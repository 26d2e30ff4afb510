package luaapi

import (
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/twiml"
	"twirouter/router"
)

// settle makes the step's verdict of what a handler returned. nil and false
// pass the event on; a node, a list of nodes, a text, a table for kinds that
// want JSON, and what drop and its like make are answers; anything else is an
// error that says what to do. It runs outside of protected calls, and so raises
// nothing and charges nothing.
func (r *run) settle(L *lua.LState, values []lua.LValue) error {
	r.out.Verdict = router.Passed
	for len(values) > 0 && values[len(values)-1] == lua.LNil {
		values = values[:len(values)-1]
	}
	switch {
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return fmt.Errorf("the handler returned %d values (%s and %s): return one, and several verbs as a list: { Say\"…\", Hangup() }",
			len(values), typeName(values[0]), typeName(values[1]))
	}
	switch v := values[0].(type) {
	case lua.LBool:
		if !v {
			return nil
		}
	case lua.LString:
		return r.takeText(string(v))
	case *lua.LTable:
		return r.takeTable(L, v)
	case *lua.LUserData:
		switch value := v.Value.(type) {
		case *answer:
			return r.takeAnswer(value)
		case *nodeValue:
			value.use()
			return r.takeNodes([]twiml.Child{twiml.Nested(value.node)})
		}
	}
	return fmt.Errorf("the handler returned %s, which is no reply: return a node, a list of nodes or a text to answer, nothing to pass the event on, drop(\"why\") to end it",
		typeName(values[0]))
}

// ignored reports whether the run's replies are not for anybody, and says so.
func (r *run) ignored(what string) bool {
	if r.call.Handler < 0 {
		return false
	}
	r.warnAt(r.script.file, 0, what+" was ignored: the handler has background = true and runs after the answer")
	return true
}

func (r *run) takeAnswer(a *answer) error {
	if a.made != nil {
		a.made.used = true
	}
	switch a.fn {
	case "retry":
		r.failed(a, "retry")
		if a.after > 0 {
			r.out.Error.Message = strings.Replace(r.out.Error.Message, "retry", "retry in "+a.after.String(), 1)
		}
		r.out.Retry = &router.Retry{After: a.after}
		return nil
	case "fail":
		r.failed(a, "the script gave up")
		r.out.Final = true
		return nil
	}
	if r.ignored(a.fn + "()") {
		return nil
	}
	switch a.fn {
	case "drop":
		r.out.Verdict, r.out.Reason = router.Dropped, a.why
	case "refuse":
		reply, err := router.Refuse(r.event, a.status)
		if err != nil {
			return err
		}
		r.out.Verdict, r.out.Reason, r.out.Reply, r.out.Refused = router.Replied, a.why, reply, true
	default:
		if a.reply.Type == "" && len(a.reply.Body) > 0 {
			a.reply.Type = usualType(r.event.Wants)
		}
		if r.event.Wants.TwiML() && a.fn == "reply.json" {
			r.warnAt(r.script.file, 0, r.event.Kind+" wants TwiML: Twilio makes nothing of JSON")
		}
		r.replied(a.reply)
	}
	return nil
}

// usualType is the Content-Type of a body that says none.
func usualType(w router.Wants) string {
	switch {
	case w.TwiML():
		return router.TypeTwiML
	case w.JSON():
		return router.TypeJSON
	}
	return router.TypeText
}

// replied answers with reply, where an answer is wanted.
func (r *run) replied(reply *router.Reply) {
	r.out.Verdict = router.Replied
	if r.event.Wants.Reply() {
		r.out.Reply = reply
	}
}

func (r *run) takeText(text string) error {
	begin := strings.ToLower(strings.TrimSpace(cut(text, 200)))
	if strings.HasPrefix(begin, "<?xml") || strings.HasPrefix(begin, "<response") {
		return errors.New(`the handler returned TwiML as a text: return nodes, like Say"R&D" (text is escaped for you), or reply{ body = … } if it must be`)
	}
	if r.ignored("the reply") {
		return nil
	}
	name := ""
	switch w := r.event.Wants; {
	case w == router.WantsMessaging:
		name = "Message"
	case w == router.WantsVoice:
		name = "Say"
	case w.Reply():
		return fmt.Errorf("the handler returned a text, and %s wants %s", r.event.Kind, wanted(w))
	default:
		r.out.Verdict = router.Replied
		return nil
	}
	e, _ := twiml.Lookup(name)
	node, problems := twiml.New(e, twiml.Pos{File: r.script.file}, nil, []twiml.Child{twiml.Text(text)})
	r.warnings(problems)
	if node == nil {
		return problemError(problems)
	}
	return r.takeNodes([]twiml.Child{twiml.Nested(node)})
}

// wanted says what to return for a kind of reply.
func wanted(w router.Wants) string {
	switch {
	case w == router.WantsFax:
		return "TwiML: return Receive() or Reject()"
	case w.TwiML():
		return "TwiML: return a node or a list of nodes"
	case w == router.WantsTaskRouter:
		return "JSON: return a table like { instruction = \"accept\" }"
	case w.JSON():
		return "JSON: return a table"
	case w == router.WantsStatus:
		return "an HTTP status: return refuse(403, \"why\"), reply{ status = 200 } or nothing"
	}
	return "no reply"
}

// takeTable takes a list of nodes, or a table for JSON.
func (r *run) takeTable(L *lua.LState, t *lua.LTable) error {
	w := r.event.Wants
	if w.JSON() {
		return r.takeJSON(L, t)
	}
	children, err := childrenOf(t)
	if err != nil {
		if w.TwiML() {
			return err
		}
		children = nil
	}
	if r.ignored("the reply") {
		return nil
	}
	if w == router.WantsStatus {
		return fmt.Errorf("the handler returned a table, and %s wants %s", r.event.Kind, wanted(w))
	}
	return r.takeNodes(children)
}

func (r *run) takeJSON(L *lua.LState, t *lua.LTable) error {
	body, err := encode(nil, L, t)
	if err != nil {
		return fmt.Errorf("the reply cannot be written as JSON: %w", err)
	}
	if body[0] != '{' {
		return fmt.Errorf("the handler returned a list, and %s wants %s", r.event.Kind, wanted(r.event.Wants))
	}
	if r.event.Wants == router.WantsTaskRouter && len(body) > len("{}") {
		switch v := thaw(t).RawGetString("instruction").(type) {
		case lua.LString:
			if !instructions[string(v)] {
				r.warnAt(r.script.file, 0, fmt.Sprintf("TaskRouter knows no instruction %s%s", quoted(string(v)), suggestion(string(v), sortedKeys(instructions))))
			}
		default:
			return fmt.Errorf("the reply to %s needs an instruction, like { instruction = \"accept\" }, got %s", r.event.Kind, typeName(v))
		}
	}
	if r.ignored("the reply") {
		return nil
	}
	r.replied(&router.Reply{Status: 200, Type: router.TypeJSON, Body: body})
	return nil
}

// instructions are those of TaskRouter's assignment callback
// (twilio.com/docs/taskrouter/handle-assignment-callbacks).
var instructions = map[string]bool{"accept": true, "reject": true, "dequeue": true, "call": true, "redirect": true, "conference": true}

// takeNodes answers with a TwiML document.
func (r *run) takeNodes(children []twiml.Child) error {
	if r.ignored("the reply") {
		return nil
	}
	var kind twiml.Kind
	switch w := r.event.Wants; {
	case w == router.WantsVoice:
		kind = twiml.Voice
	case w == router.WantsMessaging:
		kind = twiml.Messaging
	case w == router.WantsFax:
		kind = twiml.Fax
	case w.Reply():
		return fmt.Errorf("the handler returned TwiML, and %s wants %s", r.event.Kind, wanted(w))
	default:
		r.out.Verdict = router.Replied
		return nil
	}
	doc, problems := twiml.NewDocument(kind, children)
	problems = append(problems, doc.Check()...)
	r.warnings(problems)
	if problems.Failed() {
		return problemError(problems)
	}
	body, err := doc.Render()
	if err != nil {
		return err
	}
	r.replied(&router.Reply{Status: 200, Type: router.TypeTwiML, Body: body})
	return nil
}

// warnings keeps those of the problems that are no errors.
func (r *run) warnings(problems twiml.Problems) {
	for i := range problems {
		if p := &problems[i]; p.Severity == twiml.Warning {
			r.warnAt(p.Pos.File, p.Pos.Line, p.Message())
		}
	}
}

// problemError tells the first error at its place, and the others after it.
func problemError(problems twiml.Problems) *router.ScriptError {
	var e router.ScriptError
	more := 0
	for i := range problems {
		p := &problems[i]
		switch {
		case p.Severity != twiml.Error:
		case e.Message == "":
			e.File, e.Line, e.Message = p.Pos.File, p.Pos.Line, p.Message()
		case more < 5:
			more++
			e.Message += "\nand "
			if p.Pos.Line > 0 {
				e.Message += "line " + fmt.Sprint(p.Pos.Line) + ": "
			}
			e.Message += p.Message()
		}
	}
	return &e
}
