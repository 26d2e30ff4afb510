package twilio

import "twirouter/router"

// ranking says which of two events of one resource is the later one, so that a
// status which arrives late is known to be stale. Twilio promises no order.
type ranking struct {
	// Family sets apart what is compared from other events of the same resource.
	// "" compares nothing.
	Family string
	// Ladder ranks the value in the kind's name; what is not in it has no rank.
	Ladder map[string]int
	// Number is the parameter that counts the events of the resource.
	Number string
	// Clock is the parameter with the time of the event in milliseconds; within
	// one the resource's Version decides, and then the Ladder. Events that the
	// Ladder does not know are compared with their own kind alone.
	Clock   string
	Version string
}

// The bits of a rank by Clock, below those of the clock itself.
const (
	versionBits = 16
	stepBits    = 4
)

// rank sets Track and Rank, if the row compares events and this one can be
// compared.
func (c *compiledRow) rank(f *fields, ev *router.Event) {
	if c.Rank.Family == "" {
		return
	}
	about := bounded(f.get(c.track))
	if about == "" {
		about = ev.Order
	}
	if about == "" {
		return
	}
	family, step, known := c.Rank.Family, 0, false
	if c.Rank.Ladder != nil {
		head := len(c.head)
		if c.tail == nil { // "message.received" stands on the same ladder as "message.{MessageStatus}"
			head = len(family) + 1
		}
		step, known = c.Rank.Ladder[ev.Kind[head:]]
	}
	if clock, ok := number(f.get(c.clock), 1<<42); ok {
		version, _ := number(f.get(c.version), 1<<versionBits-1)
		if !known {
			family, version = ev.Kind, 0
		}
		ev.Track = family + " at " + about + " " + ev.Path
		ev.Rank = (clock<<versionBits|version)<<stepBits | step
		return
	}
	if !known {
		if step, known = number(f.get(c.number), 1<<40); !known {
			return
		}
	}
	ev.Track, ev.Rank = family+" "+about+" "+ev.Path, step
}

// number reads a whole number of at most most.
func number(s string, most int) (int, bool) {
	if s == "" || len(s) > 15 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return min(n, most), true
}
