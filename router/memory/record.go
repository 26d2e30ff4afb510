package memory

import (
	"slices"
	"time"

	"twirouter/router"
)

// record is one event in the store.
type record struct {
	event    *router.Event
	seq, rev uint64
	state    router.State
	inline   bool
	attempt  int
	due      instant // queued: not before
	dueTime  time.Time
	until    instant // running: end of the hold
	outcome  *router.Outcome
	finished []string
	size     int64
	settled  chan struct{} // made by the first who waits; closed when it is not answered any more

	wake  entry[*record] // on the agenda
	ready bool           // in Store.ready
	in    *list          // the list that it is on: its line, done or dead
	prev  *record
	next  *record
}

// unfinished reports whether the record may not be forgotten.
func (r *record) unfinished() bool {
	return r.state == router.StateRunning || r.state == router.StateQueued
}

// answering reports whether somebody is making the record's answer.
func (r *record) answering() bool { return r.inline && r.state == router.StateRunning }

// item is what the caller gets: his own.
func (r *record) item() router.Item {
	ev := cloneEvent(r.event)
	ev.Attempt, ev.Finished = r.attempt, slices.Clone(r.finished)
	return router.Item{
		Seq: r.seq, Event: ev, State: r.state, Inline: r.inline, Rev: r.rev,
		Due: r.dueTime, Attempt: r.attempt, Outcome: cloneOutcome(r.outcome),
	}
}

// list is a doubly linked list of records through their prev and next.
type list struct{ head, tail *record }

func (l *list) push(r *record) {
	r.in, r.prev, r.next = l, l.tail, nil
	if l.tail == nil {
		l.head = r
	} else {
		l.tail.next = r
	}
	l.tail = r
}

func (r *record) unlink() {
	if r.in == nil {
		return
	}
	if r.prev == nil {
		r.in.head = r.next
	} else {
		r.prev.next = r.next
	}
	if r.next == nil {
		r.in.tail = r.prev
	} else {
		r.next.prev = r.prev
	}
	r.in, r.prev, r.next = nil, nil, nil
}
