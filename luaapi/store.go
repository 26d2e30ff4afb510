package luaapi

import (
	"errors"
	"time"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// Bounds of a script's state.
const (
	maxKey    = 512      // bytes
	maxStored = 64 << 10 // bytes of one value as JSON
	maxWrites = 1000     // of one run
)

// sharedBucket is the bucket of store.shared: no script has its name, for names
// are paths that begin with no slash.
const sharedBucket = "/shared"

var _ = provideModule("store", func(L *lua.LState) lua.LValue {
	own := storeTable(L, "store", func(r *run) string { return r.script.name })
	own.RawSetString("shared", storeTable(L, "store.shared", func(*run) string { return sharedBucket }))
	return own
})

// storeTable is the functions of one bucket.
func storeTable(L *lua.LState, name string, bucket func(*run) string) *lua.LTable {
	bind := func(fn string, do func(*run, *storeCall)) lua.LGFunction {
		return func(L *lua.LState) int {
			r := runOf(L)
			r.onlyInHandler(L, name+"."+fn)
			if r.host.KV == nil {
				raise(L, "%s.%s: there is no store here", name, fn)
			}
			top := L.GetTop()
			c := &storeCall{L: L, name: name + "." + fn, bucket: bucket(r)}
			c.key = c.keyAt(1)
			do(r, c)
			return L.GetTop() - top
		}
	}
	return functions(L, map[string]lua.LGFunction{
		"get":    bind("get", storeGet),
		"set":    bind("set", storeSet),
		"delete": bind("delete", storeDelete),
	})
}

type storeCall struct {
	L      *lua.LState
	name   string
	bucket string
	key    string
}

// keyAt reads a key: a text, or a number as its digits.
func (c *storeCall) keyAt(n int) string {
	key := ""
	switch v := c.L.Get(n).(type) {
	case lua.LString:
		key = string(v)
	case lua.LNumber:
		key = numberText(float64(v))
	case *lua.LTable:
		raise(c.L, "%s is called with a dot: %s(key)", c.name, c.name)
	default:
		raise(c.L, "%s takes a key, got %s", c.name, typeName(v))
	}
	if key == "" || len(key) > maxKey {
		raise(c.L, "%s: a key has from 1 to %d bytes", c.name, maxKey)
	}
	return key
}

// storeGet is store.get(key): the value, nil if there is none. What this run has
// written counts already.
func storeGet(r *run, c *storeCall) {
	r.charge(c.L, 50)
	val, known := r.written(c.bucket, c.key)
	if !known {
		var err error
		val, _, err = r.host.KV.Get(r.context(), c.bucket, c.key)
		if err != nil && !errors.Is(err, router.ErrNotFound) {
			raise(c.L, "%s: the store cannot be read", c.name)
		}
	}
	if val == nil {
		c.L.Push(lua.LNil)
		return
	}
	v, err := decode(r, c.L, string(val))
	if err != nil {
		raise(c.L, "%s: what lies under %s cannot be read: %v", c.name, quoted(c.key), err)
	}
	if isNull(v) {
		v = lua.LNil
	}
	c.L.Push(v)
}

// storeSet is store.set(key, value[, {ttl=}]). It takes effect with the outcome
// of the event. A nil deletes.
func storeSet(r *run, c *storeCall) {
	if c.L.GetTop() < 2 {
		raise(c.L, "%s takes a key and a value", c.name)
	}
	w := router.Write{Bucket: c.bucket, Key: c.key, TTL: c.ttlAt(3)}
	if v := c.L.Get(2); v != lua.LNil {
		val, err := encode(r, c.L, v)
		if err != nil {
			raise(c.L, "%s: %v", c.name, err)
		}
		if len(val) > maxStored {
			raise(c.L, "%s: the value is %d bytes as JSON; at most %d can be kept under one key", c.name, len(val), maxStored)
		}
		w.Val = val
	}
	r.write(c, w)
}

// ttlAt reads the time for which a value is kept; 0 is for ever.
func (c *storeCall) ttlAt(n int) time.Duration {
	o := namedAt(c.L, n, c.name, "ttl")
	ttl, given := o.duration("ttl")
	if given && ttl <= 0 {
		o.fail("ttl", "must be longer than nothing; to delete a value use store.delete")
	}
	return ttl
}

// storeDelete is store.delete(key).
func storeDelete(r *run, c *storeCall) {
	r.write(c, router.Write{Bucket: c.bucket, Key: c.key})
}

// write buffers a write; a later one of the same key replaces it.
func (r *run) write(c *storeCall, w router.Write) {
	r.chargeBytes(c.L, int64(100+len(w.Key)+len(w.Val)))
	for i := range r.out.Writes {
		if o := &r.out.Writes[i]; o.Bucket == w.Bucket && o.Key == w.Key {
			*o = w
			return
		}
	}
	if len(r.out.Writes) >= maxWrites {
		raise(c.L, "%s: one run may write %d keys", c.name, maxWrites)
	}
	r.charge(c.L, int64(len(r.out.Writes)/8))
	r.out.Writes = append(r.out.Writes, w)
}

// written returns what this run has written under a key; nil, true after a
// deletion.
func (r *run) written(bucket, key string) ([]byte, bool) {
	for i := range r.out.Writes {
		if w := &r.out.Writes[i]; w.Bucket == bucket && w.Key == key {
			return w.Val, true
		}
	}
	return nil, false
}
