package router_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"twirouter/router"
)

func enter(t *testing.T, g *router.Gate) func() {
	t.Helper()
	leave, err := g.Enter(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return leave
}

func wantInside(t *testing.T, g *router.Gate, running, waiting int) {
	t.Helper()
	synctest.Wait()
	if r, w := g.Inside(); r != running || w != waiting {
		t.Fatalf("%d inside, %d waiting, want %d and %d", r, w, running, waiting)
	}
}

func TestGateInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := router.NewGate(2)
		a, b := enter(t, g), enter(t, g)
		order := make(chan int, 10)
		for i := range 5 {
			go func() {
				leave := enter(t, g)
				order <- i
				leave()
			}()
			synctest.Wait()
		}
		wantInside(t, g, 2, 5)
		a() // b stays, so that one comes in at a time
		for want := range 5 {
			if got := <-order; got != want {
				t.Errorf("number %d came in as number %d", got, want)
			}
		}
		b()
		wantInside(t, g, 0, 0)
	})
}

func TestGateSaturated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := router.NewGate(1)
		leave := enter(t, g)
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 10)
		for range 10 {
			go func() {
				_, err := g.Enter(ctx, time.Hour)
				errs <- err
			}()
		}
		wantInside(t, g, 1, 10)
		begin := time.Now()
		if _, err := g.Enter(t.Context(), time.Hour); !errors.Is(err, router.ErrSaturated) || time.Since(begin) != 0 {
			t.Errorf("with the queue full: %v after %v", err, time.Since(begin))
		}
		cancel()
		for range 10 {
			if err := <-errs; !errors.Is(err, router.ErrSaturated) {
				t.Errorf("a context that ended: %v", err)
			}
		}
		wantInside(t, g, 1, 0)
		begin = time.Now()
		if _, err := g.Enter(t.Context(), time.Second); !errors.Is(err, router.ErrSaturated) || time.Since(begin) != time.Second {
			t.Errorf("most of a second: %v after %v", err, time.Since(begin))
		}
		leave()
		enter(t, g)()
		wantInside(t, g, 0, 0)
	})
}

// TestGateBackground: background events take half at most, after those that
// somebody waits for.
func TestGateBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := router.NewGate(4)
		in := make(chan func(), 10)
		for range 3 {
			go func() {
				leave, err := g.EnterBackground(t.Context())
				if err != nil {
					t.Error(err)
				}
				in <- leave
			}()
		}
		wantInside(t, g, 2, 0) // half
		a, b := enter(t, g), enter(t, g)
		answered := make(chan func())
		go func() { answered <- enter(t, g) }()
		wantInside(t, g, 4, 1)
		(<-in)() // a background place: who waits for an answer gets it
		c := <-answered
		wantInside(t, g, 4, 0)
		a()
		third := <-in
		_ = third
		fourth := <-in
		wantInside(t, g, 4, 0)
		b()
		c()
		third()
		fourth()
		wantInside(t, g, 0, 0)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 {
			leave, err := g.EnterBackground(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer leave()
		}
		if _, err := g.EnterBackground(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("EnterBackground: %v", err)
		}
	})
}

func TestGateOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, size := range []int{1, 0, -5} {
			g := router.NewGate(size)
			leave, err := g.EnterBackground(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantInside(t, g, 1, 0)
			leave()
			enter(t, g)()
			wantInside(t, g, 0, 0)
		}
	})
}

func TestGateResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := router.NewGate(1)
		a := enter(t, g)
		in := make(chan func(), 10)
		for range 4 {
			go func() { in <- enter(t, g) }()
		}
		go func() {
			leave, err := g.EnterBackground(t.Context())
			if err != nil {
				t.Error(err)
			}
			in <- leave
		}()
		wantInside(t, g, 1, 4)
		g.Resize(3)
		wantInside(t, g, 3, 2)
		g.Resize(20)
		wantInside(t, g, 6, 0)
		g.Resize(2) // those inside stay
		wantInside(t, g, 6, 0)
		go func() { in <- enter(t, g) }()
		wantInside(t, g, 6, 1)
		for range 5 {
			(<-in)()
		}
		wantInside(t, g, 2, 0)
		a()
		(<-in)()
		wantInside(t, g, 0, 0)
	})
}

// TestGateAtRandom: never more inside than there are places, nobody is left
// waiting, and every place comes back.
func TestGateAtRandom(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			const size = 6
			g := router.NewGate(size)
			var mu sync.Mutex
			inside, background := 0, 0
			var wg sync.WaitGroup
			for i := range 400 {
				random := rand.New(rand.NewPCG(seed, uint64(i)))
				wg.Go(func() {
					time.Sleep(time.Duration(random.IntN(1000)) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(300))*time.Millisecond)
					defer cancel()
					behind := random.IntN(2) == 0
					var leave func()
					var err error
					if behind {
						leave, err = g.EnterBackground(ctx)
					} else {
						leave, err = g.Enter(ctx, time.Duration(random.IntN(300))*time.Millisecond)
					}
					if err != nil {
						return
					}
					mu.Lock()
					inside++
					if behind {
						background++
					}
					if inside > size || background > size/2 {
						t.Errorf("%d inside, %d of them background", inside, background)
					}
					mu.Unlock()
					time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
					mu.Lock()
					inside--
					if behind {
						background--
					}
					mu.Unlock()
					leave()
				})
			}
			wg.Wait()
			wantInside(t, g, 0, 0)
		})
	}
}
