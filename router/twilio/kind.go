package twilio

import (
	"slices"
	"strings"

	"twirouter/router"
)

// Info is what is known of a kind of event before one comes.
type Info struct {
	Kind    string
	About   string // what happened, in one line
	Product string
	Wants   router.Wants
	Pre     bool   // a pre-hook: what it announces can still be changed or stopped
	When    string // how it is recognised, in the words of the table of kinds
	Key     string // the parameters that identify the fact; "" if only the request does
	Order   string // the parameters whose first one keeps runs apart; "" is the SID
	// Listed is false for a kind that only fits a pattern, such as a message
	// status that Twilio does not document.
	Listed bool

	row   *compiledRow
	value string // what Twilio writes for it, if the row takes a value
}

// routerKinds are what the router says of itself.
var routerKinds = []Info{
	{Kind: "router.fallback", About: "a script failed and a fallback answered"},
	{Kind: "router.dead", About: "a script used up its attempts at an event"},
	{Kind: "router.refused", About: "requests with a wrong signature were refused"},
	{Kind: "router.capped", About: "a cap on replies was reached"},
	{Kind: "router.reload-failed", About: "an edit did not load; the last good one goes on"},
	{Kind: "router.store", About: "the store cannot be written"},
}

var unknownKinds = []Info{
	{Kind: KindUnknown, About: "parameters that no rule recognises"},
	{Kind: KindUnknownJSON, About: "a JSON body that no rule recognises"},
}

// shelf puts what most people look for first, and the router's own kinds last.
func shelf(product string) int {
	switch product {
	case "messaging":
		return 0
	case "voice":
		return 1
	case "eventstreams":
		return 3
	case "twilio", "router":
		return 4
	}
	return 2
}

// knownKinds is every kind that can be named: messages, calls, the rest in the
// order of the tables.
var knownKinds = func() (k struct {
	list   []Info
	byName map[string]*Info
}) {
	for _, t := range []*kindTable{forms, bodies} {
		for i := range t.rows {
			k.list = append(k.list, t.rows[i].infos()...)
		}
	}
	for _, info := range unknownKinds {
		info.Product, info.Wants, info.Listed = "twilio", router.WantsNothing, true
		k.list = append(k.list, info)
	}
	for _, info := range routerKinds {
		info.Product, info.Wants, info.Listed = "router", router.WantsNothing, true
		k.list = append(k.list, info)
	}
	slices.SortStableFunc(k.list, func(a, b Info) int { return shelf(a.Product) - shelf(b.Product) })
	k.byName = make(map[string]*Info, len(k.list))
	k.list = slices.DeleteFunc(k.list, func(info Info) bool { // the first row of a name describes it
		_, twice := k.byName[info.Kind]
		k.byName[info.Kind] = nil
		return twice
	})
	for i := range k.list {
		k.byName[k.list[i].Kind] = &k.list[i]
	}
	return k
}()

// infos lists the kinds of one row.
func (c *compiledRow) infos() []Info {
	info := Info{
		Kind: c.Kind, About: c.About, Product: c.Product, Wants: c.Wants, Pre: c.Pre,
		When: c.When, Key: c.Key, Order: c.Order, Listed: true, row: c,
	}
	if c.tail == nil {
		return []Info{info}
	}
	var all []Info
	for line := range strings.Lines(c.Values) {
		value, about, _ := strings.Cut(strings.TrimSpace(line), " ")
		if value == "" {
			continue
		}
		name, ok := c.appendName([]byte(c.head), value)
		if !ok {
			panic("kind " + c.Kind + ": " + value + " makes no name")
		}
		one := info
		one.Kind, one.value = string(name), value
		if about = strings.TrimSpace(about); about != "" {
			one.About = about
		}
		all = append(all, one)
	}
	return all
}

// Kinds lists every kind that is known by name: Twilio's, messages and calls
// first, then twilio.unknown and twilio.unknown-json, then those of the router
// itself. Scripts add kinds of their own, app.…, and Twilio adds statuses.
func Kinds() []Info { return slices.Clone(knownKinds.list) }

// KindInfo returns what is known of a kind. It reports false for a name that no
// event can have; a name that is not listed but fits a pattern, as message.…,
// eventstreams.… and app.… do, is no error.
func KindInfo(kind string) (Info, bool) {
	if info := knownKinds.byName[kind]; info != nil {
		return *info, true
	}
	if kind == "call.answered" {
		info, ok := KindInfo("call.in-progress")
		info.Kind = kind
		return info, ok
	}
	if name, ok := strings.CutPrefix(kind, "app."); ok {
		return Info{Kind: kind, About: "what a script emits", Product: "app", Wants: router.WantsNothing}, name != ""
	}
	var found Info
	for _, t := range []*kindTable{forms, bodies} {
		for i := range t.rows {
			if row := &t.rows[i]; row.made(kind) && (found.row == nil || len(row.head) > len(found.row.head)) {
				found = Info{
					Kind: kind, About: row.About, Product: row.Product, Wants: row.Wants, Pre: row.Pre,
					When: row.When, Key: row.Key, Order: row.Order, row: row,
				}
			}
		}
	}
	return found, found.row != nil
}

// made reports whether the row could make the name, and by which value.
func (c *compiledRow) made(kind string) bool {
	_, ok := c.valueOf(kind)
	return ok
}

// valueOf returns a value by which the row makes the name of kind.
func (c *compiledRow) valueOf(kind string) (string, bool) {
	rest, ok := strings.CutPrefix(kind, c.head)
	if !ok || c.tail == nil {
		return "", false
	}
	f := fields{params: make(router.Params, 1)}
	snake := strings.ReplaceAll(rest, "-", "_")
	for _, value := range []string{c.Cut + rest, rest, c.Cut + camel(rest), camel(rest), snake, strings.ToUpper(snake)} {
		name, ok := c.appendName([]byte(c.head), value)
		if ok && string(name) == kind && c.admits(&f, value) {
			return value, true
		}
	}
	return "", false
}

// admits reports whether the row's own tests of its value let this one pass.
func (c *compiledRow) admits(f *fields, value string) bool {
	f.sent, f.params[0].Value = mask{}, value
	f.sent.set(c.tail[0].id)
	for _, any := range c.tests {
		own := !slices.ContainsFunc(any, func(t term) bool { return t.id != c.tail[0].id })
		if own && !slices.ContainsFunc(any, func(t term) bool { return f.holds(t) }) {
			return false
		}
	}
	return true
}

func camel(words string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(words, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// NearestKind returns the listed kind that somebody may have meant who wrote
// kind, "" if none is near.
func NearestKind(kind string) string {
	kind = strings.ReplaceAll(strings.ToLower(kind), "_", "-")
	best, least := "", max(2, len(kind)/4)+1
	for i := range knownKinds.list {
		if d := distance(kind, knownKinds.list[i].Kind, least); d < least {
			best, least = knownKinds.list[i].Kind, d
		}
	}
	return best
}

// distance is how many letters must be put in, left out, changed or swapped with
// their neighbour to make b of a; it gives up at limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	rows := make([]int, 3*(len(b)+1))
	before, last, now := rows[:len(b)+1], rows[len(b)+1:2*len(b)+2], rows[2*len(b)+2:]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
