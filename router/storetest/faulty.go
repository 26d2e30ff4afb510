package storetest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"twirouter/router"
)

// ErrFault is the error of every call that a Faulty store fails.
var ErrFault = errors.New("storetest: this call was made to fail")

// Fault is what becomes of a call to a Faulty store.
type Fault uint8

// The closed set of faults.
const (
	FaultNone   Fault = iota
	FaultBefore       // nothing happens, and the call fails
	FaultAfter        // it happens, and the call fails all the same, as when an answer is lost
)

// Faulty is a Store some of whose calls fail. Changed and Close never do.
type Faulty struct {
	router.Store
	// Fail is asked before every call: its number from 1 over all methods, and
	// the method's name. Nil fails none. It may block, or panic.
	Fail func(n int, method string) Fault

	mu    sync.Mutex
	calls int
}

var _ router.Store = (*Faulty)(nil)

// Calls is how many calls there were so far.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Nth fails the nth call of all, from 1.
func Nth(n int, fault Fault) func(int, string) Fault {
	return func(call int, _ string) Fault {
		if call == n {
			return fault
		}
		return FaultNone
	}
}

// EachCall runs scenario with no fault, and then again and again with a fault
// of either kind at each of the calls that it made, one at a time. scenario
// makes its own store and passes it through wrap.
func EachCall(t *testing.T, scenario func(t *testing.T, wrap func(router.Store) *Faulty)) {
	calls := 0
	once := func(name string, fail func(int, string) Fault) {
		t.Run(name, func(t *testing.T) {
			var f *Faulty
			scenario(t, func(s router.Store) *Faulty {
				f = &Faulty{Store: s, Fail: fail}
				return f
			})
			calls = max(calls, f.Calls())
		})
	}
	once("no fault", nil)
	for n, most := 1, calls; n <= most; n++ {
		name := "call " + strconv.Itoa(n)
		once(name+" fails", Nth(n, FaultBefore))
		once(name+" fails afterwards", Nth(n, FaultAfter))
	}
}

// do makes one call with the fault that is its lot.
func (f *Faulty) do(method string, call func() error) error {
	f.mu.Lock()
	f.calls++
	n := f.calls
	f.mu.Unlock()
	fault := FaultNone
	if f.Fail != nil {
		fault = f.Fail(n, method)
	}
	if fault == FaultBefore {
		return ErrFault
	}
	err := call()
	if fault == FaultAfter && err == nil {
		err = ErrFault
	}
	return err
}

// Append is router.Ledger's, or fails.
func (f *Faulty) Append(ctx context.Context, events ...router.Accept) (receipts []router.Receipt, err error) {
	err = f.do("Append", func() error { receipts, err = f.Store.Append(ctx, events...); return err })
	return receipts, err
}

// Commit is router.Ledger's, or fails.
func (f *Faulty) Commit(ctx context.Context, c router.Commit) error {
	return f.do("Commit", func() error { return f.Store.Commit(ctx, c) })
}

// Wait is router.Ledger's, or fails.
func (f *Faulty) Wait(ctx context.Context, seq uint64) (item router.Item, err error) {
	err = f.do("Wait", func() error { item, err = f.Store.Wait(ctx, seq); return err })
	return item, err
}

// Claim is router.Ledger's, or fails.
func (f *Faulty) Claim(ctx context.Context, seq uint64, lease time.Duration) (item router.Item, err error) {
	err = f.do("Claim", func() error { item, err = f.Store.Claim(ctx, seq, lease); return err })
	return item, err
}

// Unfinished is router.Queue's, or fails.
func (f *Faulty) Unfinished(ctx context.Context, after uint64, limit int) (items []router.Item, next time.Time, err error) {
	err = f.do("Unfinished", func() error { items, next, err = f.Store.Unfinished(ctx, after, limit); return err })
	return items, next, err
}

// Item is router.Journal's, or fails.
func (f *Faulty) Item(ctx context.Context, seq uint64) (item router.Item, err error) {
	err = f.do("Item", func() error { item, err = f.Store.Item(ctx, seq); return err })
	return item, err
}

// Find is router.Journal's, or fails.
func (f *Faulty) Find(ctx context.Context, q router.Query) (items []router.Item, err error) {
	err = f.do("Find", func() error { items, err = f.Store.Find(ctx, q); return err })
	return items, err
}

// Stats is router.Journal's, or fails.
func (f *Faulty) Stats(ctx context.Context) (stats map[router.State]int, err error) {
	err = f.do("Stats", func() error { stats, err = f.Store.Stats(ctx); return err })
	return stats, err
}

// Get is router.KV's, or fails.
func (f *Faulty) Get(ctx context.Context, bucket, key string) (val []byte, rev uint64, err error) {
	err = f.do("Get", func() error { val, rev, err = f.Store.Get(ctx, bucket, key); return err })
	return val, rev, err
}

// Put is router.KV's, or fails.
func (f *Faulty) Put(ctx context.Context, w router.Write) (rev uint64, err error) {
	err = f.do("Put", func() error { rev, err = f.Store.Put(ctx, w); return err })
	return rev, err
}

// Incr is router.KV's, or fails.
func (f *Faulty) Incr(ctx context.Context, bucket, key string, by int64, ttl time.Duration) (n int64, err error) {
	err = f.do("Incr", func() error { n, err = f.Store.Incr(ctx, bucket, key, by, ttl); return err })
	return n, err
}

// List is router.KV's, or fails.
func (f *Faulty) List(ctx context.Context, bucket, prefix, after string, limit int) (entries []router.Entry, err error) {
	err = f.do("List", func() error { entries, err = f.Store.List(ctx, bucket, prefix, after, limit); return err })
	return entries, err
}

// Refuse is router.Refusals', or fails.
func (f *Faulty) Refuse(ctx context.Context, r router.Refusal) error {
	return f.do("Refuse", func() error { return f.Store.Refuse(ctx, r) })
}

// Refused is router.Refusals', or fails.
func (f *Faulty) Refused(ctx context.Context, limit int) (refused []router.Refusal, err error) {
	err = f.do("Refused", func() error { refused, err = f.Store.Refused(ctx, limit); return err })
	return refused, err
}
