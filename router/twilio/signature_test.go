package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"twirouter/router"
)

// reference is the rule, written as plainly as it can be.
func reference(token, url string, params router.Params) string {
	values := map[string][]string{}
	for _, p := range params {
		if !slices.Contains(values[p.Key], p.Value) {
			values[p.Key] = append(values[p.Key], p.Value)
		}
	}
	s := url
	for _, key := range slices.Sorted(maps.Keys(values)) {
		slices.Sort(values[key])
		for _, v := range values[key] {
			s += key + v
		}
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(s))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestSignIsTheRule(t *testing.T) {
	for _, params := range []router.Params{nil, inbound, few,
		{{Key: "b", Value: "2"}, {Key: "a", Value: "1"}, {Key: "a", Value: ""}, {Key: "a", Value: "1"}, {Key: "aa", Value: "0"}, {Key: "", Value: "x"}},
		{{Key: "a", Value: "2b"}, {Key: "ab", Value: "1"}, {Key: "a", Value: "3"}},
	} {
		got, err := Credential{Secret: "t"}.Sign("https://h/a?b", params)
		if want := reference("t", "https://h/a?b", params); err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", params, got, err, want)
		}
	}
	if _, err := (Credential{}).Sign("https://h", nil); err == nil {
		t.Error("signs with an empty secret")
	}
	if _, err := (Credential{Secret: "t", Algorithm: "md5"}).Sign("https://h", nil); err == nil {
		t.Error("signs with MD5")
	}
}

// TestDocumentedExample is the example of Twilio's page on security.
func TestDocumentedExample(t *testing.T) {
	params := router.Params{{Key: "Digits", Value: "1234"}, {Key: "To", Value: "+18005551212"}, {Key: "From", Value: "+14158675310"},
		{Key: "Caller", Value: "+14158675310"}, {Key: "CallSid", Value: "CA1234567890ABCDE"}}
	if got, want := reference("12345", "https://example.com/myapp.php?foo=1&bar=2", params), "L/OH5YylLD5NRKLltdqwSvS0BnU="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestVerifySigned(t *testing.T) {
	keys := testKeys(t, testAccounts...)
	const at = "https://hooks.example.com/twilio?x=1"
	body := []byte(`[{"specversion":"1.0"}]`)
	older, other := Credential{Secret: "main-older"}, Credential{Secret: "other-token"}
	shared := Credential{KeySID: keySID, Algorithm: AlgorithmSHA256, Secret: "shared-secret"}
	must := func(m Message, err error) Message {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for name, c := range map[string]struct {
		m       Message
		account string
		token   int
		key     string
		params  int
	}{
		"form":             {must(older.SignForm(at, few)), mainSID, 0, "", 4},
		"form, no account": {must(other.SignForm(at, few[2:])), otherSID, 0, "", 2},
		"empty form":       {must(other.SignForm(at, nil)), otherSID, 0, "", 0},
		"get":              {must(Credential{Secret: "main-token"}.SignGet(at, few)), mainSID, 1, "", 5},
		"json":             {must(other.SignJSON(at, body)), otherSID, 0, "", 0},
		"json, empty":      {must(other.SignJSON(at, nil)), otherSID, 0, "", 0},
		"shared form":      {must(shared.SignForm(at, few)), mainSID, -1, keySID, 4},
		"shared json":      {must(shared.SignJSON(at, body)), mainSID, -1, keySID, 0},
		"fragment":         {must(other.SignJSON("https://u:p@h/a#rc=2", body)), otherSID, 0, "", 0},
	} {
		v := keys.Verify(requestOf(t, c.m))
		if !v.OK() || v.Account != c.account || v.Token != c.token || v.KeySID != c.key || len(v.Params) != c.params {
			t.Errorf("%s: %+v, want %+v", name, v, c)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	keys := testKeys(t, testAccounts...)
	const at = "https://hooks.example.com/twilio"
	shared := []string{keySID}
	for name, c := range map[string]struct {
		change func(*Request)
		want   Reason
	}{
		"nothing":                {func(*Request) {}, ""},
		"charset and case":       {func(r *Request) { r.ContentType = "\tApplication/X-WWW-form-urlencoded ; charset=latin1" }, ""},
		"method":                 {func(r *Request) { r.Method = "HEAD" }, BadMethod},
		"lower-case method":      {func(r *Request) { r.Method = "post" }, BadMethod},
		"no header":              {func(r *Request) { r.Signatures = nil }, NoSignature},
		"empty header":           {func(r *Request) { r.Signatures = []string{""} }, NoSignature},
		"second header":          {func(r *Request) { r.Signatures = append(r.Signatures, r.Signatures[0]) }, SeveralSignatures},
		"multipart":              {func(r *Request) { r.ContentType = "Multipart/Form-Data; boundary=x" }, Multipart},
		"GET with a body":        {func(r *Request) { r.Method = "GET" }, BodyOnGet},
		"two keys":               {func(r *Request) { r.KeySIDs = []string{keySID, keySID} }, SeveralKeys},
		"key named, token signs": {func(r *Request) { r.KeySIDs = shared }, Mismatch},
		"empty key named":        {func(r *Request) { r.KeySIDs = []string{""} }, UnknownKey},
		"unknown key":            {func(r *Request) { r.KeySIDs = []string{"SK2"} }, UnknownKey},
		"foreign key":            {func(r *Request) { r.KeySIDs, r.Body = shared, []byte("AccountSid="+otherSID) }, ForeignKey},
		"unknown account":        {func(r *Request) { r.Body = []byte("AccountSid=AC3") }, UnknownAccount},
		"other account":          {func(r *Request) { r.Body = []byte("AccountSid=" + otherSID) }, Mismatch},
		"no host":                {func(r *Request) { r.Target.Origins = nil }, NoTarget},
		"too many":               {func(r *Request) { r.Limits.Pairs = 1 }, TooManyParameters},
		"as JSON":                {func(r *Request) { r.ContentType = "application/json" }, NoBodyHash},
		"no content type":        {func(r *Request) { r.ContentType = "" }, NoBodyHash},
		"hash in fragment":       {func(r *Request) { r.ContentType = ""; r.Target.URI += "#?bodySHA256=x" }, NoBodyHash},
		"hash in path":           {func(r *Request) { r.ContentType = ""; r.Target.URI = "/bodySHA256=x" }, NoBodyHash},
		"hash in a value":        {func(r *Request) { r.ContentType = ""; r.Target.URI = "/?x=bodySHA256=x" }, NoBodyHash},
		"hash without value":     {func(r *Request) { r.ContentType = ""; r.Target.URI += "?bodySHA256" }, Mismatch},
		"second value":           {func(r *Request) { r.Body = append(r.Body, "&Body=evil"...) }, Mismatch},
		"same value again":       {func(r *Request) { r.Body = append(r.Body, "&Digits="...) }, ""},
		"path":                   {func(r *Request) { r.Target.URI = "/twilio/" }, Mismatch},
		"not a websocket":        {func(r *Request) { r.WebSocket = true }, Mismatch},
	} {
		r := signedForm(t, "main-token", at, few)
		c.change(r)
		if v := keys.Verify(r); v.Reason != c.want || !v.OK() && v.Account != "" {
			t.Errorf("%s: %+v, want %q", name, v, c.want)
		}
	}
	if v := (*Keyring)(nil).Verify(signedForm(t, "main-token", at, few)); v.Reason != NoKey {
		t.Errorf("without keys: %q", v.Reason)
	}
	tokenless := testKeys(t, router.Account{SID: mainSID}, testAccounts[1])
	if v := tokenless.Verify(signedForm(t, "other-token", at, few)); v.Reason != NoKey {
		t.Errorf("of an account without token: %q", v.Reason)
	}
}

// TestRefusalKeepsParams is for routes that only report.
func TestRefusalKeepsParams(t *testing.T) {
	r := signedForm(t, "nobody", "https://h/a", few)
	if v := testKeys(t, testAccounts...).Verify(r); v.OK() || fmt.Sprint(v.Params) != fmt.Sprint(few) {
		t.Errorf("%+v", v)
	}
}

func TestVerifyBehindProxy(t *testing.T) {
	keys := testKeys(t, testAccounts...)
	origin, err := ParseOrigin("https://user:pass@hooks.example.com/base/")
	if err != nil {
		t.Fatal(err)
	}
	for signed, want := range map[string]Candidate{
		"https://hooks.example.com/base/sms?a=1":                    {},
		"https://hooks.example.com:443/base/sms?a=1":                {Port: PortStandard},
		"https://user:pass@hooks.example.com/base/sms?a=1":          {User: true},
		"https://hooks.example.com/base/sms?a=1#rc=2":               {Fragment: 2},
		"https://user:pass@hooks.example.com:443/base/sms?a=1#rc=1": {Port: PortStandard, User: true, Fragment: 1},
	} {
		r := signedForm(t, "main-token", signed, few)
		r.Target = Target{Origins: []Origin{origin}, URI: "/sms?a=1", Fragments: []string{"rc=1", "rc=2"}}
		if v := keys.Verify(r); !v.OK() || v.Candidate != want {
			t.Errorf("%s: %q, %s, want %s", signed, v.Reason, v.Candidate, want)
		}
	}
}

func TestVerifyUTF16Order(t *testing.T) {
	params := router.Params{{Key: "\ue000", Value: "1"}, {Key: "😀", Value: "2"}, {Key: "D", Value: "\uffee"}, {Key: "D", Value: "😀"}, {Key: "D", Value: "d"}}
	const at = "https://h/a"
	r := signedForm(t, "main-token", at, params)
	keys := testKeys(t, testAccounts...)
	for order, text := range map[string]string{
		"bytes":  "Dd" + "D\uffee" + "D😀" + "\ue0001" + "😀2",
		"UTF-16": "Dd" + "D😀" + "D\uffee" + "😀2" + "\ue0001",
		"mixed":  "Dd" + "D😀" + "D\uffee" + "\ue0001" + "😀2",
	} {
		signature, err := Credential{Secret: "main-token"}.Sign(at+text, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Signatures = []string{signature}
		if v := keys.Verify(r); v.OK() != (order != "mixed") {
			t.Errorf("%s: %q", order, v.Reason)
		}
	}
}

func FuzzCompareUTF16(f *testing.F) {
	f.Add("a", "b")
	f.Add("x😀", "x\uffee")
	f.Add("\U0010ffff", "\ue000")
	f.Add("é", "ê")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "\ufffd"), strings.ToValidUTF8(b, "\ufffd")
		want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		if got := compareUTF16(a, b); got != want {
			t.Errorf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}

func TestVerifyIsBounded(t *testing.T) {
	r := signedForm(t, "nobody", "https://h/?a=%27%40", router.Params{{Key: "Body", Value: strings.Repeat("x", 1<<20)}})
	r.Target.Exact = false
	for i := range 10 {
		r.Target.Fragments = append(r.Target.Fragments, fmt.Sprint("rc=", i))
	}
	if v := testKeys(t, testAccounts...).Verify(r); v.Reason != TooMuchWork {
		t.Errorf("%q", v.Reason)
	}
	if f := Explain(r, testKeys(t, testAccounts...), Clues{}); f.Code != "unknown" {
		t.Errorf("%+v", f)
	}
}

func TestVerifyAllocations(t *testing.T) {
	r := signedForm(t, "token", inboundURL, inbound)
	keys := ring1(t, r, "token")
	if n := testing.AllocsPerRun(200, func() { keys.Verify(r) }); n > 9 {
		t.Errorf("%v allocations for %d parameters, want fewer than 10", n, len(inbound))
	}
}

func TestDigest(t *testing.T) {
	digest := func(change func(*Request)) [32]byte {
		r := signedForm(t, "t", "https://h/a?x=1", few)
		change(r)
		params, err := r.Params()
		if err != nil {
			t.Fatal(err)
		}
		return r.Digest(params)
	}
	same := digest(func(*Request) {})
	shuffled := slices.Clone(few)
	slices.Reverse(shuffled)
	for name, c := range map[string]struct {
		change func(*Request)
		same   bool
	}{
		"order":     {func(r *Request) { r.Body = []byte(EncodeForm(shuffled)) }, true},
		"signature": {func(r *Request) { r.Signatures = nil }, true},
		"value":     {func(r *Request) { r.Body = append(r.Body, '1') }, false},
		"query":     {func(r *Request) { r.Target.URI += "&y" }, false},
		"host":      {func(r *Request) { r.Target.Origins[0].Host = "g" }, false},
		"no host":   {func(r *Request) { r.Target.Origins = nil }, false},
		"as JSON":   {func(r *Request) { r.ContentType = "application/json" }, false},
		"as GET":    {func(r *Request) { r.Method = "GET" }, false},
	} {
		if got := digest(c.change); (got == same) != c.same {
			t.Errorf("%s: same %t, want %t", name, got == same, c.same)
		}
	}
	json := func(body string) [32]byte {
		return digest(func(r *Request) { r.ContentType, r.Body = "application/json", []byte(body) })
	}
	if json("{}") == json("[]") {
		t.Error("two bodies, one digest")
	}
}

func TestVerifyConcurrently(t *testing.T) {
	keys := testKeys(t, testAccounts...)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			params := with(few, router.Param{Key: "N", Value: strings.Repeat("n", i*100)})
			good, bad := signedForm(t, "main-token", "https://h/a", params), signedForm(t, "other-token", "https://h/a", params)
			for range 200 {
				if v := keys.Verify(good); !v.OK() {
					t.Error(v.Reason)
				}
				if v := keys.Verify(bad); v.OK() {
					t.Error("accepted another account's token")
				}
			}
		})
	}
	wait.Wait()
}

// FuzzVerify throws anything at the verifier: no panic, and no acceptance of
// what was not signed.
func FuzzVerify(f *testing.F) {
	f.Add("POST", "https://h/a", "application/x-www-form-urlencoded", "a=1", "x", "", false)
	f.Add("GET", "https://u@h:1/a?AccountSid="+mainSID+"#f", "", "", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "", true)
	f.Add("POST", "http://[::1]?bodySHA256=%30", "application/json", "{}", "=", keySID, false)
	f.Add("POST", "https://h/?%27%40%3a", "multipart/x", "%F0%9F", "A", "SK", false)
	keys := testKeys(f, testAccounts...)
	f.Fuzz(func(t *testing.T, method, url, contentType, body, signature, keySID string, webSocket bool) {
		target, err := ParseTarget(url)
		if err != nil {
			target = Target{Origins: []Origin{{Scheme: "https", User: "u", Host: url}}, URI: CutURI(url), Fragments: []string{url}}
		}
		r := &Request{Method: method, Target: target, ContentType: contentType, Body: []byte(body), Signatures: []string{signature}, WebSocket: webSocket}
		if keySID != "" {
			r.KeySIDs = []string{keySID}
		}
		v := keys.Verify(r)
		if v.OK() {
			t.Fatalf("accepted %+v", v)
		}
		f := Explain(r, keys, Clues{Hosts: []string{url}, Prefixes: []string{url}, Fragments: []string{url}, User: url})
		if f.Code == "" || f.What == "" || f.Hint == "" {
			t.Fatalf("%q explained as %+v", v.Reason, f)
		}
	})
}

// FuzzSignVerify signs, verifies, and then changes one byte: what is accepted
// then must sign the same text.
func FuzzSignVerify(f *testing.F) {
	f.Add("https://h/a?b=%40", "a=1&b=2&a=%F0%9F%98%80", uint(3), byte('x'))
	f.Add("http://u:p@h:8080/?x=it%27s#rc=2", "To=%2B1&Body=&Body=x", uint(0), byte('='))
	f.Add("https://[::1]/", "", uint(9), byte('&'))
	f.Add("https://@h/", "a=1", uint(3), byte('x'))
	keys := testKeys(f, testAccounts[1])
	f.Fuzz(func(t *testing.T, url, body string, at uint, change byte) {
		target, err := ParseTarget(url)
		if err != nil {
			t.Skip()
		}
		params, err := ParseForm(body, Limits{})
		if err != nil || params.Get("AccountSid") != "" {
			t.Skip()
		}
		r := &Request{Method: "POST", Target: target, ContentType: "application/x-www-form-urlencoded", Body: []byte(body),
			Signatures: []string{reference("other-token", url, params)}}
		if v := keys.Verify(r); !v.OK() {
			t.Fatalf("refused its own: %q", v.Reason)
		}
		if m, err := (Credential{Secret: "other-token"}).SignForm(url, params); err != nil || m.Signature != r.Signatures[0] {
			t.Fatalf("signed %q, %v", m.Signature, err)
		}
		whole := []byte(r.Target.URI + body)
		if len(whole) == 0 {
			return
		}
		whole[at%uint(len(whole))] = change
		r.Target.URI, r.Body = string(whole[:len(r.Target.URI)]), whole[len(r.Target.URI):]
		v := keys.Verify(r)
		if !v.OK() {
			return
		}
		spelled := string(r.Target.appendURL(nil, v.Candidate, false))
		if byBytes, byUnits := reference("other-token", spelled, v.Params), joined(v.Params); byBytes != r.Signatures[0] &&
			reference("other-token", spelled+string(byUnits[len(byUnits)-1]), nil) != r.Signatures[0] {
			t.Fatalf("accepted %q %q, which sign something else", spelled, r.Body)
		}
	})
}
