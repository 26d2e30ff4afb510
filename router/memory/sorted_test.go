package memory

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestSorted holds the set to a sorted slice under random changes.
func TestSorted(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		var s sorted[int]
		var want []int
		most := 1 + random.IntN(5000)
		for range 6000 {
			k := random.IntN(most)
			i, known := slices.BinarySearch(want, k)
			if random.IntN(5) < 2 || len(want) > most*3/4 {
				s.remove(k)
				if known {
					want = slices.Delete(want, i, i+1)
				}
			} else {
				s.add(k)
				if !known {
					want = slices.Insert(want, i, k)
				}
			}
		}
		for _, from := range []int{-1, 0, most / 2, most, most + 1} {
			i, _ := slices.BinarySearch(want, from)
			if got := slices.Collect(s.from(from)); !slices.Equal(got, want[i:]) {
				t.Fatalf("seed %d: from %d: %d entries, want %d", seed, from, len(got), len(want[i:]))
			}
			got := slices.Collect(s.below(from))
			slices.Reverse(got)
			if !slices.Equal(got, want[:i]) {
				t.Fatalf("seed %d: below %d: %d entries, want %d", seed, from, len(got), len(want[:i]))
			}
		}
		for _, b := range s.blocks {
			if len(b) == 0 || len(b) > blockSize {
				t.Fatalf("seed %d: a block of %d", seed, len(b))
			}
		}
	}
}

// TestSortedStragglers: what is left of many takes few blocks.
func TestSortedStragglers(t *testing.T) {
	var s sorted[int]
	const many = 200 * blockSize
	for k := range many {
		s.add(k)
	}
	for k := range many {
		if k%blockSize != 0 {
			s.remove(k)
		}
	}
	if n := len(slices.Collect(s.from(0))); n != 200 {
		t.Fatalf("%d are left, want 200", n)
	}
	if len(s.blocks) > 10 {
		t.Errorf("200 entries take %d blocks", len(s.blocks))
	}
}

func TestWindow(t *testing.T) {
	w := newWindow[int](time.Minute, 100)
	h := func(i int) hash { return hash{uint64(i), 7} }
	at := func(d time.Duration) instant { return instant(d) }
	w.put(at(0), h(1), 10)
	w.put(at(30*time.Second), h(2), 20)
	w.put(at(40*time.Second), h(1), 11) // renewed
	for _, c := range []struct {
		at   time.Duration
		key  int
		want int
		ok   bool
	}{
		{59 * time.Second, 2, 20, true}, {90 * time.Second, 2, 0, false},
		{99 * time.Second, 1, 11, true}, {100 * time.Second, 1, 0, false}, {0, 3, 0, false},
	} {
		if got, ok := w.get(at(c.at), h(c.key)); got != c.want || ok != c.ok {
			t.Errorf("key %d at %v: %d, %v, want %d, %v", c.key, c.at, got, ok, c.want, c.ok)
		}
	}
	// Bounded in number, the oldest first; a key that is renewed stays.
	for i := range 10_000 {
		w.put(at(2*time.Minute), h(5), 50)
		w.put(at(2*time.Minute), h(100+i), i)
	}
	if len(w.vals) > 101 {
		t.Errorf("%d keys are known, want 100", len(w.vals))
	}
	if _, ok := w.get(at(2*time.Minute), h(5)); !ok {
		t.Error("the key that was renewed all the time is forgotten")
	}
	if _, ok := w.get(at(2*time.Minute), h(100)); ok {
		t.Error("the oldest key is known")
	}
	// Bounded in time: with no more than a few new keys, the old ones leave.
	for i := range 60 {
		w.put(at(10*time.Minute), h(5), i)
	}
	if len(w.vals) != 1 || len(w.order)-w.first != 1 {
		t.Errorf("%d keys are known, %d queued, want 1", len(w.vals), len(w.order)-w.first)
	}
}
