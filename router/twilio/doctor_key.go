package twilio

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"twirouter/router"
)

// signatureText tries other spellings of the signature itself.
func (d *doctor) signatureText() (Finding, bool) {
	got := string(d.signature)
	std := strings.NewReplacer("-", "+", "_", "/").Replace(strings.Trim(got, " \t\r\n\"'"))
	std, _, _ = strings.Cut(std, ",")
	_, bare, prefixed := strings.Cut(std, "sha1=")
	if !prefixed {
		bare = std
	}
	bare = strings.TrimRight(bare, "=")
	for len(bare)%4 != 0 {
		bare += "="
	}
	spellings := []string{std, bare}
	if raw, err := hex.DecodeString(strings.ToLower(std)); err == nil {
		spellings = append(spellings, base64.StdEncoding.EncodeToString(raw))
	}
	defer func() { d.signature = []byte(got) }()
	for _, s := range spellings {
		if d.signature = []byte(s); s != got && d.anySigner(d.keys, d.tails) != nil {
			return Finding{Code: "signature-text", What: "the signature is right, but not spelled as Twilio spells it: padded standard base64, once",
				Hint: "let the proxy pass " + HeaderSignature + " on as it is"}, true
		}
	}
	return Finding{}, false
}

// mostOthers and mostOtherBases bound the search for another key, so that a
// server of a thousand accounts has work left for the other mistakes.
const (
	mostOthers     = 256
	mostOtherBases = 4
)

// otherKey tries the keys that do not count for this request.
func (d *doctor) otherKey() (Finding, bool) {
	others := append([]*key(nil), d.ring.tokens[:min(len(d.ring.tokens), mostOthers)]...)
	for _, sid := range slices.Sorted(maps.Keys(d.ring.shared)) {
		if len(others) < 2*mostOthers {
			others = append(others, d.ring.shared[sid])
		}
	}
	var k *key
	for _, base := range d.bases[:min(len(d.bases), mostOtherBases)] {
		for _, tail := range d.tails {
			if k == nil {
				k = d.signer(others, base.url(), tail)
			}
		}
	}
	switch {
	case k == nil:
		return Finding{}, false
	case k.sid != "":
		return Finding{Code: "shared-key", What: fmt.Sprintf("signed with the shared key %s of account %q, which the request does not name", k.sid, k.name),
			Hint: "let the proxy pass " + HeaderKeySID + " on as it is", Setting: "account." + k.name + ".shared_keys"}, true
	case len(d.r.KeySIDs) > 0:
		return Finding{Code: "token", What: fmt.Sprintf("signed with the auth token of account %q, though the request names a shared key", k.name),
			Hint: "only the shared key counts where one is named: check the webhook's settings at Twilio"}, true
	}
	return Finding{Code: "token", What: fmt.Sprintf("signed with the auth token of account %q, which is not the one that AccountSid names", k.name),
		Hint: "exchange the tokens if they stand at the wrong account: a subaccount signs with its own", Setting: "account." + k.name + ".auth_tokens"}, true
}

// secretText tries the spellings that a copied token gets.
func (d *doctor) secretText() (Finding, bool) {
	for _, k := range d.keys {
		secret := k.reveal()
		for _, other := range []struct{ what, secret string }{
			{"has spaces or a line end around it", strings.TrimSpace(secret)},
			{"has quotes around it", strings.Trim(strings.TrimSpace(secret), `"'`)},
			{"is not in lower case", strings.ToLower(secret)},
			{"is not in upper case", strings.ToUpper(secret)},
			{"lacks the line end with which the signer uses it", secret + "\n"},
		} {
			if other.secret != secret && d.signedBy(k.algorithm, other.secret) {
				return Finding{Code: "token-text", What: fmt.Sprintf("the secret of account %q %s", k.name, other.what),
					Hint: "write it exactly as Twilio's console shows it", Setting: k.setting()}, true
			}
		}
	}
	return Finding{}, false
}

// algorithm tries the other hash with every key.
func (d *doctor) algorithm() (Finding, bool) {
	for _, k := range d.keys {
		other := AlgorithmSHA256
		if k.algorithm == other {
			other = AlgorithmSHA1
		}
		if d.signedBy(other, k.reveal()) {
			return Finding{Code: "algorithm", What: fmt.Sprintf("signed with HMAC-%s, but the key of account %q is used with %s", other, k.name, k.algorithm),
				Hint: "an auth token signs with sha1; a shared key has the algorithm that its settings at Twilio say", Setting: "account." + k.name + ".shared_keys"}, true
		}
	}
	return Finding{}, false
}

func (d *doctor) signedBy(algorithm, secret string) bool {
	k, err := newKey(algorithm, router.Secret(secret))
	return err == nil && d.anySigner([]*key{k}, d.tails) != nil
}

// setting is the configuration key that holds k.
func (k *key) setting() string {
	if k.sid != "" {
		return "account." + k.name + ".shared_keys"
	}
	return "account." + k.name + ".auth_tokens"
}
