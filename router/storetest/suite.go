package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
)

// Clock tells the time; a Store under test has no other.
type Clock = func() time.Time

// Window is how long the stores under test know a duplicate.
const Window = 24 * time.Hour

// Run holds a kind of Store to every promise of router.Store. open returns a
// new, empty one on the given clock, whose window for duplicates is Window and
// which has room for some ten thousand events; the suite closes it. Each case
// runs in a bubble of testing/synctest, in which time costs nothing.
func Run(t *testing.T, open func(t *testing.T, now Clock) router.Store) {
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						x := &trial{T: t, Store: open(t, time.Now), ctx: t.Context()}
						defer func() {
							if err := x.Close(); err != nil {
								t.Errorf("Close: %v", err)
							}
						}()
						c.run(x)
					})
				})
			}
		})
	}
}

// groups are all cases, by subject.
var groups = []struct {
	name  string
	cases []testCase
}{
	{"append", appendCases},
	{"duplicates", duplicateCases},
	{"ranks", rankCases},
	{"commit", commitCases},
	{"wait", waitCases},
	{"claim", claimCases},
	{"queue", queueCases},
	{"journal", journalCases},
	{"state", stateCases},
	{"refusals", refusalCases},
	{"close", closeCases},
	{"copies", copyCases},
	{"crowd", crowdCases},
	{"arrows", arrowCases()},
}

// testCase is one promise.
type testCase struct {
	name string
	run  func(x *trial)
}

// trial is one case's new Store, with what most cases need.
type trial struct {
	*testing.T
	router.Store
	ctx    context.Context
	events int
}

// event is a new fact without a key; change completes it.
func (x *trial) event(change ...func(*router.Event)) *router.Event {
	x.events++
	ev := &router.Event{
		ID: fmt.Sprintf("event-%04d", x.events), Kind: "message.sent", Product: "messaging", Account: "AC1",
		Path: "/twilio", Wants: router.WantsNothing, Received: time.Now(), Origin: router.OriginDoor,
		Params: router.Params{{Key: "MessageStatus", Value: "sent"}},
	}
	for _, c := range change {
		c(ev)
	}
	return ev
}

func key(k string) func(*router.Event)   { return func(ev *router.Event) { ev.Key = k } }
func order(o string) func(*router.Event) { return func(ev *router.Event) { ev.Order = o } }
func kind(k string) func(*router.Event)  { return func(ev *router.Event) { ev.Kind = k } }
func sid(s string) func(*router.Event)   { return func(ev *router.Event) { ev.SID = s } }
func origin(o router.Origin) func(*router.Event) {
	return func(ev *router.Event) { ev.Origin = o }
}

func queued(ev *router.Event) router.Accept {
	return router.Accept{Event: ev, State: router.StateQueued}
}

func running(ev *router.Event) router.Accept {
	return router.Accept{Event: ev, State: router.StateRunning, Hold: time.Minute}
}

// append appends what must be taken or known, without an error.
func (x *trial) append(accepts ...router.Accept) []router.Receipt {
	x.Helper()
	receipts, err := x.Append(x.ctx, accepts...)
	x.must("Append", err)
	if len(receipts) != len(accepts) {
		x.Fatalf("Append of %d events gave %d receipts", len(accepts), len(receipts))
	}
	return receipts
}

// first appends one event that must be new, and returns its place.
func (x *trial) first(a router.Accept) uint64 {
	x.Helper()
	r := x.append(a)[0]
	if !r.First || r.Seq == 0 {
		x.Fatalf("Append of a new event: %+v, want First and a Seq", r)
	}
	return r.Seq
}

// claim takes an item that must be free.
func (x *trial) claim(seq uint64) router.Item {
	x.Helper()
	item, err := x.Claim(x.ctx, seq, time.Minute)
	x.must("Claim", err)
	return item
}

// end commits an outcome that must count.
func (x *trial) end(seq, rev uint64, state router.State, out router.Outcome) {
	x.Helper()
	x.must("Commit", x.Commit(x.ctx, router.Commit{Seq: seq, Rev: rev, State: state, Outcome: out}))
}

// do claims a queued item and ends it with out.
func (x *trial) do(seq uint64, out router.Outcome) {
	x.Helper()
	x.end(seq, x.claim(seq).Rev, router.StateDone, out)
}

func (x *trial) item(seq uint64) router.Item {
	x.Helper()
	item, err := x.Item(x.ctx, seq)
	x.must("Item", err)
	return item
}

// open lists the places of all that a worker can do something about, and when
// there will be more.
func (x *trial) open() ([]uint64, time.Time) {
	x.Helper()
	items, next, err := x.Unfinished(x.ctx, 0, 1000)
	x.must("Unfinished", err)
	return places(items), next
}

func places(items []router.Item) []uint64 {
	seqs := []uint64{}
	for _, item := range items {
		seqs = append(seqs, item.Seq)
	}
	return seqs
}

// woken reports whether Changed has a value, and takes it.
func (x *trial) woken() bool {
	select {
	case <-x.Changed():
		return true
	default:
		return false
	}
}

func (x *trial) must(what string, err error) {
	x.Helper()
	if err != nil {
		x.Fatalf("%s: %v", what, err)
	}
}

func (x *trial) mustFail(what string, err, want error) {
	x.Helper()
	if !errors.Is(err, want) {
		x.Fatalf("%s: error %v, want %v", what, err, want)
	}
}

var (
	passed   = router.Outcome{Verdict: router.Passed}
	answered = router.Outcome{
		Verdict: router.Replied, Answer: true,
		Reply: &router.Reply{Status: 200, Type: router.TypeTwiML, Body: []byte("<Response/>")},
	}
	broken = router.Outcome{Verdict: router.Failed, Answer: true, Reason: "broken", Reply: &router.Reply{Status: 500}}
)
