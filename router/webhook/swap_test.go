package webhook_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"twirouter/router"
)

// While generations change under traffic no request is lost, and each is handled
// by one of them from its path to its outcome: token, route, vars and script
// agree.
func TestSwapUnderTraffic(t *testing.T) {
	w := newWorld(t, nil)
	gen := func(n int) *router.Generation {
		run := runner(func(_ context.Context, c router.Call) router.Step {
			return router.Step{Verdict: router.Replied, Reply: twiml(fmt.Sprint(n, " ", c.Event.Vars["n"], " ", c.Event.Route, " ", c.Event.BaseURL))}
		})
		return w.generation(n, run, func(g *router.Generation) {
			g.Server.PublicURLs = []string{fmt.Sprintf("http://gen%d.example", n), w.base}
			g.Accounts[0].Tokens = []router.Secret{token, router.Secret(fmt.Sprint("token ", n))}
			g.Routes[0].Name = fmt.Sprint("route", n)
			g.Routes[0].Vars = []router.Var{{Name: "n", Expr: constant{float64(n)}}}
		})
	}
	w.live.Swap(gen(1))
	w.listen()
	stop := make(chan struct{})
	var traffic, swaps sync.WaitGroup
	swaps.Go(func() {
		for n := 2; ; n++ {
			select {
			case <-stop:
				return
			default:
				w.live.Swap(gen(n))
			}
		}
	})
	seen := sync.Map{}
	var generations atomic.Int64
	for range 4 {
		traffic.Go(func() {
			for range 250 {
				got, err := w.try(w.form("/twilio", w.sms()...))
				text := strings.TrimSuffix(strings.TrimPrefix(got.body, router.Declaration+"<Response>"), "</Response>")
				n, _, _ := strings.Cut(text, " ")
				if err != nil || got.status != 200 || text != fmt.Sprintf("%s %s route%s http://gen%s.example", n, n, n, n) {
					t.Errorf("%d %q %v", got.status, got.body, err)
					return
				}
				if _, old := seen.LoadOrStore(n, true); !old {
					generations.Add(1)
				}
			}
		})
	}
	traffic.Wait()
	close(stop)
	swaps.Wait()
	if generations.Load() < 3 {
		t.Errorf("only %d generations were seen", generations.Load())
	}
	for _, item := range w.items() {
		if n := item.Outcome.Generation; item.Event.Route != fmt.Sprint("route", n) || item.Outcome.Route != item.Event.Route {
			t.Errorf("generation %d, route %s of the event, %s of the outcome", n, item.Event.Route, item.Outcome.Route)
		}
	}
	w.count(1000)
}
