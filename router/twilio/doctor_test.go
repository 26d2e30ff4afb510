package twilio

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"twirouter/router"
)

const (
	mainSID  = "AC00000000000000000000000000000001"
	otherSID = "AC00000000000000000000000000000002"
	keySID   = "SK00000000000000000000000000000001"
)

// testAccounts are two accounts; the first has a shared key too.
var testAccounts = []router.Account{
	{Name: "main", SID: mainSID, Tokens: []router.Secret{"main-older", "main-token"},
		SharedKeys: []router.SharedKey{{SID: keySID, Algorithm: AlgorithmSHA256, Secret: "shared-secret"}}},
	{Name: "other", SID: otherSID, Tokens: []router.Secret{"other-token"}},
}

func testKeys(t testing.TB, accounts ...router.Account) *Keyring {
	t.Helper()
	k, err := NewKeyring(accounts)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// mistake is a request that was signed in one way and checked in another.
type mistake struct {
	code, setting string
	says          string // in What
	signed        string // URL, "" is checked
	checked       string
	params        router.Params // as signed
	arrived       router.Params // nil is params
	secret        router.Secret
	algorithm     string
	change        func(*Request)
	tail          string // signed in place of params
	clues         Clues
}

var few = router.Params{{Key: "To", Value: "+15005550006"}, {Key: "AccountSid", Value: mainSID}, {Key: "Body", Value: "Forlì isn't far"}, {Key: "Digits", Value: ""}}

func with(params router.Params, more ...router.Param) router.Params {
	return append(slices.Clone(params), more...)
}

func TestDoctorNamesTheMistake(t *testing.T) {
	const at = "https://hooks.example.com/twilio/sms"
	spaced := with(few, router.Param{Key: "City", Value: " Rome "})
	mistakes := map[string]mistake{
		"none":                   {code: "valid", checked: at},
		"scheme":                 {code: "scheme", setting: "server.public_url", says: "https://hooks", signed: at, checked: "http://hooks.example.com/twilio/sms"},
		"scheme and port":        {code: "scheme", signed: "https://hooks.example.com:8443/a", checked: "http://hooks.example.com:8443/a"},
		"websocket":              {code: "scheme", says: "wss", signed: "wss://hooks.example.com/a", checked: "https://hooks.example.com/a"},
		"host www":               {code: "host", setting: "server.public_url", signed: "https://www.example.com/a", checked: "https://example.com/a"},
		"host forwarded":         {code: "host", says: "hooks.example.com", signed: at, checked: "https://10.0.0.7/twilio/sms", clues: Clues{Hosts: []string{"hooks.example.com"}}},
		"host case":              {code: "host", signed: at, checked: "https://HOOKS.example.com/twilio/sms"},
		"port common":            {code: "port", setting: "server.public_url", says: "8443", signed: "https://hooks.example.com:8443/a", checked: "https://hooks.example.com/a"},
		"port forwarded":         {code: "port", says: "4711", signed: "https://hooks.example.com:4711/a", checked: "https://hooks.example.com/a", clues: Clues{Ports: []string{"4711"}}},
		"port replaced":          {code: "port", signed: "https://hooks.example.com:443/a", checked: "https://hooks.example.com:8443/a"},
		"proxy":                  {code: "origin", setting: "server.public_url", says: at[:25], signed: at, checked: "http://127.0.0.1:8090/twilio/sms", clues: Clues{Hosts: []string{"hooks.example.com"}}},
		"path prefix lost":       {code: "path", says: "/base/twilio/sms", signed: "https://hooks.example.com/base/twilio/sms", checked: at, clues: Clues{Prefixes: []string{"/base/"}}},
		"path prefix added":      {code: "path", signed: "https://hooks.example.com/sms", checked: at},
		"slash added":            {code: "slash", signed: at, checked: at + "/"},
		"slash lost":             {code: "slash", says: `sms/"`, signed: at + "/", checked: at},
		"slash before query":     {code: "slash", signed: at + "/?a=1", checked: at + "?a=1"},
		"slash of bare host":     {code: "slash", signed: "https://hooks.example.com", checked: "https://hooks.example.com/"},
		"slash doubled":          {code: "slash", signed: "https://hooks.example.com//twilio/sms", checked: at},
		"question mark":          {code: "slash", signed: at + "?", checked: at},
		"userinfo dropped":       {code: "userinfo", setting: "server.public_url", signed: at, checked: "https://user:passw0rd@hooks.example.com/twilio/sms"},
		"userinfo lost":          {code: "userinfo", signed: "https://user:passw0rd@hooks.example.com/twilio/sms", checked: at, clues: Clues{User: "user:passw0rd"}},
		"fragment dropped":       {code: "fragment", setting: "route.NAME.overrides", signed: at, checked: at + "#rc=2"},
		"fragment lost":          {code: "fragment", says: "rc=2", signed: at + "#rc=2", checked: at, clues: Clues{Fragments: []string{"rc=1", "rc=2"}}},
		"query order":            {code: "query-order", signed: at + "?b=2&a=1&c=3", checked: at + "?a=1&b=2&c=3"},
		"query order, odd":       {code: "query-order", signed: at + "?c=3&a=1&d=4&b=2", checked: at + "?a=1&b=2&c=3&d=4"},
		"query order, long":      {code: "query-order", signed: at + "?a=1&b=2&c=3&d=4&e=5&f=6&g=7", checked: at + "?g=7&c=3&a=1&b=2&d=4&f=6&e=5"},
		"query added":            {code: "query-added", signed: at, checked: at + "?utm=1"},
		"query parameter added":  {code: "query-added", says: `"utm"`, signed: at + "?a=1&b=2", checked: at + "?a=1&utm=x&b=2"},
		"escape space":           {code: "escape", says: "%20 in place of +", signed: at + "?x=a%20b", checked: at + "?x=a+b"},
		"escape plus":            {code: "escape", says: "+ in place of %20", signed: at + "?x=a+b", checked: at + "?x=a%20b"},
		"escape lower":           {code: "escape", says: "lower", signed: at + "?x=%c3%a9", checked: at + "?x=%C3%A9"},
		"escape upper":           {code: "escape", says: "upper", signed: at + "?x=%C3%A9", checked: at + "?x=%c3%a9"},
		"escape tilde raw":       {code: "escape", says: "one escape spelled raw", signed: at + "?x=~b%2F", checked: at + "?x=%7Eb%2F"},
		"escape quote and plus":  {code: "escape", signed: at + "?x=it's+me", checked: at + "?x=it%27s+me"},
		"escape bracket":         {code: "escape", says: "one character escaped", signed: at + "?x%5B=1", checked: at + "?x[=1"},
		"escape brackets":        {code: "escape", says: "every special", signed: at + "?x%5B%5D=1", checked: at + "?x[]=1"},
		"escape unicode":         {code: "escape", says: "beyond ASCII", signed: at + "?x=Forlì%2F", checked: at + "?x=Forl%C3%AC%2F"},
		"escape twice":           {code: "escape", says: "twice", signed: at + "?x=%2520a%2521", checked: at + "?x=%20a%21"},
		"escape path":            {code: "escape", says: "path", signed: "https://hooks.example.com/a%20b", checked: "https://hooks.example.com/a b"},
		"other account":          {code: "token", setting: "account.other.auth_tokens", says: `"other"`, checked: at, secret: "other-token"},
		"shared key unnamed":     {code: "shared-key", setting: "account.main.shared_keys", checked: at, secret: "shared-secret", algorithm: AlgorithmSHA256},
		"token for shared key":   {code: "token", checked: at, change: func(r *Request) { r.KeySIDs = []string{keySID} }},
		"wrong algorithm":        {code: "algorithm", says: "sha256", checked: at, algorithm: AlgorithmSHA256},
		"token in upper case":    {code: "token-text", setting: "account.main.auth_tokens", says: "upper", checked: at, secret: "MAIN-TOKEN"},
		"token with line end":    {code: "token-text", says: "line end", checked: at, secret: "main-token\n"},
		"signature quoted":       {code: "signature-text", checked: at, change: func(r *Request) { r.Signatures[0] = `"` + r.Signatures[0] + `"` }},
		"signature unpadded":     {code: "signature-text", checked: at, change: func(r *Request) { r.Signatures[0] = strings.TrimRight(r.Signatures[0], "=") }},
		"signature twice":        {code: "signature-text", checked: at, change: func(r *Request) { r.Signatures[0] += ", " + r.Signatures[0] }},
		"empty dropped":          {code: "empty-parameters", checked: at, params: few[:3], arrived: with(few[:3], router.Param{Key: "A"}, router.Param{Key: "B"})},
		"first of repeated":      {code: "first-value", checked: at, params: few, arrived: with(few, router.Param{Key: "To", Value: "2"}, router.Param{Key: "Body", Value: "3"})},
		"last of repeated":       {code: "last-value", checked: at, params: few, arrived: append(router.Params{{Key: "To", Value: "2"}, {Key: "Body", Value: "3"}}, few...)},
		"repeated not sorted":    {code: "repeated-values", checked: at, params: router.Params{{Key: "D", Value: "9"}, {Key: "D", Value: "1"}, {Key: "D", Value: "9"}}, tail: "D9D1D9"},
		"trimmed":                {code: "trimmed", checked: at, params: spaced, tail: "AccountSid" + mainSID + "BodyForlì isn't farCityRomeDigitsTo+15005550006"},
		"newlines lf":            {code: "newlines", checked: at, params: with(few, router.Param{Key: "N", Value: "a\nb"}), arrived: with(few, router.Param{Key: "N", Value: "a\r\nb"})},
		"newlines crlf":          {code: "newlines", checked: at, params: with(few, router.Param{Key: "N", Value: "a\r\nb"}), arrived: with(few, router.Param{Key: "N", Value: "a\nb"})},
		"plus kept":              {code: "encoding", checked: at, params: few, arrived: nil, change: func(r *Request) { r.Body = []byte(strings.ReplaceAll(string(r.Body), "%2B", "+")) }},
		"charset":                {code: "charset", checked: at, params: few, arrived: with(few[:2], router.Param{Key: "Body", Value: "ForlÃ¬ isn't far"}, few[3])},
		"unsorted":               {code: "sorting", checked: at, params: few, tail: "To+15005550006AccountSid" + mainSID + "BodyForlì isn't farDigits"},
		"parameter added":        {code: "parameter-added", says: `"Extra"`, checked: at, params: few, arrived: with(few, router.Param{Key: "Extra", Value: "1"})},
		"parameter added, empty": {code: "empty-parameters", checked: at, params: few[:3], arrived: few},
		"form as JSON":           {code: "content-type", checked: at, change: func(r *Request) { r.ContentType = "text/plain" }},
		"form signed as GET":     {code: "body", checked: at, tail: "-"},
		"raw body signed":        {code: "body", checked: at, tail: "raw"},
		"query merged into form": {code: "query-merged", checked: at + "?tenant=7", arrived: with(few, router.Param{Key: "tenant", Value: "7"})},
		"query signed twice":     {code: "query-signed", checked: at + "?tenant=7", params: with(few, router.Param{Key: "tenant", Value: "7"}), arrived: few},
		"redirected":             {code: "method", signed: at + "?a=1", checked: at + "?a=1&" + EncodeForm(few), change: func(r *Request) { r.Method, r.Body, r.ContentType = "GET", nil, "" }},
		"unknown":                {code: "unknown", setting: "account.NAME.auth_tokens", checked: at, secret: "somebody else's"},
		"unknown account":        {code: "unknown-account", setting: "account.NAME.sid", says: "account \"main\"", checked: at, params: router.Params{{Key: "AccountSid", Value: "AC9"}}},
		"no signature":           {code: "no-signature", checked: at, change: func(r *Request) { r.Signatures = nil }},
		"two signatures":         {code: "several-signatures", checked: at, change: func(r *Request) { r.Signatures = append(r.Signatures, "x") }},
		"two keys":               {code: "several-keys", checked: at, change: func(r *Request) { r.KeySIDs = []string{keySID, keySID} }},
		"unknown key":            {code: "unknown-key", setting: "account.NAME.shared_keys", checked: at, change: func(r *Request) { r.KeySIDs = []string{"SK9"} }},
		"foreign key":            {code: "foreign-key", checked: at, params: router.Params{{Key: "AccountSid", Value: otherSID}}, change: func(r *Request) { r.KeySIDs = []string{keySID} }},
		"multipart":              {code: "multipart", checked: at, change: func(r *Request) { r.ContentType = "multipart/form-data; boundary=x" }},
		"body on get":            {code: "body-on-get", checked: at, change: func(r *Request) { r.Method = "GET" }},
		"method":                 {code: "method", checked: at, change: func(r *Request) { r.Method = "PUT" }},
		"no host":                {code: "no-url", setting: "server.public_url", checked: at, change: func(r *Request) { r.Target.Origins = nil }},
		"many parameters":        {code: "too-many-parameters", checked: at, change: func(r *Request) { r.Limits.Pairs = 2 }},
	}
	keys := testKeys(t, testAccounts...)
	for _, name := range slices.Sorted(maps.Keys(mistakes)) {
		t.Run(name, func(t *testing.T) {
			m := mistakes[name]
			f := Explain(m.request(t), keys, m.clues)
			if f.Code != m.code || m.setting != "" && f.Setting != m.setting || !strings.Contains(f.What, m.says) {
				t.Errorf("found %+v, want code %q, setting %q, what %q", f, m.code, m.setting, m.says)
			}
			if f.Code != "valid" && (f.What == "" || f.Hint == "") {
				t.Errorf("says too little: %+v", f)
			}
			noSecrets(t, fmt.Sprintf("%+v %#v", f, f))
		})
	}
}

func (m mistake) request(t *testing.T) *Request {
	t.Helper()
	if m.signed == "" {
		m.signed = m.checked
	}
	if m.params == nil {
		m.params = few
	}
	if m.arrived == nil {
		m.arrived = m.params
	}
	if m.secret == "" {
		m.secret = "main-token"
	}
	c := Credential{Secret: m.secret, Algorithm: m.algorithm}
	body := EncodeForm(m.arrived)
	signature, err := c.Sign(m.signed, m.params)
	switch m.tail {
	case "":
	case "-":
		signature, err = c.Sign(m.signed, nil)
	case "raw":
		signature, err = c.Sign(m.signed+body, nil)
	default:
		signature, err = c.Sign(m.signed+m.tail, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	target, err := ParseTarget(m.checked)
	if err != nil {
		t.Fatal(err)
	}
	r := &Request{Method: "POST", Target: target, ContentType: "application/x-www-form-urlencoded", Body: []byte(body), Signatures: []string{signature}}
	if m.change != nil {
		m.change(r)
	}
	return r
}

func noSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"main-token", "main-older", "other-token", "shared-secret", "passw0rd"} {
		if strings.Contains(strings.ToLower(text), secret) {
			t.Errorf("tells the secret %q: %s", secret, text)
		}
	}
}

func TestDoctorOnJSON(t *testing.T) {
	const at = "https://hooks.example.com/events"
	body := []byte("{\"a\": 1}\r\n")
	keys := testKeys(t, testAccounts...)
	good, err := Credential{Secret: "other-token"}.SignJSON(at, body)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Credential{Secret: "main-token"}.Sign(at, nil)
	if err != nil {
		t.Fatal(err)
	}
	form := signedForm(t, "main-token", at, few)
	upper := strings.Replace(good.URL, hexSHA256(body), strings.ToUpper(hexSHA256(body)), 1)
	upperSignature, err := Credential{Secret: "main-token"}.Sign(upper, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change     func(*Request)
		code, says string
	}{
		"right":            {func(*Request) {}, "valid", ""},
		"line end":         {func(r *Request) { r.Body = []byte(`{"a": 1}` + "\n") }, "body-changed", "CRLF and are LF"},
		"re-encoded":       {func(r *Request) { r.Body = []byte(`{"a":1}`) }, "body-changed", "not the one"},
		"upper-case hash":  {func(r *Request) { r.Target.URI = CutURI(upper); r.Signatures[0] = upperSignature }, "body-changed", "upper case"},
		"hash lost":        {func(r *Request) { r.Target.URI = "/events" }, "no-body-hash", "not a form"},
		"URL alone signed": {func(r *Request) { r.Target.URI = "/events"; r.Signatures[0] = alone }, "no-body-hash", "URL alone"},
		"form sent":        {func(r *Request) { *r = *form; r.ContentType = "application/json" }, "content-type", "as a form"},
		"arrived as form":  {func(r *Request) { r.ContentType = form.ContentType }, "body", "by its hash"},
		"scheme":           {func(r *Request) { r.Target.Origins[0].Scheme = "http" }, "scheme", "https"},
	} {
		t.Run(name, func(t *testing.T) {
			r := requestOf(t, good)
			c.change(r)
			if f := Explain(r, keys, Clues{}); f.Code != c.code || !strings.Contains(f.What, c.says) {
				t.Errorf("found %+v, want %q %q", f, c.code, c.says)
			}
		})
	}
}

func TestDoctorIsBounded(t *testing.T) {
	var params router.Params
	for i := range 200 {
		params = append(params, router.Param{Key: fmt.Sprintf("K%d", i), Value: strings.Repeat("é", 1000)})
	}
	m := mistake{checked: "https://hooks.example.com/a?" + strings.Repeat("a=%27%40+&", 500), params: params, secret: "nobody"}
	r := m.request(t)
	keys := testKeys(t, testAccounts...)
	if f := Explain(r, keys, Clues{}); f.Code != "unknown" || !strings.Contains(f.What, "too large") {
		t.Errorf("found %+v", f)
	}
	d := newDoctor(r, keys, Clues{}, params)
	for _, try := range mistakes {
		if _, ok := try(d); ok {
			t.Error("found a mistake in a forgery")
		}
	}
	if d.spent != doctorBudget+1 {
		t.Errorf("spent %d, want the whole budget of %d and no more", d.spent, doctorBudget)
	}
}

func TestNewClues(t *testing.T) {
	headers := map[string][]string{
		"Host": {"10.0.0.7:8090"}, "X-Forwarded-Host": {"a.example, b.example"}, "X-Forwarded-Proto": {"https"},
		"Forwarded": {`for=1.2.3.4;proto=http;host="c.example"`}, "X-Forwarded-Port": {"8443"}, "X-Forwarded-Prefix": {"/base"},
	}
	got := NewClues(func(name string) []string { return headers[name] })
	if want := []string{"a.example", "b.example", "10.0.0.7:8090", "c.example"}; !slices.Equal(got.Hosts, want) {
		t.Errorf("hosts %q, want %q", got.Hosts, want)
	}
	if !slices.Equal(got.Schemes, []string{"https", "http"}) || got.Ports[0] != "8443" || got.Prefixes[0] != "/base" {
		t.Errorf("%+v", got)
	}
	headers["X-Forwarded-Host"] = []string{strings.Repeat("h,", 1000)}
	if got := NewClues(func(name string) []string { return headers[name] }); len(got.Hosts) > mostClues {
		t.Errorf("%d hosts", len(got.Hosts))
	}
}
