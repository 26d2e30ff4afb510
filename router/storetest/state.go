package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"twirouter/router"
)

func (x *trial) put(w router.Write) uint64 {
	x.Helper()
	rev, err := x.Put(x.ctx, w)
	x.must("Put", err)
	return rev
}

// wantValue fails unless the key has the value; it returns its revision.
func (x *trial) wantValue(bucket, key, want string) uint64 {
	x.Helper()
	val, rev, err := x.Get(x.ctx, bucket, key)
	if err != nil || string(val) != want || rev == 0 {
		x.Errorf("Get(%s, %s): %q at %d, %v, want %q", bucket, key, val, rev, err, want)
	}
	return rev
}

func (x *trial) wantNone(bucket, key string) {
	x.Helper()
	if val, _, err := x.Get(x.ctx, bucket, key); err == nil {
		x.Errorf("Get(%s, %s): %q, want none", bucket, key, val)
	} else {
		x.mustFail("Get", err, router.ErrNotFound)
	}
}

// wantKeys fails unless a list has these keys.
func (x *trial) wantKeys(prefix, after string, limit int, want ...string) {
	x.Helper()
	entries, err := x.List(x.ctx, "b", prefix, after, limit)
	x.must("List", err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Key)
	}
	if !slices.Equal(got, want) {
		x.Errorf("List(prefix %q, after %q, limit %d): %q, want %q", prefix, after, limit, got, want)
	}
}

var one = []byte(`1`)

var stateCases = []testCase{
	{"put, get, delete", func(x *trial) {
		x.wantNone("b", "k")
		a := x.put(router.Write{Bucket: "b", Key: "k", Val: one})
		if rev := x.wantValue("b", "k", "1"); rev != a || a == 0 {
			x.Errorf("revision %d, Put said %d", rev, a)
		}
		b := x.put(router.Write{Bucket: "b", Key: "k", Val: []byte(`{"a":"€\u0000"}`)})
		if x.wantValue("b", "k", `{"a":"€\u0000"}`); b == a {
			x.Errorf("two writes have the revision %d", a)
		}
		if rev := x.put(router.Write{Bucket: "b", Key: "k"}); rev != 0 {
			x.Errorf("a deletion has the revision %d", rev)
		}
		x.wantNone("b", "k")
		x.put(router.Write{Bucket: "b", Key: "k"}) // nothing to delete is no error
		if c := x.put(router.Write{Bucket: "b", Key: "k", Val: one}); c == a || c == b {
			x.Errorf("the revision %d came twice", c)
		}
	}},
	{"buckets and keys are apart, and any text", func(x *trial) {
		names := []string{"", "a", "A", "a/b", "a\x00", "€", strings.Repeat("x", 300), "a b", "%", "_", "'"}
		for i, bucket := range names {
			for j, key := range names {
				x.put(router.Write{Bucket: bucket, Key: key, Val: fmt.Appendf(nil, "%d", 100*i+j)})
			}
		}
		for i, bucket := range names {
			for j, key := range names {
				x.wantValue(bucket, key, fmt.Sprint(100*i+j))
			}
		}
	}},
	{"if absent", func(x *trial) {
		x.put(router.Write{Bucket: "b", Key: "k", Val: one, If: router.IfAbsent})
		_, err := x.Put(x.ctx, router.Write{Bucket: "b", Key: "k", Val: []byte(`2`), If: router.IfAbsent})
		x.mustFail("Put", err, router.ErrConflict)
		x.wantValue("b", "k", "1")
		x.put(router.Write{Bucket: "b", Key: "k"})
		x.put(router.Write{Bucket: "b", Key: "k", Val: []byte(`3`), If: router.IfAbsent, TTL: time.Minute})
		time.Sleep(time.Minute)
		x.put(router.Write{Bucket: "b", Key: "k", Val: []byte(`4`), If: router.IfAbsent})
		x.wantValue("b", "k", "4")
	}},
	{"if the revision is", func(x *trial) {
		a := x.put(router.Write{Bucket: "b", Key: "k", Val: one})
		b := x.put(router.Write{Bucket: "b", Key: "k", Val: []byte(`2`), If: router.IfRev, Rev: a})
		for _, val := range [][]byte{[]byte(`3`), nil} {
			_, err := x.Put(x.ctx, router.Write{Bucket: "b", Key: "k", Val: val, If: router.IfRev, Rev: a})
			x.mustFail("Put", err, router.ErrConflict)
			_, err = x.Put(x.ctx, router.Write{Bucket: "b", Key: "none", Val: val, If: router.IfRev, Rev: a})
			x.mustFail("Put of a key that is not there", err, router.ErrConflict)
		}
		x.wantValue("b", "k", "2")
		x.put(router.Write{Bucket: "b", Key: "k", If: router.IfRev, Rev: b})
		x.wantNone("b", "k")
		x.put(router.Write{Bucket: "b", Key: "k", Val: one, If: router.IfRev}) // no value has revision 0
		_, err := x.Put(x.ctx, router.Write{Bucket: "b", Key: "k", Val: one, If: router.IfRev})
		x.mustFail("Put at 0 where there is a value", err, router.ErrConflict)
	}},
	{"an expiry", func(x *trial) {
		x.put(router.Write{Bucket: "b", Key: "k", Val: one, TTL: time.Minute})
		time.Sleep(59 * time.Second)
		x.wantValue("b", "k", "1")
		x.wantKeys("", "", 0, "k")
		time.Sleep(time.Second)
		x.wantNone("b", "k")
		x.wantKeys("", "", 0)
		x.put(router.Write{Bucket: "b", Key: "k", Val: one, TTL: time.Minute})
		time.Sleep(30 * time.Second)
		x.put(router.Write{Bucket: "b", Key: "k", Val: one, TTL: time.Minute})
		time.Sleep(45 * time.Second)
		x.wantValue("b", "k", "1") // a new write brings its own
		x.put(router.Write{Bucket: "b", Key: "k", Val: one})
		time.Sleep(time.Hour)
		x.wantValue("b", "k", "1")
	}},
	{"increments", func(x *trial) {
		for _, c := range []struct{ by, want int64 }{{5, 5}, {0, 5}, {-7, -2}, {1 << 60, 1<<60 - 2}} {
			if n := x.incr("n", c.by, 0); n != c.want {
				x.Fatalf("Incr by %d: %d, want %d", c.by, n, c.want)
			}
		}
		x.wantValue("b", "n", fmt.Sprint(1<<60-2))
		for val, want := range map[string]int64{"41": 42, "-1": 0, "41.0": 42, "4.1e1": 42} {
			x.put(router.Write{Bucket: "b", Key: "n", Val: []byte(val)})
			if n := x.incr("n", 1, 0); n != want {
				x.Errorf("Incr of %s: %d, want %d", val, n, want)
			}
		}
	}},
	{"an increment that cannot be leaves the value", func(x *trial) {
		for _, c := range []struct {
			val string
			by  int64
		}{
			{fmt.Sprint(math.MaxInt64), 1}, {fmt.Sprint(math.MinInt64), -1}, {"1", math.MaxInt64}, {"-2", math.MinInt64},
			{`"1"`, 1}, {"1.5", 1}, {"true", 1}, {"{}", 1}, {"null", 1}, {"1e300", 1}, {"9223372036854775808", 1},
		} {
			rev := x.put(router.Write{Bucket: "b", Key: "n", Val: []byte(c.val)})
			_, err := x.Incr(x.ctx, "b", "n", c.by, 0)
			x.mustFail("Incr of "+c.val, err, router.ErrNumber)
			if now := x.wantValue("b", "n", c.val); now != rev {
				x.Errorf("Incr of %s changed the revision", c.val)
			}
		}
	}},
	{"an increment changes the revision", func(x *trial) {
		x.incr("n", 1, 0)
		rev := x.wantValue("b", "n", "1")
		x.incr("n", 1, 0)
		_, err := x.Put(x.ctx, router.Write{Bucket: "b", Key: "n", Val: one, If: router.IfRev, Rev: rev})
		x.mustFail("Put", err, router.ErrConflict)
	}},
	{"a counter's time is the first increment's", func(x *trial) {
		x.incr("n", 1, time.Minute)
		time.Sleep(40 * time.Second)
		if n := x.incr("n", 1, time.Minute); n != 2 {
			x.Errorf("Incr: %d, want 2", n)
		}
		time.Sleep(20 * time.Second)
		if n := x.incr("n", 1, time.Minute); n != 1 {
			x.Errorf("Incr in the next minute: %d, want 1", n)
		}
		x.incr("for ever", 1, 0)
		x.incr("for ever", 1, time.Second)
		time.Sleep(time.Hour)
		x.wantValue("b", "for ever", "2")
	}},
	{"many increments at once", func(x *trial) {
		const many, each = 8, 50
		errs := make(chan error)
		for range many {
			go func() {
				var err error
				for range each {
					if _, e := x.Incr(x.ctx, "b", "n", 1, 0); e != nil {
						err = e
					}
				}
				errs <- err
			}()
		}
		for range many {
			x.must("Incr", <-errs)
		}
		x.wantValue("b", "n", fmt.Sprint(many*each))
	}},
	{"lists by prefix, in pages", func(x *trial) {
		keys := []string{"", "a", "a%", "a/1", "a/10", "a/2", "a_", "b", "é", "\xff"}
		if !slices.IsSorted(keys) {
			x.Fatal("the case's keys are not in order")
		}
		for i := range keys {
			x.put(router.Write{Bucket: "b", Key: keys[(i*7)%len(keys)], Val: one})
		}
		x.put(router.Write{Bucket: "c", Key: "a/3", Val: one})
		x.wantKeys("", "", 100, keys...)
		x.wantKeys("a/", "", 100, "a/1", "a/10", "a/2")
		x.wantKeys("a/", "", 2, "a/1", "a/10")
		x.wantKeys("a/", "a/10", 2, "a/2")
		x.wantKeys("a/", "a/2", 2)
		x.wantKeys("a/", "a/100", 2, "a/2") // after a key that is not there
		x.wantKeys("a/", "0", 1, "a/1")
		x.wantKeys("a/", "b", 1)
		x.wantKeys("a%", "", 100, "a%") // no wildcards
		x.wantKeys("a_", "", 100, "a_")
		x.wantKeys("\xff", "", 100, "\xff")
		x.wantKeys("z", "", 100)
		entries, err := x.List(x.ctx, "b", "b", "", 1)
		x.must("List", err)
		if rev := x.wantValue("b", "b", "1"); len(entries) != 1 || string(entries[0].Val) != "1" || entries[0].Rev != rev {
			x.Errorf("List: %+v, want the value at %d", entries, rev)
		}
	}},
	{"50 without a limit, over many keys", func(x *trial) {
		var want []string
		for i := range 3000 {
			key := fmt.Sprintf("%04d", (i*1009)%3000)
			x.put(router.Write{Bucket: "b", Key: key, Val: one})
			want = append(want, key)
		}
		slices.Sort(want)
		x.wantKeys("", "", 0, want[:50]...)
		x.wantKeys("", "", 5000, want...)
		for i := range 3000 {
			if i%3 != 0 {
				x.put(router.Write{Bucket: "b", Key: want[i]})
			}
		}
		var left []string
		for i := 0; i < 3000; i += 3 {
			left = append(left, want[i])
		}
		x.wantKeys("", "", 5000, left...)
		x.wantKeys("", "1500", 2, left[501], left[502])
	}},
}

func (x *trial) incr(key string, by int64, ttl time.Duration) int64 {
	x.Helper()
	n, err := x.Incr(x.ctx, "b", key, by, ttl)
	x.must("Incr", err)
	return n
}
