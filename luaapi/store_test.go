package luaapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

func TestStore(t *testing.T) {
	w := workbench{host: Host{KV: memoryKV{"test old": `{"n":[1,2]}`, "/shared who": `"all"`, "test gone": `1`, "test 5": `"five"`, "other x": `1`, "test none": `null`}}}
	st := w.run(t, `
		print(store.get("old"), store.get("none"), store.get("x"), store.get(5), store.shared.get("who"), store.shared.get("old"))
		store.set("a", { x = 1, list = json.array{} })
		store.set("a", { x = 2 }, { ttl = "10m" })
		print(store.get("a"))
		store.delete("gone")
		print(store.get("gone"))
		store.set("old", nil)
		print(store.get("old"))
		store.shared.set("k", false, { ttl = 90 })
		print(store.shared.get("k"), store.get("k"))
		store.set("big", 2^60)
		print(store.get("big") == 2^60)`)
	want := "{ n = { 1, 2 } }\tnil\tnil\tfive\tall\tnil\n{ x = 2 }\nnil\nnil\nfalse\tnil\ntrue"
	if got := loggedText(t, st); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	writes := ""
	for _, w := range st.Writes {
		writes += fmt.Sprintf("%s/%s=%s %v %d\n", w.Bucket, w.Key, w.Val, w.TTL, w.If)
	}
	if want := "test/a={\"x\":2} 10m0s 0\ntest/gone= 0s 0\ntest/old= 0s 0\n/shared/k=false 1m30s 0\ntest/big=1.152921504606847e+18 0s 0\n"; writes != want {
		t.Errorf("writes\n%s\nwant\n%s", writes, want)
	}
	if st.Writes[1].Val != nil {
		t.Errorf("a deletion writes %q", st.Writes[1].Val)
	}
}

func TestStoreRefuses(t *testing.T) {
	w := workbench{host: Host{KV: memoryKV{}}}
	for _, c := range []struct{ code, want string }{
		{`store.get()`, `store.get takes a key, got nil`},
		{`store.get("")`, `a key has from 1 to 512 bytes`},
		{`store.get(("x"):rep(513))`, `a key has from 1 to 512 bytes`},
		{`store:get("x")`, `store.get is called with a dot: store.get(key)`},
		{`store.set("x")`, `store.set takes a key and a value`},
		{`store.set("x", print)`, `store.set: the value is a function`},
		{`store.set("x", ("x"):rep(70000))`, `store.set: the value is 70002 bytes as JSON; at most 65536`},
		{`store.set("x", 1, { ttl = 0 })`, `store.set: ttl must be longer than nothing`},
		{`store.set("x", 1, { tll = 5 })`, `store.set has no option tll; did you mean ttl?`},
		{`store.set("x", 1, "10m")`, `store.set takes its options as a table`},
		{`store.shared.set("x", 1, { ttl = "x" })`, `store.shared.set: ttl "x" is no time`},
		{`for i = 1, 1001 do store.set(i, i) end`, `store.set: one run may write 1000 keys`},
		{`store.incr("x")`, `attempt to call a nil value`},
	} {
		if got := errorOf(w.run(t, c.code)); !strings.Contains(got, c.want) {
			t.Errorf("%s raised %q, want %q", c.code, got, c.want)
		}
	}
	if got := errorOf(workbench{}.run(t, `store.get("x")`)); got != "store.get: there is no store here" {
		t.Errorf("without a store: %q", got)
	}
}

func TestEmit(t *testing.T) {
	st := workbench{}.run(t, `
		emit("app.missed", { caller = event.From, n = 1 }, { key = "k1" })
		emit("app.a.b-c_D9")
		emit("app.later", {}, { delay = "10m" })
		emit("app.then", { list = json.array{} }, { at = time.now() + 60, key = 5 })
		emit("app.now", nil, { delay = 0 })`)
	if st.Error != nil {
		t.Fatal(st.Error)
	}
	want := []router.Emit{
		{Kind: "app.missed", Data: []byte(`{"caller":"+15550100","n":1}`), Key: "k1"},
		{Kind: "app.a.b-c_D9", Data: []byte(`{}`)},
		{Kind: "app.later", Data: []byte(`{}`), Due: noon.Add(10 * time.Minute)},
		{Kind: "app.then", Data: []byte(`{"list":[]}`), Due: noon.Add(time.Minute), Key: "5"},
		{Kind: "app.now", Data: []byte(`{}`)},
	}
	if len(st.Emits) != len(want) {
		t.Fatalf("emitted %+v", st.Emits)
	}
	for i, e := range st.Emits {
		if e.Kind != want[i].Kind || string(e.Data) != string(want[i].Data) || !e.Due.Equal(want[i].Due) || e.Due.IsZero() != want[i].Due.IsZero() || e.Key != want[i].Key {
			t.Errorf("emitted %+v, want %+v", e, want[i])
		}
	}
}

func TestEmitRefuses(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`emit()`, `emit takes the kind of the event, like "app.missed", got nil`},
		{`emit("missed")`, `emit: "missed" does not begin with app.: write "app.missed"`},
		{`emit("message.received")`, `does not begin with app.`},
		{`emit("app.")`, `has an empty part`},
		{`emit("app..x")`, `has an empty part`},
		{`emit("app.a b")`, `has a character other than letters`},
		{`emit("app.*")`, `has a character other than letters`},
		{`emit("app." .. ("x"):rep(200))`, `is too long for a kind`},
		{`emit("app.x", "text")`, `emit takes the data as a table, got the text "text"`},
		{`emit("app.x", event)`, `emit: the value is the event itself: write event.params`},
		{`emit("app.x", { print })`, `emit: the value at [1] is a function`},
		{`emit("app.x", { ("x"):rep(300000) })`, `emit: the data is 300004 bytes as JSON`},
		{`emit("app.x", {}, { delay = 1, at = 2 })`, `emit: delay and at exclude each other`},
		{`emit("app.x", {}, { at = "tomorrow" })`, `emit: at must be a time in Unix seconds`},
		{`emit("app.x", {}, { at = time.now() + 1e9 })`, `emit: at is more than ten years away`},
		{`emit("app.x", {}, { delay = -1 })`, `emit: delay -1 is no time`},
		{`emit("app.x", {}, { key = "" })`, `emit: key has from 1 to 512 bytes`},
		{`emit("app.x", {}, { key = {} })`, `emit: key must be a string, got a table`},
		{`emit("app.x", {}, { keys = 1 })`, `emit has no option keys; did you mean key?`},
		{`for i = 1, 101 do emit("app.x") end`, `emit: one run may emit 100 events`},
	} {
		if got := errorOf(workbench{}.run(t, c.code)); !strings.Contains(got, c.want) {
			t.Errorf("%s raised %q, want %q", c.code, got, c.want)
		}
	}
}
