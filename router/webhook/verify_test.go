package webhook_test

import (
	"net/http"
	"strings"
	"testing"

	"twirouter/router"
	"twirouter/router/twilio"
)

func TestVerifyModes(t *testing.T) {
	for _, c := range []struct {
		mode     router.Verify
		status   int
		verified router.Verified // of a request that is signed wrongly
		right    router.Verified // of one that is signed rightly
		refusals int
	}{
		{router.VerifyEnforce, 403, "", router.VerifiedYes, 1},
		{router.VerifyReport, 200, router.VerifiedFailed, router.VerifiedYes, 1},
		{router.VerifyOff, 200, router.VerifiedOff, router.VerifiedOff, 0},
	} {
		w := newWorld(t, nil, each(func(r *router.Route) { r.Verify = c.mode }))
		forged := w.form("/twilio", w.sms()...)
		forged.Header.Set(twilio.HeaderSignature, "bm8gc2lnbmF0dXJlIGF0IGFsbCE=")
		if got := w.do(forged); got.status != c.status {
			t.Errorf("%s: %d, want %d", c.mode, got.status, c.status)
		}
		if c.verified != "" {
			item := w.only()
			if item.Event.Verified != c.verified || item.Event.Account != mainSID || item.Event.Params.Get("Body") != "hi" {
				t.Errorf("%s: %+v", c.mode, item.Event)
			}
		} else if len(w.items()) != 0 {
			t.Errorf("%s: a forgery is in the journal", c.mode)
		}
		w.want(w.do(w.form("/twilio", w.sms()...)), 200, hello)
		if got := w.items()[0].Event.Verified; got != c.right {
			t.Errorf("%s: %s, want %s", c.mode, got, c.right)
		}
		refused := w.refusals()
		if len(refused) != c.refusals {
			t.Fatalf("%s: %d refusals, want %d", c.mode, len(refused), c.refusals)
		}
		n := w.door.Counts()
		switch c.mode {
		case router.VerifyReport:
			if refused[0].Status != 200 || !strings.HasPrefix(refused[0].Finding, `let in by verify = "report": `) || n.Refused.Load() != 0 || n.Reported.Load() != 1 {
				t.Errorf("report: %+v", refused[0])
			}
		case router.VerifyEnforce:
			if n.Refused.Load() != 1 || n.Reported.Load() != 0 {
				t.Errorf("enforce: %d refused", n.Refused.Load())
			}
		}
	}
}

// Whose token fits is whose request it is.
func TestAccounts(t *testing.T) {
	for _, c := range []struct {
		name    string
		secret  router.Secret
		account string // AccountSid, "" for none
		status  int
		want    string
	}{
		{"its own token", token, mainSID, 200, mainSID},
		{"a subaccount's", subTok, subSID, 200, subSID},
		{"a subaccount's older one", "an older token", subSID, 200, subSID},
		{"the main account's for a subaccount", token, subSID, 403, ""},
		{"a subaccount's for the main account", subTok, mainSID, 403, ""},
		{"an account that is not configured", token, "AC00000000000000000000000000000009", 403, ""},
		{"none named, the main one's", token, "", 200, mainSID},
		{"none named, a subaccount's", subTok, "", 200, subSID},
		{"nobody's", "a stranger's token", mainSID, 403, ""},
		{"the empty one that is not", "x", "", 403, ""},
	} {
		w := newWorld(t, nil)
		w.secret = c.secret
		params := w.sms()
		if c.account == "" {
			params = append(params[:2:2], params[4:]...)
		} else {
			params[3] = c.account
		}
		if got := w.do(w.form("/twilio", params...)); got.status != c.status {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.status)
			continue
		}
		if c.status == 200 {
			if got := w.only().Event.Account; got != c.want {
				t.Errorf("%s: account %s, want %s", c.name, got, c.want)
			}
		}
	}
}

func TestSharedKeys(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		name   string
		key    twilio.Credential
		sid    string // that the request names
		status int
	}{
		{"the key", twilio.Credential{KeySID: keySID, Algorithm: "sha256", Secret: keyText}, keySID, 200},
		{"the key with another algorithm", twilio.Credential{KeySID: keySID, Algorithm: "sha1", Secret: keyText}, keySID, 403},
		{"the key under another name", twilio.Credential{KeySID: "WK9", Algorithm: "sha256", Secret: keyText}, "WK9", 403},
		{"the token under the key's name", twilio.Credential{KeySID: keySID, Secret: token}, keySID, 403},
		{"the key without its name", twilio.Credential{Algorithm: "sha256", Secret: keyText}, "", 403},
	} {
		r := w.message(c.key.SignForm(w.base+"/twilio", pairs(w.sms())))
		if got := w.do(r); got.status != c.status {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.status)
		}
	}
	r := w.message(twilio.Credential{KeySID: keySID, Algorithm: "sha256", Secret: keyText}.SignForm(w.base+"/twilio", pairs(w.sms())))
	r.Header.Add(twilio.HeaderKeySID, "WK9")
	if got := w.do(r); got.status != 403 {
		t.Errorf("two keys: %d", got.status)
	}
	r = w.form("/twilio", w.sms()...)
	r.Header.Add(twilio.HeaderSignature, r.Header.Get(twilio.HeaderSignature))
	if got := w.do(r); got.status != 403 {
		t.Errorf("two signatures: %d", got.status)
	}
}

// Without a usable key nothing is let in, whatever else the configuration says.
func TestBrokenKeysFailClosed(t *testing.T) {
	w := newWorld(t, nil, func(g *router.Generation) {
		g.Accounts = append(g.Accounts, router.Account{Name: "empty", SID: "AC9", Tokens: []router.Secret{""}})
	})
	if got := w.do(w.form("/twilio", w.sms()...)); got.status != 403 {
		t.Errorf("%d", got.status)
	}
	if !strings.Contains(w.logs.String(), "cannot be used to verify") {
		t.Errorf("the log says nothing: %s", w.logs)
	}
	w = newWorld(t, nil, func(g *router.Generation) { g.Accounts = nil })
	if got := w.do(w.form("/twilio", w.sms()...)); got.status != 403 {
		t.Errorf("without accounts: %d", got.status)
	}
}

func TestBasicAuth(t *testing.T) {
	w := newWorld(t, nil, locked)
	for _, c := range []struct {
		name   string
		set    func(*http.Request)
		status int
	}{
		{"none", func(*http.Request) {}, 401},
		{"right", func(r *http.Request) { r.SetBasicAuth("twilio", "open sesame") }, 200},
		{"another user", func(r *http.Request) { r.SetBasicAuth("Twilio", "open sesame") }, 401},
		{"another password", func(r *http.Request) { r.SetBasicAuth("twilio", "open sesame ") }, 401},
		{"none of either", func(r *http.Request) { r.SetBasicAuth("", "") }, 401},
		{"another scheme", func(r *http.Request) { r.Header.Set("Authorization", "Bearer open sesame") }, 401},
		{"no base64", func(r *http.Request) { r.Header.Set("Authorization", "Basic %%%") }, 401},
		{"right, but forged", func(r *http.Request) {
			r.SetBasicAuth("twilio", "open sesame")
			r.Header.Set(twilio.HeaderSignature, "bm8gc2lnbmF0dXJlIGF0IGFsbCE=")
		}, 403},
	} {
		r := w.form("/twilio", w.sms()...)
		c.set(r)
		if got := w.do(r); got.status != c.status {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.status)
		}
	}
	item := w.only()
	for _, h := range item.Event.Headers {
		if h.Key == "Authorization" || h.Key == twilio.HeaderSignature {
			t.Errorf("the event has the header %s", h.Key)
		}
	}
	for _, f := range w.refusals() {
		if strings.Contains(f.Finding+f.Hint, "sesame") {
			t.Errorf("a refusal tells the password: %+v", f)
		}
	}
	if strings.Contains(w.logs.String(), "sesame") {
		t.Error("the log tells the password")
	}
	// Without verification the password still counts.
	w = newWorld(t, nil, locked, each(func(r *router.Route) { r.Verify = router.VerifyOff }))
	if got := w.do(w.form("/twilio", w.sms()...)); got.status != 401 {
		t.Errorf("verify off: %d, want 401", got.status)
	}
}

// What Twilio signs is not always what it requests.
func TestSignedURLs(t *testing.T) {
	const public = "https://hooks.example.com"
	for _, c := range []struct {
		name    string
		urls    []string // public_url
		over    string   // overrides
		signed  string   // what Twilio was given
		request string   // target that arrives
		status  int
		base    string // event.BaseURL
	}{
		{"public_url", []string{public}, "", public + "/twilio", "/twilio", 200, public},
		{"with a slash at its end", []string{public + "/"}, "", public + "/twilio", "/twilio", 200, public},
		{"another host", []string{public}, "", "https://other.example.com/twilio", "/twilio", 403, ""},
		{"what arrived does not count", []string{public}, "", "http://door.example/twilio", "/twilio", 403, ""},
		{"a port that is not there", []string{public}, "", public + ":443/twilio", "/twilio", 200, public},
		{"a port that is", []string{public + ":8443"}, "", public + "/twilio", "/twilio", 200, public + ":8443"},
		{"userinfo signed", []string{"https://u:p@hooks.example.com"}, "", "https://u:p@hooks.example.com/twilio", "/twilio", 200, "https://u:p@hooks.example.com"},
		{"userinfo not signed", []string{"https://u:p@hooks.example.com"}, "", public + "/twilio", "/twilio", 200, "https://u:p@hooks.example.com"},
		{"userinfo of another", []string{"https://u:p@hooks.example.com"}, "", "https://u:q@hooks.example.com/twilio", "/twilio", 403, ""},
		{"overrides signed", []string{public}, "rc=2&rp=5xx", public + "/twilio#rc=2&rp=5xx", "/twilio", 200, public},
		{"overrides not signed", []string{public}, "rc=2&rp=5xx", public + "/twilio", "/twilio", 200, public},
		{"other overrides", []string{public}, "rc=2&rp=5xx", public + "/twilio#rc=3", "/twilio", 403, ""},
		{"a prefix", []string{public + "/phone"}, "", public + "/phone/twilio", "/twilio", 200, public + "/phone"},
		{"a prefix that is missing", []string{public + "/phone"}, "", public + "/twilio", "/twilio", 403, ""},
		{"the first of a list", []string{public, "https://old.example.com/x"}, "", public + "/twilio", "/twilio", 200, public},
		{"the second of a list", []string{public, "https://old.example.com/x"}, "", "https://old.example.com/x/twilio", "/twilio", 200, public},
		{"a query", []string{public}, "", public + "/twilio?b=2&a=1", "/twilio?b=2&a=1", 200, public},
		{"a query in another order", []string{public}, "", public + "/twilio?a=1&b=2", "/twilio?b=2&a=1", 403, ""},
		{"a quote signed raw", []string{public}, "", public + "/twilio?q=it's", "/twilio?q=it%27s", 200, public},
	} {
		w := newWorld(t, nil, func(g *router.Generation) { g.Server.PublicURLs = c.urls }, each(func(r *router.Route) { r.Overrides = c.over }))
		m, err := twilio.Credential{Secret: token}.SignForm(c.signed, pairs(w.sms()))
		m.URL = w.base + c.request
		if got := w.do(w.message(m, err)); got.status != c.status {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.status)
			continue
		}
		if c.status == 200 {
			if ev := w.only().Event; ev.BaseURL != c.base || ev.Path != "/twilio" {
				t.Errorf("%s: event came to %s%s, want %s", c.name, ev.BaseURL, ev.Path, c.base)
			}
		}
	}
}

// Forwarded headers are believed of trusted proxies alone, and of several values
// only the one that the nearest proxy wrote.
func TestForwarded(t *testing.T) {
	proxies := []string{"192.0.2.0/24", "2001:db8::/32"}
	for _, c := range []struct {
		name    string
		remote  string
		headers []string
		signed  string
		status  int
	}{
		{"nothing forwarded", "192.0.2.7:1", nil, "http://door.example", 200},
		{"proto and host", "192.0.2.7:1", []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "hooks.example.com"}, "https://hooks.example.com", 200},
		{"proto alone", "192.0.2.7:1", []string{"X-Forwarded-Proto", "https"}, "https://door.example", 200},
		{"host alone, with port", "192.0.2.7:1", []string{"X-Forwarded-Host", "hooks.example.com:8080"}, "http://hooks.example.com:8080", 200},
		{"in capitals", "192.0.2.7:1", []string{"X-Forwarded-Proto", "HTTPS"}, "https://door.example", 200},
		{"over IPv6", "[2001:db8::7]:1", []string{"X-Forwarded-Proto", "https"}, "https://door.example", 200},
		{"over IPv6 with a zone", "[2001:db8::7%eth0]:1", []string{"X-Forwarded-Proto", "https"}, "https://door.example", 200},
		{"IPv4 within IPv6", "[::ffff:192.0.2.7]:1", []string{"X-Forwarded-Proto", "https"}, "https://door.example", 200},
		{"a list in one header", "192.0.2.7:1", []string{"X-Forwarded-Host", "evil.example, hooks.example.com"}, "http://hooks.example.com", 200},
		{"several headers", "192.0.2.7:1", []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Host", "hooks.example.com"}, "http://hooks.example.com", 200},
		{"the first of a list", "192.0.2.7:1", []string{"X-Forwarded-Host", "evil.example, hooks.example.com"}, "http://evil.example", 403},
		{"a stranger", "198.51.100.7:1", []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "hooks.example.com"}, "https://hooks.example.com", 403},
		{"a stranger's are ignored", "198.51.100.7:1", []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "hooks.example.com"}, "http://door.example", 200},
		{"nobody's address", "@", []string{"X-Forwarded-Proto", "https"}, "https://door.example", 403},
		{"another scheme is ignored", "192.0.2.7:1", []string{"X-Forwarded-Proto", "gopher"}, "http://door.example", 200},
		{"a path in the host is ignored", "192.0.2.7:1", []string{"X-Forwarded-Host", "hooks.example.com/x"}, "http://door.example", 200},
		{"an empty host is ignored", "192.0.2.7:1", []string{"X-Forwarded-Host", " "}, "http://door.example", 200},
	} {
		w := newWorld(t, nil, func(g *router.Generation) { g.Server.TrustedProxies = proxies })
		m, err := twilio.Credential{Secret: token}.SignForm(c.signed+"/twilio", pairs(w.sms()))
		m.URL = w.base + "/twilio"
		r := w.message(m, err)
		r.RemoteAddr = c.remote
		for i := 0; i+1 < len(c.headers); i += 2 {
			r.Header.Add(c.headers[i], c.headers[i+1])
		}
		if got := w.do(r); got.status != c.status {
			t.Errorf("%s: %d, want %d", c.name, got.status, c.status)
			continue
		}
		if c.status == 200 {
			if got := w.only().Event.BaseURL; got != c.signed {
				t.Errorf("%s: base %s, want %s", c.name, got, c.signed)
			}
		}
	}
	// public_url wins over all of them.
	w := newWorld(t, nil, func(g *router.Generation) {
		g.Server.TrustedProxies, g.Server.PublicURLs = proxies, []string{"https://public.example"}
	})
	m, err := twilio.Credential{Secret: token}.SignForm("https://public.example/twilio", pairs(w.sms()))
	m.URL = w.base + "/twilio"
	r := w.message(m, err)
	r.RemoteAddr = "192.0.2.7:1"
	r.Header.Set("X-Forwarded-Host", "hooks.example.com")
	w.want(w.do(r), 200, hello)
}

func TestGetAndJSON(t *testing.T) {
	w := newWorld(t, nil).listen()
	w.want(w.do(w.get("/twilio?mine=1", w.sms()...)), 200, hello)
	if ev := w.only().Event; ev.Method != "GET" || ev.Params.Get("Body") != "hi" || ev.Params.Get("mine") != "1" || len(ev.Query) != 0 {
		t.Errorf("%+v", ev)
	}
	r := w.get("/twilio", w.sms()...)
	r.Body, r.ContentLength = http.NoBody, 0
	r.URL.RawQuery += "&Body=more"
	if got := w.do(r); got.status != 403 {
		t.Errorf("a GET whose query was changed: %d", got.status)
	}
	r = w.get("/twilio", w.sms()...)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Body, r.ContentLength = bodyOf(`Body=smuggled`)
	if got := w.do(r); got.status != 403 {
		t.Errorf("a GET with a body: %d", got.status)
	}

	body := `{"specversion":"1.0","type":"com.twilio.messaging.message.sent","source":"/x","id":"EZ1","data":{"messageSid":"SM9"}}`
	w.want(w.do(w.json("/twilio?mine=1", body)), 204, "")
	if ev := w.items()[0].Event; ev.Query.Get("mine") != "1" || ev.Query.Has("bodySHA256") || string(ev.Data) != `{"messageSid":"SM9"}` || ev.Account != mainSID {
		t.Errorf("%+v", ev)
	}
	r = w.json("/twilio", body)
	r.Body, r.ContentLength = bodyOf(strings.Replace(body, "SM9", "SM8", 1))
	if got := w.do(r); got.status != 403 {
		t.Errorf("another body than the one hashed: %d", got.status)
	}
	r = w.message(twilio.Credential{Secret: token}.SignGet(w.base+"/twilio", nil))
	r.Method, r.Header = "POST", r.Header.Clone()
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = bodyOf(body)
	if got := w.do(r); got.status != 403 {
		t.Errorf("JSON without bodySHA256: %d", got.status)
	}
}
