package twilio

import (
	"fmt"
	"strings"
	"testing"

	"twirouter/router"
)

func TestNewKeyringRefuses(t *testing.T) {
	token := []router.Secret{"t0ken"}
	key := func(sid, algorithm string, secret router.Secret) []router.SharedKey {
		return []router.SharedKey{{SID: sid, Algorithm: algorithm, Secret: secret}}
	}
	for name, c := range map[string]struct {
		accounts []router.Account
		says     string
	}{
		"no SID":           {[]router.Account{{Name: "a", Tokens: token}}, "no SID"},
		"SID twice":        {[]router.Account{{Name: "a", SID: "AC1", Tokens: token}, {Name: "b", SID: "AC1"}}, "twice"},
		"empty token":      {[]router.Account{{Name: "a", SID: "AC1", Tokens: []router.Secret{"t0ken", ""}}}, "auth token 2: the secret is empty"},
		"empty shared key": {[]router.Account{{Name: "a", SID: "AC1", SharedKeys: key("SK1", "sha1", "")}}, "empty"},
		"algorithm":        {[]router.Account{{Name: "a", SID: "AC1", SharedKeys: key("SK1", "md5", "t0ken")}}, `"md5"`},
		"key without SID":  {[]router.Account{{Name: "a", SID: "AC1", SharedKeys: key("", "sha256", "t0ken")}}, "no SID"},
		"key twice":        {[]router.Account{{Name: "a", SID: "AC1", SharedKeys: append(key("SK1", "sha1", "t0ken"), key("SK1", "sha256", "t0ken")...)}}, "twice"},
	} {
		_, err := NewKeyring(c.accounts)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		} else if strings.Contains(err.Error(), "t0ken") {
			t.Errorf("%s: tells the token: %v", name, err)
		}
	}
}

func TestKeyringEmpty(t *testing.T) {
	if k := testKeys(t); !k.Empty() || !(*Keyring)(nil).Empty() {
		t.Error("no account, and not empty")
	}
	if k := testKeys(t, testAccounts...); k.Empty() {
		t.Error("two accounts, and empty")
	}
	if k := testKeys(t, router.Account{SID: "AC1", SharedKeys: testAccounts[0].SharedKeys}); k.Empty() {
		t.Error("a shared key, and empty")
	}
}

func TestChoose(t *testing.T) {
	keys := testKeys(t, testAccounts...)
	for _, c := range []struct {
		account string
		named   []string
		reason  Reason
		want    string // "account/index"
	}{
		{mainSID, nil, "", "main/0 main/1"},
		{otherSID, nil, "", "other/0"},
		{"", nil, "", "main/0 main/1 other/0"},
		{"AC9", nil, UnknownAccount, ""},
		{mainSID, []string{keySID}, "", "main/-1"},
		{"", []string{keySID}, "", "main/-1"},
		{otherSID, []string{keySID}, ForeignKey, ""},
		{"AC9", []string{keySID}, UnknownAccount, ""},
		{"", []string{"SK9"}, UnknownKey, ""},
		{mainSID, []string{keySID, keySID}, SeveralKeys, ""},
	} {
		got, reason := keys.choose(c.account, c.named)
		var names []string
		for _, k := range got {
			names = append(names, fmt.Sprintf("%s/%d", k.name, k.index))
		}
		if reason != c.reason || strings.Join(names, " ") != c.want {
			t.Errorf("%q %q: %q %q, want %q %q", c.account, c.named, reason, names, c.reason, c.want)
		}
	}
}

func TestKeyringIsNeverPrinted(t *testing.T) {
	keys := testKeys(t, testAccounts...)
	one, _ := keys.choose(mainSID, nil)
	holder := struct{ k *Keyring }{keys}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{keys, holder, one, one[0], Credential{Secret: "main-token"}, testAccounts} {
			noSecrets(t, fmt.Sprintf(verb, value))
		}
	}
	if got, want := fmt.Sprint(keys), "twilio.Keyring(2 accounts, 3 tokens, 1 shared keys)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAnyAccount(t *testing.T) {
	own, other := router.Account{Name: "own", SID: "AC1", Tokens: []router.Secret{"one"}}, router.Account{Name: "any", SID: router.AnyAccount, Tokens: []router.Secret{"two"}}
	k, err := NewKeyring([]router.Account{own, other})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		account string
		token   router.Secret
		want    Reason
		as      string
	}{
		{"AC1", "one", "", "AC1"},
		{"AC1", "two", Mismatch, ""}, // an account with an entry has its own tokens only
		{"AC2", "two", "", "AC2"},
		{"AC2", "one", Mismatch, ""},
		{"", "two", "", ""},
	} {
		params := router.Params{{Key: "Body", Value: "hi"}}
		if c.account != "" {
			params = append(params, router.Param{Key: "AccountSid", Value: c.account})
		}
		m, err := Credential{Secret: c.token}.SignForm("https://example.com/t", params)
		if err != nil {
			t.Fatal(err)
		}
		target, err := ParseTarget("https://example.com/t")
		if err != nil {
			t.Fatal(err)
		}
		v := k.Verify(&Request{Method: "POST", Target: target, ContentType: m.ContentType, Body: m.Body, Signatures: []string{m.Signature}})
		if v.Reason != c.want || v.Account != c.as {
			t.Errorf("AccountSid %q signed with token %s: %q as %q, want %q as %q", c.account, c.token.Reveal(), v.Reason, v.Account, c.want, c.as)
		}
	}
}
