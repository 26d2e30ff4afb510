package router

import (
	"context"
	"errors"
	"time"
)

// State is where an event stands in the ledger: a closed set. "failed" is the
// verdict of a done event, never a state.
type State string

// The closed set of states.
const (
	StateRunning State = "running" // held by the process that answers it
	StateQueued  State = "queued"  // waits for a worker
	StateDone    State = "done"
	StateDead    State = "dead" // its attempts are used up; a person decides
)

// Errors of a Store, told apart with errors.Is.
var (
	ErrNotFound = errors.New("not in the store")
	ErrConflict = errors.New("somebody else was first") // compare-and-set lost
	ErrClosed   = errors.New("the store is closed")
)

// Store remembers events, outcomes and the state of scripts. One value
// implements all parts; each part belongs to those who use it.
type Store interface {
	Ledger
	Queue
	Journal
	KV
	Refusals
	// Close releases everything; calls under way end with ErrClosed.
	Close() error
}

// Accept is an event to be remembered.
type Accept struct {
	Event *Event
	State State         // StateRunning or StateQueued
	Hold  time.Duration // StateRunning: after it the event counts as orphaned
	Due   time.Time     // StateQueued: not before; zero is at once
}

// Receipt tells what became of an Accept.
type Receipt struct {
	Seq   uint64
	First bool // false: a duplicate; Seq is the first one's
}

// Ledger is the part that the door sees.
type Ledger interface {
	// Append makes events durable, all or none, before it returns. It sets
	// Seq, and Previous and Stale by Track and Rank, on each event that it takes
	// and keeps: nobody else may hold the event yet. An event whose DedupeKey
	// is known within the window is a duplicate and changes nothing.
	Append(ctx context.Context, events ...Accept) ([]Receipt, error)
	// Commit writes an outcome by compare-and-set on Rev together with the state
	// writes and the emitted events, all or nothing. ErrConflict: another run's
	// outcome counts.
	Commit(ctx context.Context, c Commit) error
	// Wait returns the item as soon as it is not running any more.
	Wait(ctx context.Context, seq uint64) (Item, error)
	// Claim takes an item for a new attempt, counts it and holds it for lease.
	// ErrConflict: somebody else holds it, or it is done with an answer.
	Claim(ctx context.Context, seq uint64, lease time.Duration) (Item, error)
}

// Commit is the outcome of one run.
type Commit struct {
	Seq      uint64
	Rev      uint64 // of the Item that was run; an event just appended has 1
	State    State  // StateDone, StateQueued (again at Due) or StateDead
	Due      time.Time
	Outcome  Outcome  // its Emitted are appended as queued
	Finished []string // scripts of a fact that need not run again
}

// Item is an event as the ledger knows it.
type Item struct {
	Seq      uint64
	Event    *Event
	State    State
	Rev      uint64
	Due      time.Time
	Attempt  int
	Outcome  *Outcome // nil before the first commit
	Finished []string
}

// Queue is the part that the worker sees.
type Queue interface {
	// Unfinished lists queued items that are due, and running ones whose hold
	// has run out, by Seq, after the given one.
	Unfinished(ctx context.Context, after uint64, limit int) ([]Item, error)
	// Changed has a value whenever Unfinished may have more to say. Due items
	// and lost holds do not announce themselves: the worker looks at NextDue.
	Changed() <-chan struct{}
	// NextDue is the time at which the next item becomes due or loses its
	// hold; zero if none will.
	NextDue(ctx context.Context) (time.Time, error)
}

// Query selects from the journal; zero fields select everything.
type Query struct {
	Kind    KindPattern
	SID     string
	From    string
	To      string
	State   State
	Verdict Verdict
	Since   time.Time
	Until   time.Time
	Before  uint64 // Seq below this one: the next page
	Limit   int    // 0 is 50
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
	Finding string // the doctor's one line; never a secret
	Hint    string // the setting that mends it
}

// Refusals keeps the last requests that were not let in, bounded.
type Refusals interface {
	Refuse(ctx context.Context, r Refusal) error
	// Refused lists refusals, newest first.
	Refused(ctx context.Context, limit int) ([]Refusal, error)
}

// KV is the state of scripts: buckets of keys with JSON values.
type KV interface {
	// Get returns a value and its revision. ErrNotFound if there is none, or
	// its time is up.
	Get(ctx context.Context, bucket, key string) (val []byte, rev uint64, err error)
	// Put writes at once and returns the new revision. ErrConflict by Write.If.
	Put(ctx context.Context, w Write) (rev uint64, err error)
	// Incr adds to a whole number at once, from 0 where there is none.
	Incr(ctx context.Context, bucket, key string, by int64, ttl time.Duration) (int64, error)
	// List returns entries of a bucket whose key begins with prefix, by key,
	// after the given key.
	List(ctx context.Context, bucket, prefix, after string, limit int) ([]Entry, error)
}

// Write is one write to the state of scripts.
type Write struct {
	Bucket string
	Key    string
	Val    []byte // JSON; nil deletes
	TTL    time.Duration
	If     Condition
	Rev    uint64 // for IfRev
}

// Condition says when a Write takes place.
type Condition uint8

// The closed set of conditions.
const (
	Always   Condition = iota
	IfAbsent           // there is no value
	IfRev              // the value's revision is Write.Rev
)

// Entry is one key of a bucket.
type Entry struct {
	Key string
	Val []byte
	Rev uint64
}
