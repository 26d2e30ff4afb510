package webhook

import (
	"context"
	"errors"

	"twirouter/router"
)

// claims is how often an event that failed is claimed for another attempt
// before that is left to Twilio's next request.
const claims = 3

// again says what an event gets that was here before: what the first was
// answered, waiting for it where it is being made. It reports true if nothing
// was, and the event is to be run once more. Whoever came while an attempt was
// under way gets what that comes to, be it a failure: of a hundred who wait for
// one, not each shall try again.
func (a *answering) again(ctx context.Context, seq uint64) bool {
	a.at("for the answer to the first request of this event")
	waited := a.d.late.isMaking(seq)
	for range claims {
		item, err := a.d.ledger.Wait(ctx, seq)
		if err != nil {
			a.known(item, a.unheard(err))
			return false
		}
		reply := a.answered(item)
		if reply == nil && waited && item.Outcome != nil {
			reply = item.Outcome.Reply
		}
		if reply != nil {
			a.known(item, reply)
			return false
		}
		item, err = a.d.ledger.Claim(ctx, seq, a.limit+holdSlack)
		switch {
		case err == nil:
			a.adopt(item)
			return a.place(item.Seq, item.Rev)
		case !errors.Is(err, router.ErrConflict):
			a.known(item, a.unheard(err))
			return false
		}
		waited = true // another duplicate was quicker
	}
	a.known(router.Item{}, a.failure())
	return false
}

// answered is the answer that the first request got, nil if it got none.
func (a *answering) answered(item router.Item) *router.Reply {
	switch {
	case !item.Inline:
		return router.Empty(a.ev.Wants) // it was accepted for the background
	case item.Outcome == nil:
		return nil
	case item.Outcome.Verdict == router.Failed && !item.Outcome.Reply.Answers():
		return nil
	case item.Outcome.Reply == nil:
		return router.Empty(a.ev.Wants)
	}
	return item.Outcome.Reply
}

// unheard is the answer where the ledger does not tell the first one.
func (a *answering) unheard(err error) *router.Reply {
	if errors.Is(err, router.ErrNotFound) {
		return router.Empty(a.ev.Wants) // it was answered, and is forgotten: nothing happens twice
	}
	return a.failure()
}

// known answers a duplicate, under the id of the first.
func (a *answering) known(item router.Item, reply *router.Reply) {
	ev := a.ev
	if item.Event != nil {
		c := *ev
		c.ID, c.Seq = item.Event.ID, item.Seq
		ev = &c
	}
	a.say(answer{ev: ev, how: How{Duplicate: true, Reply: reply}})
}

// adopt makes the event the one that the ledger knows, as it is asked now: what
// Twilio says, and what this generation's route makes of it, is the request's;
// identity and history are the first one's.
func (a *answering) adopt(item router.Item) {
	ev, first := *a.ev, item.Event
	ev.ID, ev.Seq, ev.Received = first.ID, item.Seq, first.Received
	ev.Previous, ev.Stale = first.Previous, first.Stale
	ev.Attempt, ev.Finished = item.Attempt, first.Finished
	a.replace(&ev)
}
