package memory

import "container/heap"

// agenda tells what comes due next. Each thing holds its own entry, so that it
// can be taken out before its time.
type agenda[T any] struct{ heap entries[T] }

// entry is a thing's place on an agenda; the zero entry is on none.
type entry[T any] struct {
	thing T
	at    instant
	place int // from 1; 0 is off the agenda
}

func (a *agenda[T]) add(e *entry[T], thing T, at instant) {
	e.thing, e.at = thing, at
	heap.Push(&a.heap, e)
}

func (a *agenda[T]) remove(e *entry[T]) {
	if e.place > 0 {
		heap.Remove(&a.heap, e.place-1)
	}
}

// first returns the entry that comes next, nil if there is none.
func (a *agenda[T]) first() *entry[T] {
	if len(a.heap) == 0 {
		return nil
	}
	return a.heap[0]
}

// entries implements heap.Interface.
type entries[T any] []*entry[T]

func (h entries[T]) Len() int           { return len(h) }
func (h entries[T]) Less(i, j int) bool { return h[i].at < h[j].at }

func (h entries[T]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+1, j+1
}

func (h *entries[T]) Push(x any) {
	e := x.(*entry[T])
	*h = append(*h, e)
	e.place = len(*h)
}

func (h *entries[T]) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	e.place = 0
	return e
}
