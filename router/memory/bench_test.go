package memory_test

import (
	"fmt"
	"testing"
	"time"

	"twirouter/router"
	"twirouter/router/memory"
)

// inbound is a message as Twilio sends it, with 20 parameters.
func inbound(n int) *router.Event {
	sid := fmt.Sprintf("SM%032x", n)
	ev := &router.Event{
		ID: sid, Kind: "message.received", SID: sid, Account: "AC00000000000000000000000000000000",
		Key: sid, Order: sid, Path: "/twilio", Track: sid, Status: "received", Rank: 2, Received: time.Now(),
	}
	for i := range 20 {
		ev.Params = append(ev.Params, router.Param{Key: fmt.Sprint("Param", i), Value: "value of the parameter"})
	}
	return ev
}

func events(n int) []*router.Event {
	evs := make([]*router.Event, n)
	for i := range evs {
		evs[i] = inbound(i)
	}
	return evs
}

// BenchmarkAnswer is what the door asks of the store for one answer: accept
// and commit.
func BenchmarkAnswer(b *testing.B) {
	s := memory.New(memory.Options{MaxEvents: 50_000})
	defer s.Close()
	evs := events(b.N)
	out := router.Outcome{
		Verdict: router.Replied, Answer: true, Reply: &router.Reply{Status: 200, Body: []byte("<Response/>")},
		Steps: []router.Step{{Script: "autoreply", Verdict: router.Replied}},
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, ev := range evs {
		rs, err := s.Append(b.Context(), router.Accept{Event: ev, State: router.StateRunning, Hold: time.Minute})
		if err == nil {
			err = s.Commit(b.Context(), router.Commit{Seq: rs[0].Seq, Rev: 1, State: router.StateDone, Outcome: out})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAccept is a fact's way through the door: accept alone.
func BenchmarkAccept(b *testing.B) {
	s := memory.New(memory.Options{MaxEvents: b.N + 1, MaxBytes: 1 << 40})
	defer s.Close()
	evs := events(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for _, ev := range evs {
		if _, err := s.Append(b.Context(), router.Accept{Event: ev, State: router.StateQueued}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWork is a worker's part, with many events waiting: list, claim and
// commit.
func BenchmarkWork(b *testing.B) {
	for _, waiting := range []int{100, 100_000} {
		b.Run(fmt.Sprint("waiting=", waiting), func(b *testing.B) {
			s := memory.New(memory.Options{MaxEvents: 1 << 30, MaxBytes: 1 << 40})
			defer s.Close()
			evs := events(b.N + waiting)
			for _, ev := range evs {
				if _, err := s.Append(b.Context(), router.Accept{Event: ev, State: router.StateQueued}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; {
				items, _, err := s.Unfinished(b.Context(), 0, 64)
				if err != nil {
					b.Fatal(err)
				}
				for _, item := range items[:min(len(items), b.N-done)] {
					item, err := s.Claim(b.Context(), item.Seq, time.Minute)
					if err == nil {
						err = s.Commit(b.Context(), router.Commit{Seq: item.Seq, Rev: item.Rev, State: router.StateDone, Outcome: router.Outcome{Verdict: router.Passed}})
					}
					if err != nil {
						b.Fatal(err)
					}
					done++
				}
			}
		})
	}
}
