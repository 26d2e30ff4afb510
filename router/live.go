package router

import "sync/atomic"

// Live holds the generation that new events get. A reader loads it once for
// the whole of an event; the swap cannot fail.
type Live struct{ p atomic.Pointer[Generation] }

// Load returns the generation in force, nil before the first Swap.
func (l *Live) Load() *Generation { return l.p.Load() }

// Swap puts g in force and returns the one it replaces, nil for the first.
func (l *Live) Swap(g *Generation) *Generation { return l.p.Swap(g) }
