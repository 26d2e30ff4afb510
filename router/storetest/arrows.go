package storetest

import (
	"slices"
	"strings"
	"time"

	"twirouter/router"
)

// An Arrow is one way from a state to another, as docs/states.md draws it.
type Arrow struct {
	From, To router.State // From is "" for the beginning
	By       string       // what does it, as on the arrow
}

// arrows are all there are, each with a case that goes along it and returns
// where the item is.
var arrows = map[Arrow]func(x *trial) uint64{
	{"", router.StateRunning, "Append, answered inline"}: func(x *trial) uint64 {
		return x.first(running(x.event()))
	},
	{"", router.StateQueued, "Append, for the background"}: func(x *trial) uint64 {
		return x.first(queued(x.event()))
	},
	{router.StateQueued, router.StateRunning, "Claim"}: func(x *trial) uint64 {
		return x.claim(x.first(queued(x.event()))).Seq
	},
	{router.StateRunning, router.StateDone, "Commit"}: func(x *trial) uint64 {
		seq := x.first(running(x.event()))
		x.end(seq, 1, router.StateDone, answered)
		return seq
	},
	{router.StateRunning, router.StateDead, "Commit, background only"}: func(x *trial) uint64 {
		item := x.claim(x.first(queued(x.event())))
		x.end(item.Seq, item.Rev, router.StateDead, router.Outcome{Verdict: router.Failed})
		return item.Seq
	},
	{router.StateRunning, router.StateQueued, "Commit, background only, for another attempt"}: func(x *trial) uint64 {
		item := x.claim(x.first(queued(x.event())))
		x.end(item.Seq, item.Rev, router.StateQueued, router.Outcome{Verdict: router.Failed})
		return item.Seq
	},
	{router.StateRunning, router.StateRunning, "Claim, background only, after the lease"}: func(x *trial) uint64 {
		item := x.claim(x.first(queued(x.event())))
		time.Sleep(2 * time.Minute)
		return x.claim(item.Seq).Seq
	},
	{router.StateDone, router.StateRunning, "Claim, failed inline without an answer"}: func(x *trial) uint64 {
		seq := x.first(running(x.event()))
		x.end(seq, 1, router.StateDone, broken)
		return x.claim(seq).Seq
	},
}

// Arrows lists all ways from state to state, sorted.
func Arrows() []Arrow {
	var out []Arrow
	for a := range arrows {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Arrow) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// String is the arrow as a line of the picture.
func (a Arrow) String() string {
	from := string(a.From)
	if from == "" {
		from = "[*]"
	}
	return from + " --> " + string(a.To) + ": " + a.By
}

func arrowCases() []testCase {
	var cases []testCase
	for _, a := range Arrows() {
		cases = append(cases, testCase{a.String(), func(x *trial) {
			if item := x.item(arrows[a](x)); item.State != a.To {
				x.Errorf("the item is %s, want %s", item.State, a.To)
			}
		}})
	}
	return cases
}
