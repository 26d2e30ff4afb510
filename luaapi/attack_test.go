package luaapi

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

// corpus is a path in the collection of facts that lies beside the project.
func corpus(t testing.TB, name string) string {
	dir := os.Getenv("TWIROUTER_CORPUS")
	if dir == "" {
		dir = "../../shared/corpus"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the corpus is not there: %v", err)
	}
	return path
}

const canary = `
local t = {} for w in ("the quick brown fox"):gmatch("%a+") do t[#t + 1] = w:upper() end
table.sort(t)
local co = coroutine.wrap(function(a) local b = coroutine.yield(a * 2) return b + 1 end)
return drop(table.concat(t, ",") .. string.format(" %d %d %s", co(21), co(4), ("x"):rep(3)))`

// TestAttacks runs every script of the corpus, and after each a canary on what
// may be the same pooled state.
func TestAttacks(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t, "attacks"), "*.lua"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no attacks: %v", err)
	}
	c := New(testHost())
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".lua"), func(t *testing.T) {
			body, err := os.ReadFile(f)
			if err != nil || len(body) == 0 {
				t.Fatalf("empty attack: %v", err)
			}
			p := program(map[string]string{
				"10-attack.lua": "on('message.received', function(event)\n" + string(body) + "\nend)",
				"20-canary.lua": "on('message.received', function(event)\n" + canary + "\nend)",
			})
			scripts, problems := c.Compile(context.Background(), p)
			if errs := problems.Errors(); len(errs) > 0 {
				t.Logf("refused at load: %v", errs)
				return
			}
			begun := time.Now()
			c := call1(sms())
			c.Limits.Instructions = 2_000_000 // the containment is the same as with five times as many, and sooner
			st := scripts[0].Runner.Run(context.Background(), c)
			took := time.Since(begun)
			t.Logf("%v %d instructions, %d KB: %s %v", took, st.Instructions, st.Memory>>10, st.Verdict, st.Error)
			if st.Error != nil && strings.Contains(st.Error.Message, "ESCAPED") && !strings.Contains(st.Error.Message, "returned") || strings.Contains(st.Reason, "ESCAPED") {
				t.Errorf("escaped: %v %s", st.Error, st.Reason)
			}
			budget := strings.Contains(string(body), "uncatchable budget error")
			if budget && st.Verdict != router.Passed && (st.Error == nil || st.Error.Budget == "") {
				t.Errorf("want a budget's error, got %s %v", st.Verdict, st.Error)
			}
			if took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			after := scripts[1].Runner.Run(context.Background(), call1(sms()))
			if after.Verdict != router.Dropped || after.Reason != "BROWN,FOX,QUICK,THE 42 5 xxx" {
				t.Errorf("the canary says %s %q %v", after.Verdict, after.Reason, after.Error)
			}
		})
	}
}
