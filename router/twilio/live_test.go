package twilio

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"twirouter/router"
)

// liveRequest is one line of .ci/signer/sign.js.
type liveRequest struct {
	Name        string        `json:"name"`
	Token       router.Secret `json:"token"`
	Method      string        `json:"method"`
	URL         string        `json:"url"`
	User        string        `json:"user"`
	Fragments   []string      `json:"fragments"`
	ContentType string        `json:"content_type"`
	Body        []byte        `json:"body"`
	Params      [][2]string   `json:"params"`
	Signature   string        `json:"signature"`
	Valid       bool          `json:"valid"`
}

// liveLines are the requests that Twilio's own npm package signed: the file
// that TWIROUTER_LIVE_SIGNER names, or the script's output where the package is
// installed.
func liveLines(t *testing.T) io.Reader {
	t.Helper()
	if name := os.Getenv("TWIROUTER_LIVE_SIGNER"); name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.NewReader(data)
	}
	dir := filepath.Join("..", "..", ".ci", "signer")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "twilio")); err != nil {
		t.Skip("the npm package twilio is not installed; .ci/run installs it and runs this test")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node; .ci/run runs this test where there is one")
	}
	run := exec.Command(node, "sign.js")
	run.Dir, run.Stderr = dir, os.Stderr
	out, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out)
}

// TestLiveSigner accepts what Twilio's package signed and refuses every spoiled
// copy.
func TestLiveSigner(t *testing.T) {
	lines := bufio.NewScanner(liveLines(t))
	lines.Buffer(nil, 1<<20)
	accepted, refused := 0, 0
	for lines.Scan() {
		var l liveRequest
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		target, err := ParseTarget(l.URL)
		if err != nil {
			t.Fatal(err)
		}
		target.Exact, target.Fragments, target.Origins[0].User = false, l.Fragments, l.User
		req := &Request{Method: l.Method, Target: target, ContentType: l.ContentType, Body: l.Body, Signatures: []string{l.Signature}}
		v := ring1(t, req, l.Token).Verify(req)
		if v.OK() != l.Valid {
			t.Errorf("%s: %q, want valid %t: %s %s", l.Name, v.Reason, l.Valid, l.Method, l.URL)
		}
		if !l.Valid {
			refused++
			continue
		}
		accepted++
		if l.Method == "POST" && IsForm(l.ContentType) {
			var want router.Params
			for _, p := range l.Params {
				want = append(want, router.Param{Key: p[0], Value: p[1]})
			}
			if fmt.Sprintf("%q", v.Params) != fmt.Sprintf("%q", want) {
				t.Errorf("%s: read %q, want %q", l.Name, v.Params, want)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if accepted < 1000 || refused < 1000 {
		t.Errorf("only %d right and %d spoiled requests", accepted, refused)
	}
}
