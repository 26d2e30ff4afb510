package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"sync"

	"twirouter/router"
)

// The algorithms of shared keys. Auth tokens always sign with AlgorithmSHA1.
const (
	AlgorithmSHA1   = "sha1"
	AlgorithmSHA256 = "sha256"
)

// Keyring holds the keys of every account, ready for use. It never changes and
// may be used by many goroutines; no formatting shows a key.
type Keyring struct {
	accounts []ring
	bySID    map[string]int
	tokens   []*key
	shared   map[string]*key
}

type ring struct {
	sid, name string
	tokens    []*key
}

// key is one secret. It keeps the secret in closures, which formatting by
// reflection cannot look into.
type key struct {
	sid       string // of a shared key
	account   string // its SID
	name      string // of the account
	index     int    // among the account's tokens
	algorithm string
	reveal    func() string
	macs      sync.Pool
}

// NewKeyring prepares the keys of accounts. It refuses an empty secret, with
// which anyone could sign, an unknown algorithm, and an account or shared key
// that is there twice.
func NewKeyring(accounts []router.Account) (*Keyring, error) {
	k := &Keyring{bySID: map[string]int{}, shared: map[string]*key{}}
	for _, a := range accounts {
		if a.SID == "" {
			return nil, fmt.Errorf("account %q has no SID", a.Name)
		}
		if _, ok := k.bySID[a.SID]; ok {
			return nil, fmt.Errorf("account %q: the SID %s is there twice", a.Name, a.SID)
		}
		r := ring{sid: a.SID, name: a.Name}
		for i, token := range a.Tokens {
			one, err := newKey(AlgorithmSHA1, token)
			if err != nil {
				return nil, fmt.Errorf("account %q, auth token %d: %w", a.Name, i+1, err)
			}
			one.account, one.name, one.index = a.SID, a.Name, i
			r.tokens = append(r.tokens, one)
		}
		for _, s := range a.SharedKeys {
			one, err := newKey(s.Algorithm, s.Secret)
			switch {
			case err != nil:
				return nil, fmt.Errorf("account %q, shared key %s: %w", a.Name, s.SID, err)
			case s.SID == "":
				return nil, fmt.Errorf("account %q: a shared key has no SID", a.Name)
			case k.shared[s.SID] != nil:
				return nil, fmt.Errorf("account %q: the shared key %s is there twice", a.Name, s.SID)
			}
			one.sid, one.account, one.name, one.index = s.SID, a.SID, a.Name, -1
			k.shared[s.SID] = one
		}
		k.bySID[a.SID] = len(k.accounts)
		k.accounts = append(k.accounts, r)
		k.tokens = append(k.tokens, r.tokens...)
	}
	return k, nil
}

// Empty reports whether there is no key at all: nothing can be verified.
func (k *Keyring) Empty() bool {
	return k == nil || len(k.tokens) == 0 && len(k.shared) == 0
}

// Format prints how many keys there are, whatever the verb.
func (k *Keyring) Format(f fmt.State, _ rune) {
	if k == nil {
		_, _ = io.WriteString(f, "twilio.Keyring(none)")
		return
	}
	_, _ = fmt.Fprintf(f, "twilio.Keyring(%d accounts, %d tokens, %d shared keys)", len(k.accounts), len(k.tokens), len(k.shared))
}

// choose returns the keys that may have signed a request: the shared key that
// it names and none beside it; else the tokens of the account that it names;
// else, where it names no account, the tokens of all.
func (k *Keyring) choose(account string, keySIDs []string) ([]*key, Reason) {
	if k.Empty() {
		return nil, NoKey
	}
	at, known := k.bySID[account]
	if !known {
		at, known = k.bySID[router.AnyAccount]
	}
	if account != "" && !known {
		return nil, UnknownAccount
	}
	switch len(keySIDs) {
	case 0:
	case 1:
		one := k.shared[keySIDs[0]]
		switch {
		case one == nil:
			return nil, UnknownKey
		case account != "" && one.account != k.accounts[at].sid:
			return nil, ForeignKey
		}
		return []*key{one}, ""
	default:
		return nil, SeveralKeys
	}
	tokens := k.tokens
	if account != "" {
		tokens = k.accounts[at].tokens
	}
	if len(tokens) == 0 {
		return nil, NoKey
	}
	return tokens, ""
}

func newKey(algorithm string, secret router.Secret) (*key, error) {
	var digest func() hash.Hash
	switch algorithm {
	case AlgorithmSHA1:
		digest = sha1.New
	case AlgorithmSHA256:
		digest = sha256.New
	default:
		return nil, fmt.Errorf("algorithm %q is neither %s nor %s", algorithm, AlgorithmSHA1, AlgorithmSHA256)
	}
	if secret == "" {
		return nil, fmt.Errorf("the secret is empty")
	}
	k := &key{algorithm: algorithm, reveal: secret.Reveal}
	k.macs.New = func() any { return &mac{Hash: hmac.New(digest, []byte(secret.Reveal()))} }
	return k, nil
}

// mac is a keyed hash that is used again and again: Reset brings back the state
// after the key, so that only the message is hashed.
type mac struct {
	hash.Hash
	sum  [sha256.Size]byte
	text [44]byte // base64 of the longest sum
}

// sign computes the signature of head followed by tail into m.
func (m *mac) sign(head, tail []byte) []byte {
	m.Reset()
	_, _ = m.Write(head)
	_, _ = m.Write(tail)
	sum := m.Sum(m.sum[:0])
	text := m.text[:base64.StdEncoding.EncodedLen(len(sum))]
	base64.StdEncoding.Encode(text, sum)
	return text
}

// fits reports whether signature is, as text, that of head followed by tail.
func (k *key) fits(head, tail, signature []byte) bool {
	m := k.macs.Get().(*mac)
	defer k.macs.Put(m)
	return subtle.ConstantTimeCompare(m.sign(head, tail), signature) == 1
}
