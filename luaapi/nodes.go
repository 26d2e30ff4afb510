package luaapi

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/twiml"
)

// nodeType is the name of the metatable of nodes in a state's registry.
const nodeType = "twiml.node"

// Bounds of one constructor's table.
const (
	maxNodeItems  = 10_000 // children, and lists of them
	maxAttributes = 200    // with the values in lists
	maxNodeLists  = 32     // lists in lists
)

// maxMade is how many values of one run are watched, so that the author hears
// of those that he did not return: what is watched stays in memory.
const maxMade = 1000

// nodeValue is a TwiML node as a script holds it. It cannot be changed.
type nodeValue struct {
	ud   lua.LUserData // that holds it: one allocation for both
	node *twiml.Node
	size int // of the texts in it, in bytes
	made made
}

func (n *nodeValue) String() string   { return n.node.String() }
func (n *nodeValue) typeName() string { return "a " + n.node.Element().Label() }

// use notes that the node is part of something that is itself accounted for.
func (n *nodeValue) use() { n.made.used = true }

// The constructors: of every verb and noun a global and a field of twiml, of
// speech markup a field of ssml, and Element for what the schema does not know.
var (
	_ = provideConstructors()
	_ = provideGlobal("Element", makeElement)
	_ = provideModule("twiml", func(L *lua.LState) lua.LValue {
		openNodes(L)
		fns := map[string]lua.LGFunction{"Element": makeElement}
		for _, e := range twiml.Elements() {
			fns[e.Name] = constructor(e)
		}
		return functions(L, fns)
	})
	_ = provideModule("ssml", func(L *lua.LState) lua.LValue {
		fns := map[string]lua.LGFunction{}
		for _, e := range twiml.SSML() {
			fns[e.Name] = constructor(e)
		}
		return functions(L, fns)
	})
)

func provideConstructors() struct{} {
	for _, e := range twiml.Elements() {
		provideGlobal(e.Name, constructor(e))
	}
	return struct{}{}
}

// constructor makes nodes of an element: Say"text", Say{ voice = …, "text" }.
func constructor(e *twiml.Element) lua.LGFunction {
	label := e.Label()
	make := func(pos twiml.Pos, args []twiml.Arg, children []twiml.Child) (*twiml.Node, twiml.Problems) {
		return twiml.New(e, pos, args, children)
	}
	return func(L *lua.LState) int {
		if L.GetTop() > 1 && L.Get(2) != lua.LNil {
			raise(L, "%s takes one value: a text, or a table with attributes by name and then text or children, as %s{ name = …, \"text\" }", label, label)
		}
		return pushNode(L, label, L.Get(1), make)
	}
}

// makeElement is Element(tag, …), for elements that are newer than the schema.
func makeElement(L *lua.LState) int {
	tag, ok := L.Get(1).(lua.LString)
	if !ok {
		raise(L, "Element takes the name of an element and then what is in it, got %s", typeName(L.Get(1)))
	}
	runOf(L).charge(L, int64(len(tag)/2))
	return pushNode(L, cut(string(tag), 60), L.Get(2), func(pos twiml.Pos, args []twiml.Arg, children []twiml.Child) (*twiml.Node, twiml.Problems) {
		return twiml.Generic(string(tag), pos, args, children)
	})
}

// Charges of a constructor, beyond its instructions.
const (
	nodeCost      = 10
	nodeBytes     = 200
	childCost     = 8
	attributeCost = 20
)

// pushNode makes a node of what the constructor was given. Warnings are kept;
// of errors the first is raised.
func pushNode(L *lua.LState, label string, given lua.LValue, make func(twiml.Pos, []twiml.Arg, []twiml.Child) (*twiml.Node, twiml.Problems)) int {
	r := runOf(L)
	r.charge(L, nodeCost)
	r.chargeBytes(L, nodeBytes)
	i := intake{L: L, r: r, label: label, left: maxNodeItems, argsLeft: maxAttributes}
	i.argument(given)
	if i.problem != "" {
		raise(L, "%s", i.problem)
	}
	v := &nodeValue{size: i.size, made: made{what: label}}
	v.ud = lua.LUserData{Value: v, Metatable: L.GetTypeMetatable(nodeType)}
	v.made.file, v.made.line = r.where(L)
	node, problems := make(twiml.Pos{File: v.made.file, Line: v.made.line}, i.args, i.children)
	if len(problems) > 0 {
		r.warnings(problems)
		if e := problems.Errors(); len(e) > 0 {
			raise(L, "%s", e[0].Message())
		}
	}
	v.node = node
	if r.phase == phaseHandler && len(r.made) < maxMade {
		r.made = append(r.made, &v.made)
	}
	L.Push(&v.ud)
	return 1
}

// childrenOf reads a list of nodes and texts, as a handler returns it. It
// charges nothing.
func childrenOf(t *lua.LTable) ([]twiml.Child, error) {
	i := intake{label: "a reply", left: maxNodeItems}
	i.list(t, 0)
	if i.problem != "" {
		return nil, errorText(i.problem)
	}
	return i.children, nil
}

// intake reads what a constructor was given.
type intake struct {
	L        *lua.LState
	r        *run // nil: nothing is charged
	label    string
	left     int // children that may still come
	argsLeft int // and attributes
	args     []twiml.Arg
	children []twiml.Child
	size     int    // bytes of their texts
	problem  string // the first thing that is wrong
}

// weigh charges n bytes of text: they are cleaned, checked and counted.
func (i *intake) weigh(n int) {
	i.size += n
	if i.r != nil {
		i.r.charge(i.L, int64(n/2))
	}
}

func (i *intake) fail(format string, args ...any) {
	if i.problem == "" {
		i.problem = fmt.Sprintf(format, args...)
	}
}

func (i *intake) tooMany(n int, what string) {
	i.fail("%s has more than %d %s", i.label, n, what)
}

func (i *intake) argument(v lua.LValue) {
	t, ok := v.(*lua.LTable)
	if !ok {
		i.child(v, 0)
		return
	}
	i.r.chargeTable(i.L, t)
	t = thaw(t)
	n := t.Len()
	if n > 0 {
		i.children = make([]twiml.Child, 0, min(n, maxNodeItems))
	}
	if parts := partsOf(t); len(parts.keys) > 0 {
		i.args = make([]twiml.Arg, 0, len(parts.keys))
		for _, k := range parts.keys { // in the order in which they were set; those without a value are gone
			name, ok := k.(lua.LString)
			v := parts.strdict[string(name)]
			switch {
			case !ok && parts.dict[k] != nil:
				i.fail("%s takes attributes by name and children by position, got %s as a key", i.label, typeName(k))
				return
			case v == nil:
			case name == "extra":
				i.extra(v)
			default:
				i.arg(string(name), v, false)
			}
		}
	}
	for k := 1; k <= n && i.problem == ""; k++ {
		i.child(t.RawGetInt(k), 1)
	}
}

// extra reads attributes that the schema does not know.
func (i *intake) extra(v lua.LValue) {
	t, ok := v.(*lua.LTable)
	if !ok {
		i.fail("%s: extra is a table of attributes, got %s", i.label, typeName(v))
		return
	}
	i.r.chargeTable(i.L, t)
	each(t, func(k, v lua.LValue) {
		name, ok := k.(lua.LString)
		if !ok {
			i.fail("%s: extra is a table of attributes by name, got %s as a key", i.label, typeName(k))
			return
		}
		i.arg(string(name), v, true)
	})
}

func (i *intake) arg(name string, v lua.LValue, extra bool) {
	if i.argsLeft--; i.argsLeft < 0 {
		i.tooMany(maxAttributes, "attributes")
		return
	}
	i.r.charge(i.L, attributeCost)
	i.weigh(len(name) + textLen(v))
	value, ok := scalar(v)
	if t, isTable := v.(*lua.LTable); isTable {
		value, ok = i.listValue(name, t)
	}
	if !ok {
		i.badValue(name, v)
		return
	}
	i.args = append(i.args, twiml.Arg{Name: name, Value: value, Extra: extra})
}

func (i *intake) badValue(name string, v lua.LValue) {
	hint := ""
	if v.Type() == lua.LTFunction {
		hint = "; is it to be called, as at()?"
	}
	i.fail("%s %s must be a string, a number, a boolean or a list of them, got %s%s", i.label, cut(name, 60), typeName(v), hint)
}

func scalar(v lua.LValue) (twiml.Value, bool) {
	switch v := v.(type) {
	case lua.LString:
		return twiml.Str(string(v)), true
	case lua.LNumber:
		return twiml.Num(float64(v)), true
	case lua.LBool:
		return twiml.Flag(bool(v)), true
	}
	return twiml.Value{}, false
}

// listValue reads a list for an attribute that takes several values; nil and
// false in it are skipped.
func (i *intake) listValue(name string, t *lua.LTable) (twiml.Value, bool) {
	i.r.chargeTable(i.L, t)
	t = thaw(t)
	n := t.Len()
	if k := strayKey(t, n); k != lua.LNil {
		i.fail("%s %s is a list, and has %s as a key", i.label, cut(name, 60), typeName(k))
		return twiml.Value{}, false
	}
	var items []twiml.Value
	for k := 1; k <= n; k++ {
		v := t.RawGetInt(k)
		if v == lua.LNil || v == lua.LFalse {
			continue
		}
		if i.argsLeft--; i.argsLeft < 0 {
			i.tooMany(maxAttributes, "attributes")
			return twiml.Value{}, false
		}
		i.weigh(textLen(v))
		item, ok := scalar(v)
		if !ok {
			i.badValue(name, v)
			return twiml.Value{}, false
		}
		items = append(items, item)
	}
	return twiml.List(items...), true
}

// child reads one position: text, a node, or a list of them.
func (i *intake) child(v lua.LValue, depth int) {
	switch v := v.(type) {
	case *lua.LNilType:
		return
	case lua.LString:
		i.weigh(len(v))
		i.add(twiml.Text(string(v)))
		return
	case lua.LNumber:
		i.add(twiml.Text(luaNumber(float64(v))))
		return
	case lua.LBool:
		if !v {
			return
		}
	case *lua.LTable:
		i.list(v, depth)
		return
	case *lua.LUserData:
		switch value := v.Value.(type) {
		case *nodeValue:
			value.use()
			i.weigh(value.size)
			i.add(twiml.Nested(value.node))
			return
		case *answer:
			i.fail("%s cannot contain %s: return it by itself", i.label, typeName(v))
			return
		}
	}
	hint := ""
	if v.Type() == lua.LTFunction {
		hint = "; is it to be called, as Hangup()?"
	}
	i.fail("%s cannot contain %s%s", i.label, typeName(v), hint)
}

func (i *intake) add(c twiml.Child) {
	if i.left--; i.left < 0 {
		i.tooMany(maxNodeItems, "children")
		return
	}
	if i.r != nil {
		i.r.charge(i.L, childCost)
	}
	i.children = append(i.children, c)
}

// list takes what is in a list as if it stood outside.
func (i *intake) list(t *lua.LTable, depth int) {
	if depth > maxNodeLists {
		i.fail("%s has lists in lists more than %d deep, or a list that contains itself", i.label, maxNodeLists)
		return
	}
	if i.left--; i.left < 0 {
		i.tooMany(maxNodeItems, "children")
		return
	}
	if i.r != nil {
		i.r.chargeTable(i.L, t)
	}
	t = thaw(t)
	n := t.Len()
	if k := strayKey(t, n); k != lua.LNil {
		if s, ok := k.(lua.LString); ok {
			i.fail("%s has a list with the name %s in it: attributes belong to an element, as Say{ %s = … }", i.label, quoted(string(s)), cut(string(s), 60))
		} else {
			i.fail("%s has a table that is no list: it has %s as a key", i.label, typeName(k))
		}
		return
	}
	for k := 1; k <= n && i.problem == ""; k++ {
		i.child(t.RawGetInt(k), depth+1)
	}
}

// strayKey is a key of t beyond its list of n, nil if there is none.
func strayKey(t *lua.LTable, n int) lua.LValue {
	if len(partsOf(t).keys) == 0 {
		return lua.LNil
	}
	k, _ := t.Next(lastOf(n))
	return k
}
