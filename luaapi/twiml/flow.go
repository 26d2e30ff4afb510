package twiml

import "fmt"

// flow checks the order of the verbs: what is never reached, and where a call
// runs into silence.
func (c *checker) flow() {
	var verbs []*Node
	for _, child := range c.doc.children {
		if child.Kind == NodeChild {
			verbs = append(verbs, child.Node)
		}
	}
	for i, n := range verbs {
		rest := verbs[i+1:]
		if why, ends := n.ends(); ends && len(rest) > 0 {
			c.warn(ruleUnreachable, 0, rest[0].pos, rest[0].element.Label()+" is never reached: "+why, "")
			verbs = verbs[:i+1]
			break
		}
	}
	for i, n := range verbs {
		e := n.element
		rest := verbs[i+1:]
		if e.first && i > 0 {
			c.warn(ruleNotFirst, 0, n.pos, e.Label()+" must come first: here the call is answered already and is billed", "")
		}
		for _, a := range e.wants {
			if _, ok := n.Attr(a.Name); !ok {
				c.warn(ruleNoAction, 0, n.pos, fmt.Sprintf("%s has no %s", e.Label(), a.LuaName), e.whyAction)
			}
		}
		if e.ends.attr != "" && e.ends.value != "" && len(rest) == 0 {
			if _, ends := n.ends(); !ends {
				c.warn(ruleNoFallthrough, 0, n.pos, fmt.Sprintf("nothing follows %s: if the caller stays silent the call ends", e.Label()),
					fmt.Sprintf("add Say or Redirect after it, or %s = %s", e.ends.attr, e.ends.value))
			}
		}
		c.holding(n, rest)
	}
}

// ends reports whether the verbs after n are not reached, and why.
func (n *Node) ends() (why string, ends bool) {
	switch e := n.element; {
	case e.ends.always:
		return e.Label() + " ends the document", true
	case e.ends.attr != "":
		v, ok := n.Attr(e.ends.attr)
		if ok && v != "" && (e.ends.value == "" || e.ends.value == v) {
			return fmt.Sprintf("%s with %s ends the document", e.Label(), e.ends.attr), true
		}
	}
	return "", false
}

// holding warns of a call that is expected to stay and does not, and of one
// that is held twice.
func (c *checker) holding(n *Node, rest []*Node) {
	e := n.element
	switch {
	case e.holds < 0:
		for _, r := range rest {
			if r.element.holds >= 0 && r.element.Tag != "Stop" {
				return
			}
		}
		c.warn(ruleConnectStart, 0, n.pos, e.Label()+" does not hold the call", "add Say, Dial or Pause after it, or use Connect")
	case e.holds > 0 && len(rest) > 0 && rest[0].element.Tag == "Pause":
		c.warn(ruleConnectStart, 0, rest[0].pos, "Pause after "+e.Label()+" does not hold the call: "+e.Label()+" does so itself",
			"leave Pause out")
	}
}
