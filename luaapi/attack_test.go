package luaapi

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"twirouter/luaapi/fetch"
	"twirouter/router"
)

// An attack is a handler's body that tries what no script can: to hang, to
// crash, to fill the memory, to get out, to change what others see. Its header
// says what has to come of it:
//
//	-- must: budget        the run ends by a spent budget
//	-- must: error: TEXT   the run fails with TEXT in its error
//	-- must: drop: TEXT    the handler returns drop("TEXT")
//	-- must: end           any end that is none of the escapes
//
// A second line `-- on: call.received` makes it another kind of event, a line
// `--- lib/x.lua` begins a module. In every case the handler ends within a
// second at the limits that a script has by default, its process needs less
// than 200 MB, and a script after it on the same state sees nothing of it.
type attack struct {
	name, kind string
	must       string
	files      map[string]string
}

const (
	attackWall   = time.Second
	attackMemory = 200 << 20
	// enoughMemory is where a process is ended whose attack has succeeded.
	enoughMemory = 2 << 30
)

// outcome is what came of an attack.
type outcome struct {
	Refused string // at load
	Verdict router.Verdict
	Reason  string
	Error   string
	Budget  string
	Wall    time.Duration
	Peak    int64 // bytes, of the whole process
	Spent   int64 // instructions
	Canary  string
	Panics  int64
}

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

// readAttack reads a file of either collection: that of the corpus puts its
// demand in other words.
func readAttack(t testing.TB, file string) attack {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || len(text) == 0 {
		t.Fatalf("no attack in %s: %v", file, err)
	}
	a := attack{name: strings.TrimSuffix(filepath.Base(file), ".lua"), kind: "message.received", files: map[string]string{}}
	into, body := "10-attack.lua", map[string]*strings.Builder{}
	for line := range strings.Lines(string(text)) {
		if m, ok := strings.CutPrefix(line, "-- must: "); ok && a.must == "" {
			a.must = strings.TrimSpace(m)
		} else if m, ok := strings.CutPrefix(line, "-- on: "); ok {
			a.kind = strings.TrimSpace(m)
		} else if m, ok := strings.CutPrefix(line, "--- "); ok {
			into = strings.TrimSpace(m)
		}
		if body[into] == nil {
			body[into] = &strings.Builder{}
		}
		body[into].WriteString(line)
	}
	switch m := a.must; {
	case strings.HasPrefix(m, "ends with an uncatchable budget error"):
		a.must = "budget"
	case strings.HasPrefix(m, "ends with an ordinary"), strings.HasPrefix(m, "must not return ESCAPED"):
		a.must = "end"
	}
	for name, b := range body {
		a.files[name] = b.String()
	}
	a.files["10-attack.lua"] = "on(\"" + a.kind + "\", function(event)\n" + a.files["10-attack.lua"] + "\nend)"
	a.files["20-canary.lua"] = "on(\"*\", function(event)\n" + canary + "\nend)"
	return a
}

// canary uses what attacks attack, and gives a known answer on a sound state.
const (
	canary = `
local t = {} for w in ("the quick brown fox"):gmatch("%a+") do t[#t + 1] = w:upper() end
table.sort(t)
local co = coroutine.wrap(function(a) local b = coroutine.yield(a * 2) return b + 1 end)
local ok, e = pcall(error, "e")
local seen = store.get("k") or 0
store.set("k", seen + 1)
local keys = 0 for _ in pairs(_G) do keys = keys + 1 end
assert(leak == nil and keys == 0 and getmetatable(_G) == false, "the environment")
assert(math.floor(2.5) == 2 and tostring(json.null) == "null" and json.encode(json.decode("[1]")) == "[1]", "the libraries")
assert(tostring(Say("<")) == "<Say>&lt;</Say>" and event.params.leak == nil, "nodes and the event")
return drop(table.concat(t, ",") .. string.format(" %d %d %s %s %d %s", co(21), co(4), ("x"):rep(3), e, store.get("k"), #tostring(math.random())))`
	canarySays = "BROWN,FOX,QUICK,THE 42 5 xxx e 1 "
)

// run runs the attack, and the canary after it.
func (a attack) run(instructions int64) (o outcome) {
	host := testHost()
	host.KV = memoryKV{}
	host.Fetch = func(fetch.Policy) Fetcher {
		return fetcher(func(fetch.Request) (*fetch.Response, *fetch.Error) {
			return nil, &fetch.Error{Kind: fetch.Denied, Message: "nothing may be called"}
		})
	}
	host.Panicked = func(string, any, []byte) { atomic.AddInt64(&o.Panics, 1) }
	scripts, problems := New(host).Compile(context.Background(), program(a.files))
	if errs := problems.Errors(); len(errs) > 0 {
		o.Refused = errs[0].String()
		return o
	}
	ev := sms("Body", "hi")
	if a.kind == "call.received" {
		ev = voice()
	}
	c := call1(ev)
	c.Limits = router.Limits{Instructions: instructions}
	begun := time.Now()
	st := scripts[0].Runner.Run(context.Background(), c)
	o.Wall, o.Spent, o.Verdict, o.Reason = time.Since(begun), st.Instructions, st.Verdict, st.Reason
	if st.Error != nil {
		o.Error, o.Budget = st.Error.Message, st.Error.Budget
	}
	for _, l := range st.Logs {
		if strings.Contains(l.Message, "ESCAPED") {
			o.Reason = "ESCAPED: " + l.Message
		}
	}
	if st.Reply != nil && strings.Contains(string(st.Reply.Body), "ESCAPED") {
		o.Reason = "ESCAPED: " + string(st.Reply.Body)
	}
	after := scripts[1].Runner.Run(context.Background(), call1(sms()))
	o.Canary = after.Reason
	return o
}

// judge holds what came of the attack to its demand.
func (a attack) judge(t *testing.T, o outcome) {
	t.Helper()
	t.Logf("%v, peak %d MB, %d instructions: %s %s%s", o.Wall.Round(time.Millisecond), o.Peak>>20, o.Spent, o.Verdict, cut(o.Reason, 200), o.Refused)
	text, isDrop := strings.CutPrefix(a.must, "drop: ")
	wanted, isError := strings.CutPrefix(a.must, "error: ")
	switch {
	case a.must == "":
		t.Errorf("the header says nothing")
	case o.Refused != "" && a.must == "end":
		return
	case o.Refused != "":
		t.Errorf("refused at load: %s", o.Refused)
		return
	case a.must == "budget" && o.Budget == "" && o.Verdict != router.Passed:
		t.Errorf("want a spent budget, got %s %s", o.Verdict, o.Reason)
	case isDrop && (o.Verdict != router.Dropped || o.Reason != text):
		t.Errorf("want drop(%q), got %s %q", text, o.Verdict, o.Reason)
	case isError && !strings.Contains(o.Error, wanted):
		t.Errorf("want the error %q, got %s %q", wanted, o.Verdict, o.Error)
	}
	if strings.Contains(o.Reason, "ESCAPED") && !strings.Contains(o.Reason, "the handler returned the text") {
		t.Errorf("escaped: %s", o.Reason)
	}
	for _, inside := range []string{"goroutine ", "runtime error", "0xc0", ".go:", "gopher", confused} {
		if strings.Contains(o.Error+o.Reason, inside) {
			t.Errorf("%q is in what the author reads: %s %s", inside, o.Reason, o.Error)
		}
	}
	if !strings.HasPrefix(o.Canary, canarySays) {
		t.Errorf("the canary says %q", o.Canary)
	}
	if o.Panics > 0 {
		t.Errorf("Go panicked %d times", o.Panics)
	}
}

// TestAttacks runs the project's own attacks and those of the corpus: with a
// fifth of the default budget in this process, for that shows most of it, and,
// if TWIROUTER_ATTACKS is "all", each with the whole budget in a process of its
// own, whose time and memory are measured.
func TestAttacks(t *testing.T) {
	t.Run("own", func(t *testing.T) { testAttacks(t, "testdata/attacks") })
	t.Run("corpus", func(t *testing.T) { testAttacks(t, corpus(t, "attacks")) })
}

func testAttacks(t *testing.T, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.lua"))
	if err != nil || len(files) < 1 {
		t.Fatalf("%d attacks in %s: %v", len(files), dir, err)
	}
	var worst outcome
	whole := os.Getenv("TWIROUTER_ATTACKS") == "all"
	for _, f := range files {
		a := readAttack(t, f)
		t.Run(a.name, func(t *testing.T) {
			if !whole {
				o := a.run(defaultInstructions / 5)
				if o.Wall > 5*attackWall {
					t.Errorf("took %v", o.Wall)
				}
				a.judge(t, o)
				return
			}
			o := attackInChild(t, f)
			if o.Wall > attackWall { // perhaps the machine had other things to do
				o = attackInChild(t, f)
			}
			a.judge(t, o)
			if o.Wall > attackWall || o.Peak > attackMemory {
				t.Errorf("took %v and %d MB", o.Wall, o.Peak>>20)
			}
			worst.Wall, worst.Peak = max(worst.Wall, o.Wall), max(worst.Peak, o.Peak)
		})
	}
	if whole {
		t.Logf("worst: %v, %d MB", worst.Wall, worst.Peak>>20)
	}
}

// attackInChild runs the test binary again for one attack.
func attackInChild(t *testing.T, file string) (o outcome) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAttackChild$", "-test.v")
	cmd.Env = append(os.Environ(), "TWIROUTER_ATTACK="+file, "GOMEMLIMIT=off", "GOGC=100")
	out, err := cmd.CombinedOutput()
	_, result, ok := strings.Cut(string(out), resultMark)
	if !ok {
		t.Fatalf("the process died: %v, %v\n%s", err, ctx.Err(), cut(string(out), 2000))
	}
	result, _, _ = strings.Cut(result, "\n")
	if err := json.Unmarshal([]byte(result), &o); err != nil {
		t.Fatalf("%v in %s", err, result)
	}
	o.Peak = peakMemory(cmd.ProcessState)
	return o
}

const resultMark = "attack result: "

// TestAttackChild is one attack in a process of its own.
func TestAttackChild(t *testing.T) {
	file := os.Getenv("TWIROUTER_ATTACK")
	if file == "" {
		return // a part of TestAttacks
	}
	debug.SetTraceback("none")
	go func() {
		var m runtime.MemStats
		for range time.Tick(20 * time.Millisecond) {
			if runtime.ReadMemStats(&m); m.Sys > enoughMemory {
				fmt.Printf("%d MB\n", m.Sys>>20)
				os.Exit(3)
			}
		}
	}()
	o := readAttack(t, file).run(0)
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(resultMark + string(b))
}
