package memory_test

import (
	"testing"

	"go.uber.org/goleak"

	"twirouter/router"
	"twirouter/router/memory"
	"twirouter/router/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(_ *testing.T, now storetest.Clock) router.Store {
		return memory.New(memory.Options{Now: now, Dedupe: storetest.Window})
	})
}
