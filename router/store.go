package router

import (
	"context"
	"errors"
	"time"
)

// State is where an event stands in the ledger: a closed set. "failed" is the
// verdict of a done event, never a state.
type State string

// The closed set of states; docs/states.md draws the arrows between them.
const (
	StateRunning State = "running" // held by the process that runs it
	StateQueued  State = "queued"  // waits for a worker
	StateDone    State = "done"
	StateDead    State = "dead" // its attempts are used up; a person decides
)

// Errors of a Store, told apart with errors.Is. Every other error means that
// the store could not do it this time; whether it did is then not known, and
// trying again is safe.
var (
	ErrNotFound = errors.New("not in the store")
	ErrConflict = errors.New("somebody else was first") // compare-and-set lost
	ErrClosed   = errors.New("the store is closed")
	ErrFull     = errors.New("the store has no room for another event")         // until some are finished
	ErrQuota    = errors.New("the store has no room for more state of scripts") // until some is deleted
	ErrNumber   = errors.New("not a whole number, or the sum would not fit one of 64 bits")
)

// Store remembers events, outcomes and the state of scripts. One value
// implements all parts; each part belongs to those who use it. It is safe for
// concurrent use. What it returns belongs to the caller, save for the insides
// of an [Event], which nobody changes. A call whose context has already ended
// does nothing and returns the context's error. Package router/storetest holds
// every promise made here as a test.
type Store interface {
	Ledger
	Queue
	Journal
	KV
	Refusals
	// Close releases everything; calls under way, and all later ones, end with
	// ErrClosed. Closing again does nothing.
	Close() error
}

// Accept is an event to be remembered.
type Accept struct {
	Event *Event
	// State is StateRunning for an event that the caller runs itself, because
	// somebody waits for the answer ([Item.Inline]), and StateQueued for one
	// that waits for a worker.
	State State
	// Hold is how long a StateRunning event belongs to the caller; after it the
	// event counts as orphaned. A store that knows that the holder is gone may
	// end a hold, or a lease, before its time.
	Hold time.Duration
	Due  time.Time // StateQueued: not before; zero is at once
}

// Receipt tells what became of an Accept.
type Receipt struct {
	Seq   uint64
	First bool // false: a duplicate; Seq is the first one's
}

// Ledger is the part that the door sees.
type Ledger interface {
	// Append makes events durable, all or none, before it returns, one receipt
	// each in the same order. An event whose DedupeKey is known within the window
	// is a duplicate and changes nothing. The very same event, by ID, may be
	// appended again if an error left it open whether it was taken: it is still
	// First. On each event that it takes, Append sets Seq, Attempt, and Previous
	// and Stale by Track and Rank, and keeps it: nobody else may hold the event
	// yet, and nobody changes it afterwards. ErrFull if there is no room for
	// queued events.
	Append(ctx context.Context, events ...Accept) ([]Receipt, error)
	// Commit writes the outcome of a running item by compare-and-set on Rev, its
	// hold run out or not, together with the state writes and the emitted events,
	// all or nothing. ErrConflict: another run's outcome counts, or this one's if
	// an earlier try of the same Commit was taken after all. ErrQuota: there is
	// no room for the writes; the run can only be recorded as a failure without
	// them. The store keeps the outcome.
	Commit(ctx context.Context, c Commit) error
	// Wait returns the item as soon as nobody is making its answer: at once
	// unless it is Inline and running. ErrNotFound if the event is known only as
	// one that was here, its answer forgotten.
	Wait(ctx context.Context, seq uint64) (Item, error)
	// Claim takes an item for a new attempt, counts the attempt and holds the
	// item for lease: a queued one that is due and has no unfinished one of its
	// Order before it, a running one that is not Inline and whose lease has run
	// out, or a done one that failed Inline without an answer (see
	// Reply.Answers). ErrConflict: anything else.
	Claim(ctx context.Context, seq uint64, lease time.Duration) (Item, error)
}

// Commit is the outcome of one run.
type Commit struct {
	Seq     uint64
	Rev     uint64    // of the Item that was run; an event just appended has 1
	State   State     // StateDone; for what is not Inline also StateQueued (again at Due) or StateDead
	Due     time.Time // StateQueued: not before; zero is at once
	Outcome Outcome   // its Writes are made and its Emitted appended as queued, each DedupeKey once
}

// Item is an event as the ledger knows it.
type Item struct {
	Seq     uint64
	Event   *Event // with Attempt, and Finished as all outcomes so far have it
	State   State
	Inline  bool      // accepted as running: somebody waited; never run by a worker
	Rev     uint64    // grows with every change of the item
	Due     time.Time // StateQueued: not before
	Attempt int       // runs so far, the present one included
	Outcome *Outcome  // of the last run, without Emitted; nil before the first commit
}

// Queue is the part that the worker sees, besides Claim and Commit.
type Queue interface {
	// Unfinished lists, by Seq, after the given one, what a worker can do
	// something about now: queued items that are due, of each Event.Order only
	// the earliest that is not finished, and running ones whose hold has run
	// out; limit 0 is 50. next is when the list as a whole will have more to say
	// by itself; zero if not before something happens.
	Unfinished(ctx context.Context, after uint64, limit int) (items []Item, next time.Time, err error)
	// Changed has a value whenever something was queued or the next of an Order
	// came up. New holds do not announce themselves: whoever cares for orphans
	// looks from time to time.
	Changed() <-chan struct{}
}

// Query selects from the journal; zero fields select everything.
type Query struct {
	Kind    KindPattern
	SID     string
	From    string // the whole address
	To      string // the whole address
	State   State
	Verdict Verdict   // of the last outcome
	Since   time.Time // received at or after
	Until   time.Time // received before
	Before  uint64    // Seq below this one: the next page
	Limit   int       // 0 is 50
}

// Journal is the part that people see.
type Journal interface {
	// Item returns one event by its place. ErrNotFound if there is none.
	Item(ctx context.Context, seq uint64) (Item, error)
	// Find lists items, newest first.
	Find(ctx context.Context, q Query) ([]Item, error)
	// Stats counts items by state.
	Stats(ctx context.Context) (map[State]int, error)
}

// Refusal is a request that was not let in.
type Refusal struct {
	ID      string // ties the answer to the log
	At      time.Time
	Path    string
	Remote  string // address that the connection came from
	Status  int
	Code    string // one word for programs
	Finding string // what is wrong, for people; never a secret
	Hint    string // what to do about it
	Setting string // the configuration key that mends it, "" if none does
}

// Refusals keeps the last requests that were not let in, bounded.
type Refusals interface {
	// Refuse remembers r and forgets the oldest beyond the bound, which is
	// MaxRefusals at most.
	Refuse(ctx context.Context, r Refusal) error
	// Refused lists refusals, newest first; limit 0 is 50.
	Refused(ctx context.Context, limit int) ([]Refusal, error)
}

// MaxRefusals is the most refusals that any store keeps.
const MaxRefusals = 10_000

// KV is the state of scripts: buckets of keys with JSON values. Revisions are
// never 0 and never come twice for one key.
type KV interface {
	// Get returns a value and its revision. ErrNotFound if there is none, or
	// its time is up.
	Get(ctx context.Context, bucket, key string) (val []byte, rev uint64, err error)
	// Put writes at once and returns the new revision, 0 for a deletion.
	// ErrConflict by Write.If, ErrQuota if there is no room.
	Put(ctx context.Context, w Write) (rev uint64, err error)
	// Incr adds to a whole number at once, from 0 where there is none, and
	// returns the sum. ttl counts from the call that begins the number, later
	// ones do not prolong it; 0 is for ever. ErrNumber, and the value stays, if
	// it is something else or the sum does not fit.
	Incr(ctx context.Context, bucket, key string, by int64, ttl time.Duration) (int64, error)
	// List returns entries of a bucket whose key begins with prefix, by key
	// bytewise, after the given key; limit 0 is 50.
	List(ctx context.Context, bucket, prefix, after string, limit int) ([]Entry, error)
}

// Write is one write to the state of scripts. Those of an Outcome are
// unconditional.
type Write struct {
	Bucket string
	Key    string
	Val    []byte        // JSON; nil deletes
	TTL    time.Duration // 0: for ever
	If     Condition
	Rev    uint64 // for IfRev
}

// Condition says when a Write takes place.
type Condition uint8

// The closed set of conditions.
const (
	Always   Condition = iota
	IfAbsent           // there is no value
	IfRev              // the value's revision is Write.Rev; that of no value is 0
)

// Entry is one key of a bucket.
type Entry struct {
	Key string
	Val []byte
	Rev uint64
}
