package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twirouter/router"
	"twirouter/router/twilio"
)

// captureJSON is a request file for m as it arrived: at another URL, perhaps,
// and with more headers.
func captureJSON(t *testing.T, m twilio.Message, url string, headers map[string]any) string {
	t.Helper()
	all := map[string]any{}
	if m.ContentType != "" {
		all["Content-Type"] = m.ContentType
	}
	if m.Signature != "" {
		all[twilio.HeaderSignature] = m.Signature
	}
	if m.KeySID != "" {
		all[twilio.HeaderKeySID] = m.KeySID
	}
	for k, v := range headers {
		all[k] = v
	}
	text, err := json.Marshal(map[string]any{"method": m.Method, "url": url, "headers": all, "body": string(m.Body)})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCorpusExplained holds explain --json to what is known of real requests:
// their events, and that their signatures are right.
func TestCorpusExplained(t *testing.T) {
	dir := corpusFile(t, "events")
	t.Chdir(t.TempDir())
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d events: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(file.Name(), func(t *testing.T) {
			path := filepath.Join(dir, file.Name())
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var c struct {
				Expect     map[string]any
				SignedWith string `json:"signed_with"`
			}
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := typed(t, "", "explain", path, "--json", "--token", c.SignedWith)
			if code != exitDone || stderr != "" {
				t.Fatalf("exit %d: %s", code, stderr)
			}
			var got struct {
				Signature struct {
					Valid        *bool
					Reason, Hint *string
				}
				Events []map[string]any
			}
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatal(err)
			}
			if s := got.Signature; s.Valid == nil || !*s.Valid || s.Reason != nil || s.Hint != nil {
				t.Errorf("the signature is right, but: %s", stdout)
			}
			for name, want := range c.Expect {
				if name == "reply" {
					name = "wants"
				}
				for _, ev := range got.Events[:1] {
					if ev[name] != want {
						t.Errorf("%s is %v, want %v", name, ev[name], want)
					}
					if ev["route"] != "default" {
						t.Errorf("route is %v", ev["route"])
					}
				}
			}
			if n, batch := c.Expect["batch"].(float64); batch && len(got.Events) != int(n) {
				t.Errorf("%d events, want %v", len(got.Events), n)
			}
			if code, _, stderr := typed(t, string(text), "run", "-", "--json", "--no-http"); code != exitDone {
				t.Errorf("run: exit %d: %s", code, stderr)
			}
			// Nobody's token: the same events, no verdict.
			code, unsigned, _ := typed(t, "", "explain", path, "--json")
			if want := `{"signature":{"valid":null,"reason":"no token",`; code != exitDone || !strings.HasPrefix(unsigned, want) {
				t.Errorf("without a token: exit %d: %s", code, unsigned)
			}
			// Another token.
			code, other, _ := typed(t, "", "explain", path, "--json", "--token", c.SignedWith+"x")
			if want := `{"signature":{"valid":false,"reason":"`; code != exitProblem || !strings.HasPrefix(other, want) {
				t.Errorf("with another token: exit %d: %s", code, other)
			}
		})
	}
}

// TestCorpusSignaturesExplained asks of every vector for the verdict alone.
func TestCorpusSignaturesExplained(t *testing.T) {
	text, err := os.ReadFile(corpusFile(t, "signature.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name, Method, URL, Body, Signature, Note string
		AuthToken                                string `json:"auth_token"`
		ContentType                              string `json:"content_type"`
		Valid, Disputed                          bool
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 1000 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	g := (&router.Generation{Routes: []*router.Route{{Name: "default", Path: "/*", Methods: []string{"POST", "GET"}}}}).Finish(nil, nil)
	for _, v := range vectors {
		if v.Disputed || v.AuthToken == "" {
			continue
		}
		file := captureJSON(t, twilio.Message{Method: v.Method, ContentType: v.ContentType, Body: []byte(v.Body), Signature: v.Signature}, v.URL, nil)
		from, problem := parseCapture("f", []byte(file))
		if problem != nil {
			if v.Valid {
				t.Errorf("%s: %v", v.Name, problem)
			}
			continue
		}
		a, err := arrive(g, from, "")
		if err != nil {
			if v.Valid {
				t.Errorf("%s: %v", v.Name, err)
			}
			continue
		}
		s, _, err := a.verify([]string{v.AuthToken})
		if err != nil || s.Valid == nil || *s.Valid != v.Valid || (s.Reason == nil) != v.Valid {
			t.Errorf("%s: %s: valid %v, reason %v, %v; want valid %v (%s)", v.Name, v.URL, show(s.Valid), show(s.Reason), err, v.Valid, v.Note)
		}
	}
}

func show[T any](p *T) string {
	if p == nil {
		return "null"
	}
	return fmt.Sprint(*p)
}

const explainConfig = `
[server]
public_url = "https://user:passw0rd@hooks.example.com/pre"
[account.main]
sid         = "AC00000000000000000000000000000001"
auth_tokens = ["the-main-token"]
shared_keys = { SK1 = { secret = "the-shared-secret" } }
[account.sub]
sid         = "AC00000000000000000000000000000002"
auth_tokens = ["the-sub-token"]
[route.sms]
path      = "/twilio"
overrides = "rc=2&rp=5xx"
`

// TestExplainKeepsSecrets goes through every way for a signature to be wrong
// and looks for what must not be told: tokens, passwords, and the signature
// that would have been right.
func TestExplainKeepsSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte(explainConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	const url = "https://hooks.example.com/pre/twilio"
	const other = "never-configured-token"
	main := twilio.Credential{Secret: "the-main-token"}
	shared := twilio.Credential{Secret: "the-shared-secret", Algorithm: twilio.AlgorithmSHA256, KeySID: "SK1"}
	params := router.Params{{Key: "AccountSid", Value: "AC00000000000000000000000000000001"}, {Key: "Body", Value: "hi there"}, {Key: "Empty"}, {Key: "MessageSid", Value: "SM1"}}
	form := func(c twilio.Credential, url string, params router.Params) twilio.Message {
		m, err := c.SignForm(url, params)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	right := form(main, url, params)
	resigned := func(params router.Params) twilio.Message { // signed with other parameters than are sent
		m := right
		m.Signature = form(main, url, params).Signature
		return m
	}
	sub := form(twilio.Credential{Secret: "the-sub-token"}, url, params)
	stranger := form(twilio.Credential{Secret: other}, url, params)
	unknown := slices.Clone(params)
	unknown[0].Value = "AC00000000000000000000000000000009"
	body, err := main.SignJSON(url, []byte(`{"eventType":"X","data":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	with := func(m twilio.Message, change func(*twilio.Message)) twilio.Message {
		change(&m)
		return m
	}
	many := make(router.Params, twilio.DefaultPairs+1)
	for i := range many {
		many[i] = router.Param{Key: fmt.Sprint("k", i)}
	}
	for _, c := range []struct {
		name    string
		m       twilio.Message
		url     string
		headers map[string]any
		args    []string
		reason  string // "" is right
	}{
		{name: "right", m: right, url: url},
		{name: "as the server received it", m: form(main, "https://user:passw0rd@hooks.example.com/pre/twilio#rc=2&rp=5xx", params), url: url},
		{name: "with the shared key", m: form(shared, url, params), url: url},
		{name: "method", m: with(right, func(m *twilio.Message) { m.Method = "PUT" }), url: url, reason: "neither GET nor POST"},
		{name: "no signature", m: with(right, func(m *twilio.Message) { m.Signature = "" }), url: url, reason: "no X-Twilio-Signature"},
		{name: "two signatures", m: right, url: url, headers: map[string]any{twilio.HeaderSignature: []string{right.Signature, right.Signature}}, reason: "more than one X-Twilio-Signature header"},
		{name: "two keys", m: right, url: url, headers: map[string]any{twilio.HeaderKeySID: []string{"SK1", "SK2"}}, reason: "more than one X-Twilio-Signature-Key-Sid"},
		{name: "multipart", m: with(right, func(m *twilio.Message) { m.ContentType = "multipart/form-data" }), url: url, reason: "multipart"},
		{name: "a GET with a body", m: with(right, func(m *twilio.Message) { m.Method = "GET" }), url: url, reason: "a GET has a body"},
		{name: "too many parameters", m: form(main, url, many), url: url, reason: "more parameters"},
		{name: "unknown account", m: form(main, url, unknown), url: url, reason: "is not configured"},
		{name: "unknown key", m: with(form(shared, url, params), func(m *twilio.Message) { m.KeySID = "SK9" }), url: url, reason: "a shared key that is not configured"},
		{name: "foreign key", m: form(shared, url, slices.Concat(router.Params{{Key: "AccountSid", Value: "AC00000000000000000000000000000002"}}, params[1:])), url: url, reason: "another account"},
		{name: "no body hash", m: with(body, func(m *twilio.Message) { m.URL = url }), url: url, reason: "no bodySHA256"},
		{name: "body changed", m: with(body, func(m *twilio.Message) { m.Body = append(m.Body, '\n') }), url: body.URL, reason: "a line end was added to the body"},
		{name: "unknown", m: stranger, url: url, reason: "no single change"},
		{name: "scheme", m: right, url: "http" + strings.TrimPrefix(url, "https"), reason: "signed for https://hooks.example.com"},
		{name: "host", m: right, url: "https://inner.example/pre/twilio", headers: map[string]any{"X-Forwarded-Host": "hooks.example.com"}, reason: "hooks.example.com"},
		{name: "port", m: form(main, "https://hooks.example.com:8443/pre/twilio", params), url: url, headers: map[string]any{"X-Forwarded-Port": "8443"}, reason: `signed with port "8443"`},
		{name: "slash", m: right, url: url + "/", reason: `signed for the path "/pre/twilio"`},
		{name: "userinfo", m: form(main, "https://me:s3cret@other.example/pre/twilio", params), url: "https://other.example/pre/twilio", headers: map[string]any{"Authorization": "Basic bWU6czNjcmV0"}, reason: "user"},
		{name: "fragment", m: form(main, "https://x.example/y#rc=2&rp=5xx", params), url: "https://x.example/y", reason: "rc=2"},
		{name: "query order", m: form(main, url+"?b=1&a=2", params), url: url + "?a=2&b=1", reason: "query"},
		{name: "another account's token", m: sub, url: url, reason: `auth token of account "sub"`},
		{name: "sha256", m: form(twilio.Credential{Secret: "the-main-token", Algorithm: twilio.AlgorithmSHA256}, url, params), url: url, reason: "sha256"},
		{name: "token with a line end", m: form(twilio.Credential{Secret: "the-main-token\n"}, url, params), url: url, reason: "line end"},
		{name: "empty parameters", m: resigned(slices.Delete(slices.Clone(params), 2, 3)), url: url, reason: "empty parameters"},
		{name: "added parameter", m: resigned(slices.Delete(slices.Clone(params), 1, 2)), url: url, reason: `the parameter "Body"`},
		{name: "a form as JSON", m: with(right, func(m *twilio.Message) { m.ContentType = "application/json" }), url: url, reason: "signed as a form"},
		{name: "hex", m: with(right, func(m *twilio.Message) { m.Signature = strings.TrimRight(m.Signature, "=") }), url: url, reason: "not spelled as Twilio spells it"},
		{name: "the flag's token", m: right, url: url, args: []string{"--token", "the-main-token "}, reason: "spaces"},
		{name: "the flag's wrong token", m: right, url: url, args: []string{"--token", other}, reason: "no single change"},
		{name: "the flag's URL", m: right, url: "https://x.example/pre/twilio", args: []string{"--url", "https://hooks.example.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := captureJSON(t, c.m, c.url, c.headers)
			wantCode, verdict := exitDone, `{"signature":{"valid":true,"reason":null,"hint":null}`
			if c.reason != "" {
				wantCode, verdict = exitProblem, `{"signature":{"valid":false,"reason":"`
			}
			code, stdout, stderr := typed(t, file, append([]string{"explain", "-"}, c.args...)...)
			jsonCode, jsonOut, jsonErr := typed(t, file, append([]string{"explain", "-", "--json"}, c.args...)...)
			if code != wantCode || jsonCode != wantCode || stderr != "" || jsonErr != "" || !strings.HasPrefix(jsonOut, verdict) {
				t.Errorf("exit %d and %d, want %d: %s%s%s", code, jsonCode, wantCode, stderr, stdout, jsonOut)
			}
			if !strings.Contains(strings.SplitN(stdout, "\n", 2)[0], c.reason) {
				t.Errorf("the reason is %q, want %q in it", strings.SplitN(stdout, "\n", 2)[0], c.reason)
			}
			secrets := []string{"the-main-token", "the-sub-token", "the-shared-secret", other, "passw0rd", "s3cret", right.Signature, sub.Signature, stranger.Signature, body.Signature, c.m.Signature}
			for _, token := range []string{"the-main-token", "the-sub-token", "the-shared-secret", other} {
				for _, u := range []string{c.url, url, c.m.URL} {
					for _, p := range []router.Params{params, unknown, nil} {
						secrets = append(secrets, form(twilio.Credential{Secret: router.Secret(token)}, u, p).Signature)
					}
				}
			}
			for _, secret := range secrets {
				if secret != "" && strings.Contains(stdout+jsonOut, secret) {
					t.Errorf("%q is told: %s%s", secret, stdout, jsonOut)
				}
			}
		})
	}
}
