package luaapi

import (
	"context"
	"math/rand/v2"
	"time"

	"twirouter/luaapi/fetch"
	"twirouter/router"
)

// Host is what the process lends to scripts. Everything in it is safe for
// concurrent use.
type Host struct {
	// KV is the state of scripts; nil: store.* raises.
	KV router.KV
	// Fetch makes the caller of one script from its policy; nil: http.* raises.
	Fetch func(fetch.Policy) Fetcher
	// Now is the clock that scripts see; nil is time.Now.
	Now func() time.Time
	// Rand seeds the random numbers of a run; nil is a random seed.
	Rand func() uint64
	// Panicked is told of a panic under a script, which then has failed; nil:
	// nobody is.
	Panicked func(file string, value any, stack []byte)
}

// Fetcher makes outbound calls under one script's policy.
type Fetcher interface {
	// Do makes one call and returns the whole answer, or why there is none.
	Do(ctx context.Context, r fetch.Request) (*fetch.Response, *fetch.Error)
}

func (h Host) complete() Host {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Rand == nil {
		h.Rand = rand.Uint64
	}
	if h.Panicked == nil {
		h.Panicked = func(string, any, []byte) {}
	}
	return h
}
