package twilio

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"twirouter/router"
)

// corpus returns the path of a corpus file, or skips where there is none.
func corpus(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("TWIROUTER_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no corpus: %v; set TWIROUTER_CORPUS to run this test", err)
	}
	return path
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// ring1 is a keyring of one account with the given tokens. Its SID is that of
// AccountSid in req, so that the tokens apply.
func ring1(t testing.TB, req *Request, tokens ...router.Secret) *Keyring {
	t.Helper()
	sid := "AC00000000000000000000000000000001"
	if params, err := req.Params(); err == nil && params.Get("AccountSid") != "" {
		sid = params.Get("AccountSid")
	}
	k, err := NewKeyring([]router.Account{{Name: "main", SID: sid, Tokens: tokens}})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestCorpusSignatures(t *testing.T) {
	var vectors []struct {
		Name, Method, URL, Body, Signature, Note string
		AuthToken                                router.Secret `json:"auth_token"`
		ContentType                              string        `json:"content_type"`
		Params                                   [][2]string
		Valid, Disputed                          bool
	}
	readJSON(t, corpus(t, "signature.json"), &vectors)
	if len(vectors) < 1000 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		if v.Disputed {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			target, err := ParseTarget(v.URL)
			if err != nil {
				if v.Valid {
					t.Errorf("%s: %v, want valid", v.URL, err)
				}
				return
			}
			req := &Request{Method: v.Method, Target: target, ContentType: v.ContentType, Body: []byte(v.Body), Signatures: []string{v.Signature}}
			got := ring1(t, req, v.AuthToken).Verify(req)
			if got.OK() != v.Valid {
				t.Errorf("%s %s: %q, want valid %t (%s)", v.Method, v.URL, got.Reason, v.Valid, v.Note)
			}
			if v.Method != "POST" || !IsForm(v.ContentType) || v.Params == nil {
				return
			}
			for i, p := range got.Params {
				if i >= len(v.Params) || p.Key != v.Params[i][0] || p.Value != v.Params[i][1] {
					t.Fatalf("parameters %q, want %q", got.Params, v.Params)
				}
			}
		})
	}
}

func TestCorpusEvents(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t, "events"), "*.json"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		var e struct {
			Method, URL, Body string
			ContentType       string        `json:"content_type"`
			SignedWith        router.Secret `json:"signed_with"`
			Headers           map[string]string
		}
		readJSON(t, file, &e)
		target, err := ParseTarget(e.URL)
		if err != nil {
			t.Fatal(err)
		}
		req := &Request{Method: e.Method, Target: target, ContentType: e.ContentType, Body: []byte(e.Body), Signatures: []string{e.Headers[HeaderSignature]}}
		if v := ring1(t, req, "wrong", e.SignedWith).Verify(req); !v.OK() || v.Token != 1 {
			t.Errorf("%s: %q, token %d", filepath.Base(file), v.Reason, v.Token)
		}
	}
}
