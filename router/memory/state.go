package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"twirouter/router"
)

// bucket is the state of one script, or what scripts share.
type bucket struct {
	vals map[string]*value
	keys sorted[string]
}

// value is one key's, with its expiry if it has one.
type value struct {
	bucket, key string
	val         []byte
	rev         uint64
	expiry      entry[*value]
}

// valueSize is what a value takes besides its texts, in bytes, estimated.
const valueSize = 300

func sizeOfEntry(bucket, key string, val []byte) int64 {
	return int64(valueSize + len(bucket) + len(key) + len(val))
}

// Get is router.KV's.
func (s *Store) Get(ctx context.Context, bucket, key string) ([]byte, uint64, error) {
	if err := s.enter(ctx); err != nil {
		return nil, 0, err
	}
	defer s.mu.Unlock()
	v := s.live(s.now(), bucket, key)
	if v == nil {
		return nil, 0, router.ErrNotFound
	}
	return bytes.Clone(v.val), v.rev, nil
}

// Put is router.KV's.
func (s *Store) Put(ctx context.Context, w router.Write) (uint64, error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	now := s.now()
	s.expire(now)
	rev := uint64(0)
	if v := s.live(now, w.Bucket, w.Key); v != nil {
		rev = v.rev
	}
	if w.If == router.IfAbsent && rev != 0 || w.If == router.IfRev && rev != w.Rev {
		return 0, router.ErrConflict
	}
	if more := s.growth(&w); more > 0 && s.stated+more > s.o.MaxState {
		return 0, router.ErrQuota
	}
	return s.write(now, &w), nil
}

// Incr is router.KV's.
func (s *Store) Incr(ctx context.Context, bucket, key string, by int64, ttl time.Duration) (int64, error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	now := s.now()
	s.expire(now)
	v := s.live(now, bucket, key)
	n := int64(0)
	if v != nil {
		var ok bool
		if n, ok = wholeNumber(v.val); !ok {
			return 0, router.ErrNumber
		}
	}
	if by > 0 && n > math.MaxInt64-by || by < 0 && n < math.MinInt64-by {
		return 0, router.ErrNumber
	}
	n += by
	val := strconv.AppendInt(nil, n, 10)
	if v != nil { // its time goes on
		s.stated += int64(len(val) - len(v.val))
		v.val, v.rev = val, s.nextRev()
		return n, nil
	}
	w := router.Write{Bucket: bucket, Key: key, Val: val, TTL: ttl}
	if s.stated+s.growth(&w) > s.o.MaxState {
		return 0, router.ErrQuota
	}
	s.write(now, &w)
	return n, nil
}

// wholeNumber reads a JSON number that has no fraction.
func wholeNumber(val []byte) (int64, bool) {
	text := string(bytes.TrimSpace(val))
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	if !json.Valid(val) { // ParseFloat reads more than JSON has
		return 0, false
	}
	const exact = 1 << 53
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}

// List is router.KV's.
func (s *Store) List(ctx context.Context, name, prefix, after string, limit int) ([]router.Entry, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	now := s.now()
	s.expire(now)
	b := s.buckets[name]
	if b == nil {
		return nil, nil
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	var out []router.Entry
	for key := range b.keys.from(max(prefix, after)) {
		if len(out) == limit || !strings.HasPrefix(key, prefix) {
			break
		}
		if v := b.vals[key]; !v.expired(now) && (key > after || after == "") {
			out = append(out, router.Entry{Key: key, Val: bytes.Clone(v.val), Rev: v.rev})
		}
	}
	return out, nil
}

func (v *value) expired(now instant) bool { return v.expiry.place > 0 && v.expiry.at <= now }

// live returns the value of a key whose time is not up, or nil.
func (s *Store) live(now instant, bucket, key string) *value {
	b := s.buckets[bucket]
	if b == nil {
		return nil
	}
	if v := b.vals[key]; v != nil && !v.expired(now) {
		return v
	}
	return nil
}

// expire removes some of the values whose time is up, more than a call adds.
func (s *Store) expire(now instant) {
	for range 2 * swept {
		e := s.expiring.first()
		if e == nil || e.at > now {
			return
		}
		s.remove(e.thing)
	}
}

// growth is by how much w changes what the state takes.
func (s *Store) growth(w *router.Write) int64 {
	n := int64(0)
	if w.Val != nil {
		n = sizeOfEntry(w.Bucket, w.Key, w.Val)
	}
	if b := s.buckets[w.Bucket]; b != nil {
		if v := b.vals[w.Key]; v != nil {
			n -= sizeOfEntry(v.bucket, v.key, v.val)
		}
	}
	return n
}

// writeAll makes the writes of an outcome, all or, if they do not fit, none.
func (s *Store) writeAll(now instant, writes []router.Write) error {
	if len(writes) == 0 {
		return nil
	}
	s.expire(now)
	sum := s.stated
	for i := range writes {
		sum += s.growth(&writes[i]) // a key written twice counts twice: on the safe side
	}
	if sum > s.o.MaxState && sum > s.stated {
		return router.ErrQuota
	}
	for i := range writes {
		s.write(now, &writes[i])
	}
	return nil
}

// write makes one write and returns the new revision, 0 for a deletion.
func (s *Store) write(now instant, w *router.Write) uint64 {
	b := s.buckets[w.Bucket]
	if b != nil {
		if v := b.vals[w.Key]; v != nil {
			s.remove(v)
		}
	}
	if w.Val == nil {
		return 0
	}
	if b = s.buckets[w.Bucket]; b == nil { // the last key may have taken it away
		b = &bucket{vals: make(map[string]*value)}
		s.buckets[w.Bucket] = b
	}
	v := &value{bucket: w.Bucket, key: w.Key, val: bytes.Clone(w.Val), rev: s.nextRev()}
	b.vals[v.key] = v
	b.keys.add(v.key)
	s.stated += sizeOfEntry(v.bucket, v.key, v.val)
	if w.TTL > 0 {
		s.expiring.add(&v.expiry, v, now.after(w.TTL))
	}
	return v.rev
}

func (s *Store) remove(v *value) {
	s.expiring.remove(&v.expiry)
	s.stated -= sizeOfEntry(v.bucket, v.key, v.val)
	b := s.buckets[v.bucket]
	delete(b.vals, v.key)
	b.keys.remove(v.key)
	if len(b.vals) == 0 {
		delete(s.buckets, v.bucket)
	}
}

func (s *Store) nextRev() uint64 {
	s.revs++
	return s.revs
}
