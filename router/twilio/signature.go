package twilio

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"twirouter/router"
)

// The headers that carry a signature and the SID of the shared key that made it.
const (
	HeaderSignature = "X-Twilio-Signature"
	HeaderKeySID    = "X-Twilio-Signature-Key-Sid"
)

// bodyHash is the query parameter in which a body that is no form is signed.
const bodyHash = "bodySHA256"

// hashBudget is how many bytes one verification hashes at most, all keys and
// candidates together; every try counts tryCost on top. It is some thousand
// times what an honest request needs, and a stranger can not ask for more.
const (
	hashBudget = 16 << 20
	tryCost    = 256
)

// Request is what verification needs of an HTTP request, all as received.
type Request struct {
	Method      string
	Target      Target
	ContentType string
	Body        []byte
	Signatures  []string // every X-Twilio-Signature header
	KeySIDs     []string // every X-Twilio-Signature-Key-Sid header
	WebSocket   bool     // a WebSocket handshake: Twilio signs wss for https
	Limits      Limits
}

// Reason is why a request was refused; "" if it was not.
type Reason string

// The reasons. Mismatch is the one that wants the doctor; the others say what
// is wrong by themselves.
const (
	BadMethod         Reason = "method"             // neither GET nor POST
	NoSignature       Reason = "no-signature"       // the header is absent or empty
	SeveralSignatures Reason = "several-signatures" // which of them counts cannot be known
	SeveralKeys       Reason = "several-keys"       // more than one key is named
	Multipart         Reason = "multipart"          // Twilio never sends it
	BodyOnGet         Reason = "body-on-get"        // a GET signs its URL alone: its body is nobody's
	TooManyParameters Reason = "too-many-parameters"
	NoTarget          Reason = "no-url"          // no origin: neither public_url nor Host
	NoKey             Reason = "no-key"          // no token to verify with
	UnknownAccount    Reason = "unknown-account" // AccountSid is not configured
	UnknownKey        Reason = "unknown-key"     // the shared key is not configured
	ForeignKey        Reason = "foreign-key"     // the shared key is another account's than AccountSid
	NoBodyHash        Reason = "no-body-hash"    // not a form, and the URL carries no bodySHA256
	BodyChanged       Reason = "body-changed"    // the URL is genuine, the body is not the one it names
	Mismatch          Reason = "signature"       // no key and no spelling of the URL fits
	TooMuchWork       Reason = "too-much-work"   // none fitted before the bound on hashing was reached
)

// Verdict is the outcome of a verification.
type Verdict struct {
	Reason Reason // "" if the signature is right
	// Account is the SID of the account whose key fitted, Name its name in the
	// configuration. Both are empty in a refusal.
	Account string
	Name    string
	// Token is the index of the token that fitted among its account's, -1 for a
	// shared key, whose SID is then KeySID.
	Token  int
	KeySID string
	// Candidate is the spelling of the URL that was signed.
	Candidate Candidate
	// Params are the parameters of the form, or of the query of a GET, in order:
	// for a form exactly those that were signed. They are set in a refusal too,
	// for routes that only report.
	Params router.Params
}

// OK reports whether the request is Twilio's.
func (v Verdict) OK() bool { return v.Reason == "" }

// mediaType returns the media type of a Content-Type, in lower case.
func mediaType(contentType string) string {
	contentType, _, _ = strings.Cut(contentType, ";")
	return strings.ToLower(strings.Trim(contentType, " \t"))
}

// IsForm reports whether contentType is that of a form; case and charset do not
// count.
func IsForm(contentType string) bool {
	return mediaType(contentType) == "application/x-www-form-urlencoded"
}

// IsMultipart reports whether contentType is one of multipart/….
func IsMultipart(contentType string) bool {
	return strings.HasPrefix(mediaType(contentType), "multipart/")
}

// Params returns Twilio's own parameters: those of a form, or those in the
// query of a GET. Any other body has none. The error is a *PairsError.
func (r *Request) Params() (router.Params, error) {
	switch {
	case r.Method == "GET":
		return ParseForm(Query(r.Target.URI), r.Limits)
	case IsForm(r.ContentType):
		return ParseForm(string(r.Body), r.Limits)
	}
	return nil, nil
}

// Verify decides whether r was signed with one of the keys. It is safe for
// concurrent use and its work is bounded, whatever r holds.
func (k *Keyring) Verify(r *Request) Verdict {
	params, err := r.Params()
	v := Verdict{Params: params}
	if err != nil {
		v.Reason = TooManyParameters
		return v
	}
	form := r.Method == "POST" && IsForm(r.ContentType)
	if v.Reason = r.admissible(); v.Reason != "" {
		return v
	}
	account, _ := params.Lookup("AccountSid")
	keys, reason := k.choose(account, r.KeySIDs)
	if reason != "" {
		v.Reason = reason
		return v
	}
	var sum string
	if r.Method == "POST" && !form {
		var ok bool
		if sum, ok = r.bodyHash(); !ok {
			v.Reason = NoBodyHash
			return v
		}
	}
	s := scratches.Get().(*scratch)
	defer s.release()
	s.load(r.Signatures[0])
	if form {
		s.join(params)
	}
	fitted, candidate, reason := s.try(r, keys)
	switch {
	case reason != "":
		v.Reason = reason
		return v
	case r.Method == "POST" && !form && sum != hexSHA256(r.Body):
		v.Reason = BodyChanged
		return v
	}
	v.Account, v.Name = fitted.account, fitted.name
	if v.Account == router.AnyAccount {
		v.Account = account
	}
	v.Token, v.KeySID, v.Candidate = fitted.index, fitted.sid, candidate
	return v
}

// admissible refuses what needs no key to be refused.
func (r *Request) admissible() Reason {
	switch {
	case r.Method != "GET" && r.Method != "POST":
		return BadMethod
	case r.Method == "GET" && len(r.Body) > 0:
		return BodyOnGet
	case IsMultipart(r.ContentType):
		return Multipart
	case len(r.Signatures) > 1:
		return SeveralSignatures
	case len(r.Signatures) == 0 || r.Signatures[0] == "":
		return NoSignature
	case len(r.Target.Origins) == 0:
		return NoTarget
	}
	return ""
}

// bodyHash returns the first bodySHA256 of the query.
func (r *Request) bodyHash() (string, bool) {
	query, err := ParseForm(Query(r.Target.URI), r.Limits)
	if err != nil {
		return "", false
	}
	return query.Lookup(bodyHash)
}

// Digest returns the SHA-256 of what r signs, with the URL as received: beside
// Twilio's idempotency token it tells a repeated request from another one. A
// body that is no form counts byte by byte, for where nothing is verified
// nothing says that the URL names its hash. params are those of r.
func (r *Request) Digest(params router.Params) (sum [sha256.Size]byte) {
	s := scratches.Get().(*scratch)
	defer s.release()
	s.url, s.tail = s.url[:0], s.tail[:0]
	if len(r.Target.Origins) > 0 {
		s.url = r.Target.appendURL(s.url, r.Target.first(), r.WebSocket)
	} else {
		s.url = append(s.url, r.Target.URI...)
	}
	switch {
	case r.Method == "GET":
	case IsForm(r.ContentType):
		s.join(params)
	default:
		s.tail = append(s.tail, r.Body...)
	}
	s.url = append(s.url, s.tail...)
	return sha256.Sum256(s.url)
}

func hexSHA256(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// scratch is the memory of one verification.
type scratch struct {
	signature []byte
	url       []byte
	tail      []byte // the parameters, sorted and joined
	tail16    []byte // the same in UTF-16 order, where that is another
	order     []router.Param
	spent     int
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// keepScratch is the most memory that goes back to the pool with one scratch.
const keepScratch = 64 << 10

func (s *scratch) load(signature string) {
	s.spent = 0
	s.signature = append(s.signature[:0], signature...)
	s.tail, s.tail16 = s.tail[:0], s.tail16[:0]
}

func (s *scratch) release() {
	clear(s.order[:cap(s.order)])
	if cap(s.tail)+cap(s.tail16)+cap(s.url)+cap(s.signature) <= keepScratch && cap(s.order) <= 1024 {
		scratches.Put(s)
	}
}

// join writes the signed text of params, in the order of their bytes and, if
// there is anything beyond the BMP, in the order of UTF-16 units as well:
// Twilio's libraries disagree there.
func (s *scratch) join(params router.Params) {
	s.order = append(s.order[:0], params...)
	slices.SortFunc(s.order, byBytes)
	s.tail = appendSigned(s.tail[:0], s.order)
	if !slices.ContainsFunc(s.tail, func(c byte) bool { return c >= 0xF0 }) {
		return
	}
	slices.SortFunc(s.order, byUTF16)
	s.tail16 = appendSigned(s.tail16[:0], s.order)
	if string(s.tail16) == string(s.tail) {
		s.tail16 = s.tail16[:0]
	}
}

// try looks for the key and the spelling of the URL that fit.
func (s *scratch) try(r *Request, keys []*key) (*key, Candidate, Reason) {
	first := r.Target.first()
	if k, err := s.fit(r, first, keys); k != nil {
		return k, first, ""
	} else if err != nil {
		return nil, first, TooMuchWork
	}
	for c := range r.Target.Candidates() {
		if c == first {
			continue
		}
		if k, err := s.fit(r, c, keys); k != nil {
			return k, c, ""
		} else if err != nil {
			return nil, c, TooMuchWork
		}
	}
	return nil, first, Mismatch
}

var errSpent = errors.New("hash budget spent")

func (s *scratch) fit(r *Request, c Candidate, keys []*key) (*key, error) {
	s.url = r.Target.appendURL(s.url[:0], c, r.WebSocket)
	for _, k := range keys {
		for _, tail := range [...][]byte{s.tail, s.tail16} {
			if len(tail) == 0 && len(s.tail) > 0 {
				continue
			}
			if s.spent += len(s.url) + len(tail) + tryCost; s.spent > hashBudget {
				return nil, errSpent
			}
			if k.fits(s.url, tail, s.signature) {
				return k, nil
			}
			if len(s.tail) == 0 {
				break
			}
		}
	}
	return nil, nil
}

// appendSigned appends key and value of every parameter of a sorted list, each
// value of a key once.
func appendSigned(buf []byte, sorted []router.Param) []byte {
	for i := range sorted {
		if i > 0 && sorted[i] == sorted[i-1] {
			continue
		}
		buf = append(buf, sorted[i].Key...)
		buf = append(buf, sorted[i].Value...)
	}
	return buf
}

func byBytes(a, b router.Param) int {
	if c := strings.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	return strings.Compare(a.Value, b.Value)
}

func byUTF16(a, b router.Param) int {
	if c := compareUTF16(a.Key, b.Key); c != 0 {
		return c
	}
	return compareUTF16(a.Value, b.Value)
}

// compareUTF16 orders well-formed texts by their UTF-16 code units. That is the
// order of their bytes, save that a character beyond the BMP, whose first unit
// is a surrogate, comes before U+E000 to U+FFFF.
func compareUTF16(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(a) || i == len(b) {
		return cmp.Compare(len(a), len(b))
	}
	for i > 0 && !utf8.RuneStart(a[i]) {
		i--
	}
	x, _ := utf8.DecodeRuneInString(a[i:])
	y, _ := utf8.DecodeRuneInString(b[i:])
	if beyond := x > 0xFFFF; beyond != (y > 0xFFFF) {
		if beyond && y >= 0xE000 {
			return -1
		}
		if !beyond && x >= 0xE000 {
			return 1
		}
	}
	return cmp.Compare(x, y)
}
