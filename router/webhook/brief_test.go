package webhook

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A brief context ends as one of context.WithTimeout does.
func TestBrief(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, act := range map[string]func(ctx context.Context, end func()){
			"nobody listens":       func(ctx context.Context, end func()) { time.Sleep(2 * time.Second) },
			"somebody listens":     func(ctx context.Context, end func()) { <-ctx.Done() },
			"ended before":         func(ctx context.Context, end func()) { end() },
			"ended while heard":    func(ctx context.Context, end func()) { done := ctx.Done(); end(); <-done },
			"heard when ended":     func(ctx context.Context, end func()) { end(); <-ctx.Done() },
			"ended twice":          func(ctx context.Context, end func()) { _ = ctx.Done(); end(); end() },
			"ended after its time": func(ctx context.Context, end func()) { <-ctx.Done(); end() },
			"a child hears": func(ctx context.Context, end func()) {
				child, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				<-child.Done()
			},
		} {
			begun := time.Now()
			want, cancel := context.WithTimeout(context.Background(), time.Second)
			act(want, cancel)
			wantErr, wantTook := want.Err(), time.Since(begun)
			cancel()

			begun = time.Now()
			got := briefly(time.Second)
			if at, ok := got.Deadline(); !ok || !at.Equal(begun.Add(time.Second)) {
				t.Errorf("%s: deadline %v %v", name, at, ok)
			}
			if got.Err() != nil {
				t.Errorf("%s: %v at once", name, got.Err())
			}
			act(got, got.end)
			if err := got.Err(); !errors.Is(err, wantErr) || time.Since(begun) != wantTook {
				t.Errorf("%s: %v after %s, want %v after %s", name, err, time.Since(begun), wantErr, wantTook)
			}
			got.end()
			select {
			case <-got.Done():
			default:
				t.Errorf("%s: it has no end", name)
			}
		}
	})
}
