package memory

import "time"

// window remembers a value for each of the last keys, for a time and up to a
// number. Expired keys leave a few at a time, so that no call pays for all.
type window[V any] struct {
	length time.Duration
	most   int
	vals   map[hash]kept[V]
	order  []turn // one for each key, from first, about by expiry
	first  int
}

type kept[V any] struct {
	val   V
	until instant
}

// turn is a key with its expiry as it was when it was queued.
type turn struct {
	key   hash
	until instant
}

func newWindow[V any](length time.Duration, most int) window[V] {
	return window[V]{length: length, most: most, vals: make(map[hash]kept[V])}
}

func (w *window[V]) get(now instant, key hash) (V, bool) {
	k, ok := w.vals[key]
	if !ok || k.until <= now {
		var none V
		return none, false
	}
	return k.val, true
}

// put remembers val under key from now on for the window's length.
func (w *window[V]) put(now instant, key hash, val V) {
	until := now.after(w.length)
	if _, renewed := w.vals[key]; !renewed {
		w.order = append(w.order, turn{key, until})
	}
	w.vals[key] = kept[V]{val, until}
	w.shrink(now)
}

// swept is how many keys a call looks at to forget them: more than it adds.
const swept = 4

func (w *window[V]) shrink(now instant) {
	for range swept {
		if w.first == len(w.order) {
			break
		}
		head := w.order[w.first]
		if head.until > now && len(w.vals) <= w.most {
			break
		}
		w.first++
		if k := w.vals[head.key]; k.until > head.until { // renewed since
			w.order = append(w.order, turn{head.key, k.until})
		} else {
			delete(w.vals, head.key)
		}
	}
	if w.first > 1024 && w.first > len(w.order)/2 {
		w.order = w.order[:copy(w.order, w.order[w.first:])]
		w.first = 0
	}
}
