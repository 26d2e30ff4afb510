package webhook

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// storeNews is the least time between two lines of the log about a store that
// fails: one that fails now and then shall not fill it.
const storeNews = 10 * time.Second

// health keeps account of whether the store can be written.
type health struct {
	log *slog.Logger
	now func() time.Time
	bad atomic.Bool // the last attempt failed

	mu       sync.Mutex
	news     time.Time // of the last line about a failure
	told     bool      // and nothing better was told since
	failures int       // since that line
}

// record takes note of an attempt to write and returns whether it succeeded.
func (h *health) record(err error, event string) bool {
	if err == nil && !h.bad.Load() {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.bad.Store(true)
		h.failures++
		if t := h.now(); h.news.IsZero() || t.Sub(h.news) >= storeNews {
			h.log.Error("the store cannot be written; answers go on unrecorded, facts get 503", "error", err, "event", event, "failures", h.failures)
			h.news, h.told, h.failures = t, true, 0
		}
		return false
	}
	h.bad.Store(false)
	if h.told {
		h.log.Info("the store can be written again")
		h.told = false
	}
	return true
}
