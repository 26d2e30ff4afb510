package luaapi

import (
	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/twiml"
)

// openNodes makes the metatable of nodes: they can be read and printed, and
// nothing else.
func openNodes(L *lua.LState) {
	mt := L.NewTypeMetatable(nodeType)
	for name, fn := range map[string]lua.LGFunction{
		"__index": nodeIndex, "__newindex": nodeNewIndex, "__len": nodeLen, "__concat": nodeConcat, "__call": nodeCall,
		"__tostring": func(L *lua.LState) int {
			text := nodeAt(L, 1).node.String()
			runOf(L).chargeBytes(L, int64(len(text)))
			L.Push(lua.LString(text))
			return 1
		},
	} {
		mt.RawSetString(name, L.NewFunction(fn))
	}
	mt.RawSetString("__metatable", locked)
}

func nodeAt(L *lua.LState, n int) *nodeValue {
	if ud, ok := L.Get(n).(*lua.LUserData); ok {
		if v, ok := ud.Value.(*nodeValue); ok {
			return v
		}
	}
	raise(L, "a TwiML node expected, got %s", typeName(L.Get(n)))
	return nil
}

// nodeIndex reads an attribute by its name, a child by its position, and under
// "tag" the name of the element.
func nodeIndex(L *lua.LState) int {
	parent := nodeAt(L, 1)
	n := parent.node
	var v lua.LValue = lua.LNil
	switch k := L.Get(2).(type) {
	case lua.LString:
		name := string(k)
		if a := n.Element().Attribute(name); a != nil {
			name = a.Name
		}
		if text, ok := n.Attr(name); ok {
			v = lua.LString(text)
		} else if name == "tag" {
			v = lua.LString(n.Element().Tag)
		}
	case lua.LNumber:
		children := n.Children()
		if i := int(k) - 1; i >= 0 && i < len(children) && lua.LNumber(int(k)) == k {
			v = parent.child(L, children[i])
		}
	}
	L.Push(v)
	return 1
}

// child is one of the children as a script holds it.
func (n *nodeValue) child(L *lua.LState, c twiml.Child) lua.LValue {
	if c.Kind == twiml.NodeChild {
		v := &nodeValue{node: c.Node, size: n.size}
		v.ud = lua.LUserData{Value: v, Metatable: L.GetTypeMetatable(nodeType)}
		return &v.ud
	}
	return lua.LString(c.Text)
}

func nodeLen(L *lua.LState) int {
	L.Push(lua.LNumber(len(nodeAt(L, 1).node.Children())))
	return 1
}

func nodeNewIndex(L *lua.LState) int {
	label := nodeAt(L, 1).node.Element().Label()
	raise(L, "a %s cannot be changed: give it everything when it is made, as %s{ … }", label, label)
	return 0
}

func nodeConcat(L *lua.LState) int {
	n, ok := 1, false
	if ud, is := L.Get(1).(*lua.LUserData); is {
		_, ok = ud.Value.(*nodeValue)
	}
	if !ok {
		n = 2
	}
	label := nodeAt(L, n).node.Element().Label()
	raise(L, "a %s is no text: put brackets round joined text, %s(\"Hello \" .. name)", label, label)
	return 0
}

func nodeCall(L *lua.LState) int {
	label := nodeAt(L, 1).node.Element().Label()
	raise(L, "a %s is made already: attributes and text go into one table, as %s{ name = …, \"text\" }", label, label)
	return 0
}
