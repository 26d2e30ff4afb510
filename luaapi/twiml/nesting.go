package twiml

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// refuseChild tells that a child does not belong, and where it does.
func (b *builder) refuseChild(child *Node) {
	e, c := b.e, child.element
	what := fmt.Sprintf("%s cannot contain %s", e.Label(), c.Label())
	switch {
	case len(e.Children) == 0 && e.Text == TextNone:
		what += " (it stands alone)"
	case len(e.Children) == 0:
		what += " (allowed: text)"
	default:
		what += " (allowed: " + labels(e.Children) + ")"
	}
	hint := ""
	switch {
	case c.gone != "":
		hint = c.gone
	case !together(c, e):
		hint = c.Label() + " belongs to " + audience[c.Documents[0]]
	case len(c.Root) > 0 && len(e.Root) > 0 && c.Group == Verb:
		hint = "put " + c.Label() + " after the " + e.Label()
		if e.attrs["action"] != nil {
			hint += " or in its action script"
		}
	case len(c.Parents) > 0:
		hint = c.Label() + " belongs in " + labels(c.Parents)
	}
	b.fail(ruleNotAllowed, b.nestedCode(), what, hint)
}

// together reports whether both may stand in one document.
func together(a, b *Element) bool {
	for _, k := range a.Documents {
		if hasKind(b.Documents, k) {
			return true
		}
	}
	return false
}

func labels(list []*Element) string {
	names := make([]string, 0, len(list))
	for _, e := range list {
		if !e.Undocumented && !e.Deprecated || len(list) == 1 {
			names = append(names, e.Label())
		}
	}
	return strings.Join(names, ", ")
}

// checkNumbers counts the children: how many, which together, in which order.
func (b *builder) checkNumbers(c content) {
	e := b.e
	if e.kidsMax > 0 && c.elements > e.kidsMax {
		b.fail(ruleTooMany, b.nestedCode(), fmt.Sprintf("%s contains %d elements; it takes %d", e.Label(), c.elements, e.kidsMax), "")
	}
	counts := b.perElement()
	for _, k := range counts {
		if most, ok := e.eachMax[k.element]; ok && k.n > most {
			b.fail(ruleTooMany, b.nestedCode(), fmt.Sprintf("%s contains %d %s; it takes %d", e.Label(), k.n, k.element.Label(), most), "")
		}
		if most := k.element.parentMax; most > 0 && k.n > most {
			b.fail(ruleTooMany, k.element.manyCode, fmt.Sprintf("%s contains %d %s; Twilio takes %d", e.Label(), k.n, k.element.Label(), most), "")
		}
	}
	for _, alone := range e.alone {
		for _, k := range counts {
			if k.element == alone && c.elements > 1 {
				b.fail(ruleMixed, e.aloneCode, fmt.Sprintf("%s takes one %s and nothing else next to it", e.Label(), alone.Label()), "")
				return
			}
		}
	}
	if e.together > 0 && c.elements > e.together {
		if v, ok := b.node.Attr(e.togetherIf); !ok || v != "true" {
			b.fail(ruleTooMany, e.togetherNo, fmt.Sprintf("%s rings %d at once; Twilio takes %d", e.Label(), c.elements, e.together),
				"set "+e.togetherIf+" = true or dial fewer")
		}
	}
	b.checkOrder()
	if e.textXor {
		b.checkParts()
	}
}

type elementCount struct {
	element *Element
	n       int
}

func (b *builder) perElement() (counts []elementCount) {
next:
	for _, c := range b.node.children {
		if c.Kind != NodeChild || c.Node.element.Generic {
			continue
		}
		for i := range counts {
			if counts[i].element == c.Node.element {
				counts[i].n++
				continue next
			}
		}
		counts = append(counts, elementCount{c.Node.element, 1})
	}
	return counts
}

func (b *builder) checkOrder() {
	rank := -1
	for _, c := range b.node.children {
		if c.Kind != NodeChild {
			continue
		}
		for r, e := range b.e.order {
			if e != c.Node.element {
				continue
			}
			if r < rank {
				b.warn(ruleOrder, b.nestedCode(), fmt.Sprintf("in %s, %s comes before %s", b.e.Label(), e.Label(), b.e.order[rank].Label()), "")
				return
			}
			rank = r
		}
	}
}

// checkParts bounds the text of the children together: several Body elements
// are one message.
func (b *builder) checkParts() {
	chars, parts := 0, 0
	for _, c := range b.node.children {
		if c.Kind == NodeChild && c.Node.element.text.max > 0 {
			parts++
			for _, t := range c.Node.children {
				if t.Kind == TextChild {
					chars += utf8.RuneCountInString(t.Text)
				}
			}
		}
	}
	if most := b.e.text.max; parts > 1 && chars > most {
		b.fail(ruleTooLong, b.e.text.code, fmt.Sprintf("%s is %d characters; Twilio takes at most %d", b.e.Label(), chars, most),
			"split it into several "+b.e.Label())
	}
}
