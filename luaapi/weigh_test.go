package luaapi

import (
	"context"
	"testing"
	"time"

	"twirouter/router"
)

// TestOneInstruction is about instructions that do any amount of work: the
// meter stops them before they do it.
func TestOneInstruction(t *testing.T) {
	tests := []struct{ name, body, budget string }{
		{"concatenation", `local s = "x" while true do s = s .. s end`, "memory"},
		{"caught concatenation", `local s = "x" while true do pcall(function() s = s .. s end) end`, "memory"},
		{"many operands", `local a = ("x"):rep(1e5) return #(a .. a .. a .. a .. a .. a .. a .. a .. a .. a .. a .. a)`, "memory"},
		{"filling holes", `local t = {} for i = 1, 20 do t = {} t[4000000] = 1 end`, "instructions"},
		{"length over nils", `local t = {} for i = 1, 100000 do t[i] = 1 end for i = 100000, 2, -1 do t[i] = nil end while true do local n = #t end`, "instructions"},
		{"comparing", `local a, b = ("a"):rep(1e6) .. "b", ("a"):rep(1e6) .. "c" while true do local x = a < b end`, "instructions"},
		{"tables", `local t = {} while true do t = { t } end`, "instructions"},
		{"in a coroutine", `local s = "x" coroutine.wrap(function() while true do s = s .. s end end)()`, "memory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begun := time.Now()
			st := runBody(t, tt.body)
			if st.Verdict != router.Failed || st.Error.Budget != tt.budget || st.Error.Line != 2 {
				t.Errorf("%s %+v", st.Verdict, st.Error)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestCountIsExact shows that the count is the same on every run, with and
// without coroutines, and that it is what decides.
func TestCountIsExact(t *testing.T) {
	src := `on("message.received", function(event)
  local co = coroutine.wrap(function() for i = 1, 500 do coroutine.yield(i) end end)
  local t = {}
  for i = 1, 500 do t[i] = co() .. event.Body end
end)`
	s := compile(t, map[string]string{"10-test.lua": src})[0]
	first := s.Runner.Run(context.Background(), call1(sms("Body", "hi")))
	if first.Error != nil || first.Instructions < 5000 {
		t.Fatalf("%d instructions, %v", first.Instructions, first.Error)
	}
	c := call1(sms("Body", "hi"))
	for range 3 {
		if st := s.Runner.Run(context.Background(), c); st.Instructions != first.Instructions {
			t.Errorf("%d instructions, first %d", st.Instructions, first.Instructions)
		}
	}
	c.Limits.Instructions = first.Instructions + 1
	if st := s.Runner.Run(context.Background(), c); st.Error != nil {
		t.Errorf("with one to spare: %v", st.Error)
	}
	c.Limits.Instructions = first.Instructions - 1
	if st := s.Runner.Run(context.Background(), c); st.Error == nil || st.Error.Budget != "instructions" {
		t.Errorf("with one too few: %+v", st.Error)
	}
}
