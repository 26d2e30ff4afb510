package router

import (
	"encoding/binary"
	"io"
	"sync"
	"time"
)

// IDs makes event ids: 26 characters of Crockford's base 32, 48 bits of
// milliseconds and then 80 random bits (the layout of a ULID), strictly rising
// within one IDs. It is safe for concurrent use.
type IDs struct {
	now  func() time.Time
	rand io.Reader

	mu   sync.Mutex
	last [16]byte
}

// NewIDs returns a maker of ids on the given clock and source of randomness.
func NewIDs(now func() time.Time, rand io.Reader) *IDs { return &IDs{now: now, rand: rand} }

// Next returns a new id. It panics if the source of randomness fails, for then
// nothing that needs an id may go on.
func (g *IDs) Next() string {
	g.mu.Lock() // rand need not be safe for concurrent use
	defer g.mu.Unlock()
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(g.now().UnixMilli())<<16)
	if _, err := io.ReadFull(g.rand, id[6:]); err != nil {
		panic("router: no randomness for an event id: " + err.Error())
	}
	if string(id[:6]) <= string(g.last[:6]) { // same millisecond, or the clock went back
		id = g.last
		for i := len(id) - 1; i >= 0; i-- {
			if id[i]++; id[i] != 0 {
				break
			}
		}
	}
	g.last = id
	return crockford(id)
}

func crockford(id [16]byte) string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	hi, lo := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	var out [26]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = digits[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
