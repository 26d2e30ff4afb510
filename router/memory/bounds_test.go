package memory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"twirouter/router"
)

func newEvent(n int) *router.Event {
	return &router.Event{
		ID: fmt.Sprintf("event-%d", n), Kind: "message.sent", Key: fmt.Sprint(n), Received: time.Now(),
		Params: router.Params{{Key: "MessageStatus", Value: "sent"}},
	}
}

// answer appends an event that is answered at once.
func answer(t *testing.T, s *Store, n int) uint64 {
	t.Helper()
	rs, err := s.Append(t.Context(), router.Accept{Event: newEvent(n), State: router.StateRunning, Hold: time.Hour})
	if err != nil || !rs[0].First {
		t.Fatalf("Append: %v, %v", rs, err)
	}
	out := router.Outcome{Verdict: router.Replied, Answer: true, Reply: &router.Reply{Status: 200}}
	if err := s.Commit(t.Context(), router.Commit{Seq: rs[0].Seq, Rev: 1, State: router.StateDone, Outcome: out}); err != nil {
		t.Fatal(err)
	}
	return rs[0].Seq
}

func enqueue(t *testing.T, s *Store, n int) uint64 {
	t.Helper()
	rs, err := s.Append(t.Context(), router.Accept{Event: newEvent(n), State: router.StateQueued})
	if err != nil || !rs[0].First {
		t.Fatalf("Append: %v, %v", rs, err)
	}
	return rs[0].Seq
}

func kill(t *testing.T, s *Store, seq uint64) {
	t.Helper()
	item, err := s.Claim(t.Context(), seq, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), router.Commit{Seq: seq, Rev: item.Rev, State: router.StateDead, Outcome: router.Outcome{Verdict: router.Failed}}); err != nil {
		t.Fatal(err)
	}
}

func known(t *testing.T, s *Store, seq uint64) bool {
	t.Helper()
	_, err := s.Item(t.Context(), seq)
	if err != nil && !errors.Is(err, router.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestOldestFinishedIsForgotten(t *testing.T) {
	s := New(Options{MaxEvents: 10})
	defer s.Close()
	waiting := enqueue(t, s, 1)
	dead := enqueue(t, s, 2)
	kill(t, s, dead)
	var done []uint64
	for n := range 20 {
		done = append(done, answer(t, s, 100+n))
	}
	if !known(t, s, waiting) || !known(t, s, dead) {
		t.Error("an unfinished or dead event was forgotten before a done one")
	}
	for i, seq := range done {
		if want := i >= 12; known(t, s, seq) != want {
			t.Errorf("done event %d of 20: known is %v, want %v", i, !want, want)
		}
	}
	// A duplicate of what is forgotten is still a duplicate.
	rs, err := s.Append(t.Context(), router.Accept{Event: newEvent(100), State: router.StateRunning, Hold: time.Hour})
	if err != nil || rs[0].First || rs[0].Seq != done[0] {
		t.Errorf("a duplicate of a forgotten event: %+v, %v", rs, err)
	}
	if _, err := s.Wait(t.Context(), done[0]); !errors.Is(err, router.ErrNotFound) {
		t.Errorf("Wait for a forgotten event: %v", err)
	}
	// The dead go when nothing else is left to forget.
	for n := range 9 {
		enqueue(t, s, 200+n)
	}
	if known(t, s, dead) || known(t, s, done[19]) || !known(t, s, waiting) {
		t.Errorf("dead known %v, done known %v, waiting known %v", known(t, s, dead), known(t, s, done[19]), known(t, s, waiting))
	}
}

func TestFullOfUnfinished(t *testing.T) {
	for name, o := range map[string]Options{"events": {MaxEvents: 10}, "bytes": {MaxBytes: 10 * sizeOfEvent(newEvent(10))}} {
		t.Run(name, func(t *testing.T) {
			s := New(o)
			defer s.Close()
			var seqs []uint64
			for n := range 10 {
				seqs = append(seqs, enqueue(t, s, n+10))
			}
			batch := []router.Accept{{Event: newEvent(98), State: router.StateQueued}, {Event: newEvent(99), State: router.StateQueued}}
			if _, err := s.Append(t.Context(), batch...); !errors.Is(err, router.ErrFull) {
				t.Fatalf("Append to a full store: %v", err)
			}
			answer(t, s, 77) // an answer is recorded all the same
			kill(t, s, seqs[0])
			if _, err := s.Append(t.Context(), batch...); !errors.Is(err, router.ErrFull) {
				t.Fatalf("Append of two where there is room for one: %v", err)
			}
			kill(t, s, seqs[1])
			if rs, err := s.Append(t.Context(), batch...); err != nil || !rs[0].First || !rs[1].First {
				t.Fatalf("Append after two were finished: %v, %v", rs, err)
			}
			check(t, s)
		})
	}
}

func TestQuotaOfState(t *testing.T) {
	s := New(Options{MaxState: 10 * sizeOfEntry("b", "k0", make([]byte, 100))})
	defer s.Close()
	ctx := t.Context()
	write := func(key string, n int) router.Write {
		return router.Write{Bucket: "b", Key: key, Val: slices.Repeat([]byte("1"), n)}
	}
	for i := range 10 {
		if _, err := s.Put(ctx, write(fmt.Sprint("k", i), 100)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Put(ctx, write("more", 1)); !errors.Is(err, router.ErrQuota) {
		t.Errorf("Put beyond the quota: %v", err)
	}
	if _, err := s.Put(ctx, write("k0", 101)); !errors.Is(err, router.ErrQuota) {
		t.Errorf("Put of a longer value: %v", err)
	}
	if _, err := s.Incr(ctx, "b", "n", 1, 0); !errors.Is(err, router.ErrQuota) {
		t.Errorf("Incr of a new key: %v", err)
	}
	if _, err := s.Put(ctx, write("k0", 100)); err != nil {
		t.Errorf("Put of a value as long as the last: %v", err)
	}
	out := router.Outcome{Verdict: router.Passed, Steps: []router.Step{{Verdict: router.Passed, Writes: []router.Write{write("k1", 5), write("other", 100)}}}}
	seq := enqueue(t, s, 1)
	item, err := s.Claim(ctx, seq, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, router.Commit{Seq: seq, Rev: item.Rev, State: router.StateDone, Outcome: out}); !errors.Is(err, router.ErrQuota) {
		t.Errorf("Commit beyond the quota: %v", err)
	}
	if val, _, err := s.Get(ctx, "b", "k1"); err != nil || len(val) != 100 {
		t.Errorf("a write of the refused outcome was made: %d bytes, %v", len(val), err)
	}
	if _, err := s.Put(ctx, router.Write{Bucket: "b", Key: "k9"}); err != nil {
		t.Errorf("a deletion in a full store: %v", err)
	}
	out.Steps[0].Writes[1].TTL = time.Nanosecond
	if err := s.Commit(ctx, router.Commit{Seq: seq, Rev: item.Rev, State: router.StateDone, Outcome: out}); err != nil {
		t.Errorf("Commit with room: %v", err)
	}
	time.Sleep(time.Millisecond)
	if _, err := s.Put(ctx, write("last", 100)); err != nil {
		t.Errorf("Put where a value's time is up: %v", err)
	}
	check(t, s)
}

// TestClockSetBack: where a clock without a monotonic part is set back to
// before the store began, what is to be done at once still is.
func TestClockSetBack(t *testing.T) {
	clock := time.Now().Round(0)
	s := New(Options{Now: func() time.Time { return clock }})
	defer s.Close()
	before := enqueue(t, s, 1)
	clock = clock.Add(-time.Hour)
	after := enqueue(t, s, 2)
	items, _, err := s.Unfinished(t.Context(), 0, 10)
	if err != nil || len(items) != 2 || items[0].Seq != before || items[1].Seq != after {
		t.Fatalf("Unfinished: %v, %v, want both", items, err)
	}
	for _, seq := range []uint64{before, after} {
		kill(t, s, seq)
	}
	check(t, s)
}

// TestRandomWay takes random steps in a small store and holds what it keeps
// in several places to what can be worked out anew.
func TestRandomWay(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 0))
		clock := time.Now()
		s := New(Options{Now: func() time.Time { return clock }, MaxEvents: 40, MaxState: 20_000, Dedupe: time.Hour, MaxKeys: 60})
		ctx := context.Background()
		claimed := map[uint64]uint64{} // seq → rev
		for n := range 2000 {
			clock = clock.Add(time.Duration(random.IntN(20_000)) * time.Millisecond)
			switch random.IntN(6) {
			case 0, 1:
				a := router.Accept{Event: newEvent(random.IntN(500)), State: router.StateQueued}
				a.Event.Order = []string{"", "a", "b", "c"}[random.IntN(4)]
				a.Event.Track, a.Event.Rank = a.Event.Order, random.IntN(5)
				a.Event.ID += fmt.Sprint(" ", n)
				if random.IntN(3) == 0 {
					a.State, a.Hold = router.StateRunning, time.Minute
				} else if random.IntN(4) == 0 {
					a.Due = clock.Add(time.Duration(random.IntN(100)) * time.Second)
				}
				rs, err := s.Append(ctx, a)
				if err == nil && rs[0].First && a.State == router.StateRunning {
					claimed[rs[0].Seq] = 1
				}
			case 2:
				items, _, err := s.Unfinished(ctx, uint64(random.IntN(100)), 5)
				if err != nil {
					t.Fatal(err)
				}
				for _, it := range items {
					if it, err := s.Claim(ctx, it.Seq, time.Minute); err == nil {
						claimed[it.Seq] = it.Rev
					}
				}
			case 3, 4:
				for seq, rev := range claimed {
					out := router.Outcome{Verdict: router.Failed, Steps: []router.Step{{Verdict: router.Passed, Writes: []router.Write{
						{Bucket: "b", Key: fmt.Sprint(random.IntN(80)), Val: []byte("1"), TTL: time.Duration(random.IntN(90)) * time.Second},
						{Bucket: "c", Key: fmt.Sprint(random.IntN(3))},
					}}}}
					if random.IntN(3) == 0 {
						ev := newEvent(random.IntN(500))
						ev.Origin = router.OriginEmit
						out.Emitted = append(out.Emitted, router.Emitted{Event: ev})
					}
					c := router.Commit{Seq: seq, Rev: rev, State: router.StateDone, Outcome: out}
					if random.IntN(2) == 0 {
						c.State = []router.State{router.StateQueued, router.StateDead}[random.IntN(2)]
						c.Due = clock.Add(time.Duration(random.IntN(60)) * time.Second)
					}
					if s.Commit(ctx, c) == nil {
						delete(claimed, seq)
					}
					break
				}
			case 5:
				_, _ = s.Incr(ctx, "c", fmt.Sprint(random.IntN(3)), 1, time.Minute)
				_, _ = s.Claim(ctx, uint64(random.IntN(2000)), time.Minute)
			}
			if n%50 == 0 {
				check(t, s)
			}
		}
		check(t, s)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
		s.Close()
	}
}

// check works out anew what the store keeps account of.
func check(t *testing.T, s *Store) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	counts := map[router.State]int{}
	var bytes, unfinished int64
	var seqs []uint64
	heads := map[string]uint64{}
	for _, seq := range slices.Sorted(maps.Keys(s.records)) {
		r := s.records[seq]
		seqs = append(seqs, seq)
		counts[r.state]++
		bytes += r.size
		if want := sizeOfEvent(r.event) + sizeOfOutcome(r.outcome); r.size != want {
			t.Errorf("%d: size %d, want %d", seq, r.size, want)
		}
		leads := true
		if r.unfinished() {
			unfinished += r.size
			if o := r.event.Order; o != "" && !r.inline {
				if _, behind := heads[o]; behind {
					leads = false
				} else {
					heads[o] = seq
				}
				if leads != r.leads() {
					t.Errorf("%d: leads is %v, want %v", seq, r.leads(), leads)
				}
			}
		}
		listed := r.ready || r.wake.place > 0
		if want := r.unfinished() && leads; listed != want {
			t.Errorf("%d (%s, inline %v): is listed %v, want %v", seq, r.state, r.inline, listed, want)
		}
		if r.ready && r.wake.place > 0 {
			t.Errorf("%d is ready and on the agenda", seq)
		}
		if at := max(r.due, r.until); r.ready && r.state == router.StateQueued && r.due > now || r.wake.place > 0 && r.state == router.StateRunning && r.wake.at != r.until {
			t.Errorf("%d: ready %v, at %d, now %d", seq, r.ready, at, now)
		}
	}
	if got := slices.Collect(s.seqs.from(0)); !slices.Equal(got, seqs) {
		t.Errorf("seqs %v, want %v", got, seqs)
	}
	for _, state := range []router.State{router.StateQueued, router.StateRunning, router.StateDone, router.StateDead} {
		if s.counts[state] != counts[state] {
			t.Errorf("%d are counted as %s, want %d", s.counts[state], state, counts[state])
		}
	}
	if s.bytes != bytes || s.unfinishedBytes != unfinished {
		t.Errorf("bytes %d, unfinished %d, want %d and %d", s.bytes, s.unfinishedBytes, bytes, unfinished)
	}
	if len(s.lines) != len(heads) {
		t.Errorf("%d lines, want %d", len(s.lines), len(heads))
	}
	for name, l := range map[string]*list{"done": &s.done, "dead": &s.dead} {
		n := 0
		for r := l.head; r != nil; r = r.next {
			if string(r.state) != name {
				t.Errorf("%d is %s, on the list of %s", r.seq, r.state, name)
			}
			n++
		}
		if n != counts[router.State(name)] {
			t.Errorf("%d are on the list of %s, want %d", n, name, counts[router.State(name)])
		}
	}
	var stated int64
	expiring := 0
	for name, b := range s.buckets {
		if len(b.vals) == 0 {
			t.Errorf("bucket %q is empty", name)
		}
		for key, v := range b.vals {
			stated += sizeOfEntry(name, key, v.val)
			if v.expiry.place > 0 {
				expiring++
			}
		}
		if got := slices.Collect(b.keys.from("")); !slices.Equal(got, slices.Sorted(maps.Keys(b.vals))) {
			t.Errorf("bucket %q has the keys %q", name, got)
		}
	}
	if s.stated != stated || len(s.expiring.heap) != expiring {
		t.Errorf("state of %d bytes, %d expiring, want %d and %d", s.stated, len(s.expiring.heap), stated, expiring)
	}
	if len(s.records) > s.o.MaxEvents && (counts[router.StateDone] > 0 || counts[router.StateDead] > 0) {
		t.Errorf("%d records, want %d at most", len(s.records), s.o.MaxEvents)
	}
}
