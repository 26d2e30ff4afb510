package router_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"twirouter/router"
)

func TestIDsRise(t *testing.T) {
	clock := time.UnixMilli(1_700_000_000_000)
	ids := router.NewIDs(func() time.Time { return clock }, rand.Reader)
	last := ""
	for i := range 3000 {
		switch i % 3 {
		case 0:
			clock = clock.Add(time.Millisecond)
		case 1:
			clock = clock.Add(-time.Hour) // the clock is set back
		}
		id := ids.Next()
		if id <= last {
			t.Fatalf("%s after %s", id, last)
		}
		if len(id) != 26 || strings.Trim(id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") != "" {
			t.Fatalf("id %q", id)
		}
		last = id
	}
}

// TestIDLayout holds the layout to known values: the time first, then the
// random bits, and a carry from the one to the other.
func TestIDLayout(t *testing.T) {
	ones := bytes.Repeat([]byte{0xff}, 30)
	clock := time.UnixMilli(1)
	ids := router.NewIDs(func() time.Time { return clock }, bytes.NewReader(append(make([]byte, 10), ones...)))
	for _, want := range []string{
		"00000000010000000000000000", // nothing random
		"00000000010000000000000001", // the same millisecond: one more, whatever is random
		"0000000002ZZZZZZZZZZZZZZZZ",
		"00000000030000000000000000", // a carry into the time
	} {
		if want == "0000000002ZZZZZZZZZZZZZZZZ" {
			clock = time.UnixMilli(2)
		}
		if got := ids.Next(); got != want {
			t.Errorf("id %s, want %s", got, want)
		}
	}
	clock = time.UnixMilli(1 << 47)
	if got := router.NewIDs(func() time.Time { return clock }, bytes.NewReader(ones)).Next(); got != "4000000000ZZZZZZZZZZZZZZZZ" {
		t.Errorf("id %s", got)
	}
}

// TestIDsAtOnce takes ids from many goroutines, and the randomness from a
// source that is not safe for that.
func TestIDsAtOnce(t *testing.T) {
	ids := router.NewIDs(time.Now, mathrand.NewChaCha8([32]byte{}))
	const goroutines, each = 8, 2000
	var wg sync.WaitGroup
	got := make([][]string, goroutines)
	for g := range goroutines {
		wg.Go(func() {
			for range each {
				got[g] = append(got[g], ids.Next())
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, list := range got {
		for i, id := range list {
			if seen[id] {
				t.Fatalf("%s came twice", id)
			}
			seen[id] = true
			if i > 0 && id <= list[i-1] {
				t.Fatalf("%s after %s", id, list[i-1])
			}
		}
	}
}

func TestNoRandomness(t *testing.T) {
	defer func() {
		if v := recover(); v == nil || !strings.Contains(v.(string), "no randomness for an event id: empty") {
			t.Errorf("recovered %v", v)
		}
	}()
	router.NewIDs(time.Now, iotest.ErrReader(errors.New("empty"))).Next()
}
