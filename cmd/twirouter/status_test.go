package main

import (
	"bytes"
	"strings"
	"testing"

	"twirouter/router"
	"twirouter/router/admin"
)

// TestShowStatus: what makes the exit code 3 is said in words.
func TestShowStatus(t *testing.T) {
	dead := func(n int) map[string]int { return map[string]int{string(router.StateDead): n} }
	for _, c := range []struct {
		name string
		st   admin.Status
		want string
	}{
		{"well", admin.Status{StoreOK: true}, "all is well"},
		{"one dead", admin.Status{StoreOK: true, Events: dead(1)}, "1 event failed in the background for good: the log says why"},
		{"more dead", admin.Status{StoreOK: true, Events: dead(2)}, "2 events failed in the background for good: the log says why"},
		{"store", admin.Status{}, "the store cannot be written"},
		{"files", admin.Status{StoreOK: true, Failing: true, Generation: 3}, "the files on disk are not in force: generation 3 goes on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			showStatus(&b, c.st)
			if !strings.Contains(b.String(), c.want+"\n") || strings.Contains(b.String(), "all is well") != c.st.OK() {
				t.Errorf("%s\nlacks %q", b.String(), c.want)
			}
		})
	}
}
