package router

import "time"

// Limits bound one script handling one event, and all scripts together. A zero
// field is not set: the wider layer's value holds.
type Limits struct {
	Instructions      int64         // VM instructions and charged work
	Memory            int64         // bytes a run may hold
	Timeout           time.Duration // wall clock of one script's one event, inline
	BackgroundTimeout time.Duration // the same in the background
	HTTPCalls         int           // outbound calls of one run
	Concurrency       int           // script runs at once in this process
	TotalMemory       int64         // bytes all runs together may hold
}

// Over returns l with its unset fields taken from base: a script's limits go
// over its route's, and those over the global ones.
func (l Limits) Over(base Limits) Limits {
	if l.Instructions == 0 {
		l.Instructions = base.Instructions
	}
	if l.Memory == 0 {
		l.Memory = base.Memory
	}
	if l.Timeout == 0 {
		l.Timeout = base.Timeout
	}
	if l.BackgroundTimeout == 0 {
		l.BackgroundTimeout = base.BackgroundTimeout
	}
	if l.HTTPCalls == 0 {
		l.HTTPCalls = base.HTTPCalls
	}
	if l.Concurrency == 0 {
		l.Concurrency = base.Concurrency
	}
	if l.TotalMemory == 0 {
		l.TotalMemory = base.TotalMemory
	}
	return l
}
