package luaapi

import (
	"context"
	"testing"

	"twirouter/router"
)

// typical is what an SMS script does.
const typical = `
local hours = "We are open from 9 to 5."
local function wants(body, word) return body:lower():match("^%s*" .. word) ~= nil end
on("message.received", function(event)
  if wants(event.Body, "stop") then return drop("opted out") end
  if wants(event.Body, "hours") then
    return Message(hours .. " Your number is " .. event.from .. ".")
  end
end)
on("message.delivered", function(event) end)
`

func BenchmarkTypicalEvent(b *testing.B) {
	s := compile(b, map[string]string{"20-autoreply.lua": typical})[0]
	ev := sms("Body", "Hours please", "NumMedia", "0", "NumSegments", "1", "SmsStatus", "received", "ApiVersion", "2010-04-01",
		"ToCountry", "US", "ToState", "CA", "ToCity", "", "ToZip", "", "FromState", "NY", "FromCity", "", "FromZip", "")
	st := s.Runner.Run(context.Background(), call1(ev))
	if st.Verdict != router.Replied {
		b.Fatalf("%s %v", st.Verdict, st.Error)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Runner.Run(context.Background(), call1(ev))
	}
}

func BenchmarkEmptyHandler(b *testing.B) {
	s := compile(b, map[string]string{"20-x.lua": `on("message.received", function(event) end)`})[0]
	ev := sms("Body", "hi")
	b.ReportAllocs()
	for b.Loop() {
		s.Runner.Run(context.Background(), call1(ev))
	}
}

func BenchmarkExpression(b *testing.B) {
	x, problem := New(testHost()).Expr(`event.FromCountry == "US"`, "config.toml", 1, 1)
	if problem != nil {
		b.Fatal(problem)
	}
	ev := sms("Body", "hi")
	b.ReportAllocs()
	for b.Loop() {
		if v, err := x.Eval(context.Background(), ev); v != true || err != nil {
			b.Fatal(v, err)
		}
	}
}

func BenchmarkNewState(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newState()
	}
}

// BenchmarkInstructions is the meter's cost: a loop of 100,000 additions.
func BenchmarkInstructions(b *testing.B) {
	s := compile(b, map[string]string{"20-x.lua": `on("message.received", function(event) local x = 0 for i = 1, 100000 do x = x + i end end)`})[0]
	ev := sms("Body", "hi")
	for b.Loop() {
		s.Runner.Run(context.Background(), call1(ev))
	}
}
