package twilio

import (
	"fmt"
	"strings"

	"twirouter/router"
)

// doctorBudget is how many bytes Explain hashes at most, counted as hashBudget
// is: some ten milliseconds.
const doctorBudget = 16 << 20

// Finding is why a request was refused, and what mends it. Nothing in it is
// secret: no key, no signature, no password, no value of a parameter.
type Finding struct {
	Code    string // one word; a Reason, or what the doctor found to differ
	What    string // what is wrong, for people
	Hint    string // what to do about it
	Setting string // the configuration key that mends it, "" if none does
}

// Clues are what the HTTP request tells beyond Request, believed or not: what
// the doctor may try, though the verifier must not.
type Clues struct {
	Schemes   []string // X-Forwarded-Proto and the like
	Hosts     []string // Host, X-Forwarded-Host and the like
	Ports     []string // X-Forwarded-Port, without a colon
	Prefixes  []string // X-Forwarded-Prefix
	Fragments []string // overrides of any route, without "#"
	User      string   // "user:password" of basic auth: what Twilio makes of userinfo
}

// mostClues bounds what a stranger's headers make the doctor try.
const mostClues = 8

// NewClues reads the headers of proxies; header returns all values of a name.
func NewClues(header func(name string) []string) Clues {
	var c Clues
	add := func(list *[]string, value string) {
		value = strings.Trim(value, ` "`)
		if value != "" && len(*list) < mostClues {
			*list = append(*list, value)
		}
	}
	for _, h := range []struct {
		name string
		list *[]string
	}{
		{"X-Forwarded-Proto", &c.Schemes}, {"X-Forwarded-Scheme", &c.Schemes}, {"X-Forwarded-Host", &c.Hosts},
		{"X-Original-Host", &c.Hosts}, {"Host", &c.Hosts}, {"X-Forwarded-Port", &c.Ports}, {"X-Forwarded-Prefix", &c.Prefixes},
	} {
		for _, line := range header(h.name) {
			for _, value := range strings.Split(line, ",") {
				add(h.list, value)
			}
		}
	}
	for _, line := range header("Forwarded") {
		for _, pair := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' }) {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			switch strings.ToLower(name) {
			case "proto":
				add(&c.Schemes, value)
			case "host":
				add(&c.Hosts, value)
			}
		}
	}
	return c
}

// Explain says why r is refused: it changes one thing at a time and names the
// change with which the signature would have been right. It is offline and its
// work is bounded, but it is a thousand times a verification: a server limits
// how often it asks. The Code of a right request is "valid", of one for which
// nothing was found "unknown".
func Explain(r *Request, keys *Keyring, clues Clues) Finding {
	v := keys.Verify(r)
	if v.OK() {
		return Finding{Code: "valid", What: "the signature is right (" + v.Candidate.String() + ")"}
	}
	d := newDoctor(r, keys, clues, v.Params)
	switch v.Reason {
	case Mismatch, TooMuchWork:
		for _, try := range mistakes {
			if d.spent > doctorBudget {
				break
			}
			if f, ok := try(d); ok {
				return f
			}
		}
		return d.unknown()
	case UnknownAccount:
		return d.unknownAccount(v.Params.Get("AccountSid"))
	case NoBodyHash:
		return d.noBodyHash()
	case BodyChanged:
		return d.bodyChanged()
	}
	return refusals[v.Reason]
}

// refusals are the findings for which nothing needs to be tried.
var refusals = map[Reason]Finding{
	BadMethod:         {Code: string(BadMethod), What: "the method is neither GET nor POST", Hint: "choose HTTP POST or GET for the webhook in Twilio's console"},
	NoSignature:       {Code: string(NoSignature), What: "there is no " + HeaderSignature + " header", Hint: "the request is not Twilio's, or a proxy drops the header"},
	SeveralSignatures: {Code: string(SeveralSignatures), What: "there is more than one " + HeaderSignature + " header", Hint: "let the proxy pass the header on once"},
	SeveralKeys:       {Code: string(SeveralKeys), What: "there is more than one " + HeaderKeySID + " header", Hint: "let the proxy pass the header on once"},
	Multipart:         {Code: string(Multipart), What: "the body is multipart, which Twilio never sends", Hint: "send a form: application/x-www-form-urlencoded"},
	BodyOnGet:         {Code: string(BodyOnGet), What: "a GET has a body, which no signature covers", Hint: "the request is not Twilio's, or a proxy changed its method"},
	TooManyParameters: {Code: string(TooManyParameters), What: "there are more parameters than are read", Hint: "the request is not Twilio's"},
	NoTarget:          {Code: string(NoTarget), What: "the URL that Twilio called is not known: the request has no Host", Hint: "write down the address that Twilio was given", Setting: "server.public_url"},
	NoKey:             {Code: string(NoKey), What: "there is no auth token to verify with", Hint: "add the account's auth token", Setting: "account.NAME.auth_tokens"},
	UnknownKey:        {Code: string(UnknownKey), What: "the request names a shared key that is not configured", Hint: "add the key that " + HeaderKeySID + " names", Setting: "account.NAME.shared_keys"},
	ForeignKey:        {Code: string(ForeignKey), What: "the shared key is configured for another account than the request's AccountSid", Hint: "move the key to the account that uses it", Setting: "account.NAME.shared_keys"},
}

// mistakes are tried in this order: the signature and its keys, the URL from
// left to right, the parameters, and last what takes two changes.
var mistakes = []func(*doctor) (Finding, bool){
	(*doctor).signatureText, (*doctor).otherKey, (*doctor).secretText, (*doctor).algorithm,
	(*doctor).scheme, (*doctor).userinfo, (*doctor).host, (*doctor).port, (*doctor).prefix, (*doctor).slash,
	(*doctor).queryOrder, (*doctor).escape, (*doctor).fragment, (*doctor).queryAdded,
	(*doctor).bodyAs, (*doctor).values, (*doctor).parameterAdded, (*doctor).origin,
}

// doctor tries changes of one request.
type doctor struct {
	r         *Request
	ring      *Keyring
	keys      []*key // those that count for the request, all where that is not known
	clues     Clues
	params    router.Params
	signature []byte
	bases     []spelling // the URLs that were tried, without raw escapes
	tails     [][]byte   // the parameters as they were tried
	spent     int
}

// mostBases bounds the URLs that each change is applied to.
const mostBases = 16

func newDoctor(r *Request, ring *Keyring, clues Clues, params router.Params) *doctor {
	d := &doctor{r: r, ring: ring, clues: clues, params: params}
	keys, reason := ring.choose(params.Get("AccountSid"), r.KeySIDs)
	if reason != "" && !ring.Empty() {
		keys = ring.tokens
	}
	d.keys = keys
	if len(r.Signatures) > 0 {
		d.signature = []byte(r.Signatures[0])
	}
	for c := range r.Target.Candidates() {
		if c.Escape == 0 && len(d.bases) < mostBases {
			d.bases = append(d.bases, spell(string(r.Target.appendURL(nil, c, r.WebSocket))))
		}
	}
	d.tails = [][]byte{nil}
	if r.Method == "POST" && IsForm(r.ContentType) {
		d.tails = joined(params)
	}
	return d
}

// joined returns the signed text of params in every order that counts.
func joined(params router.Params) [][]byte {
	var s scratch
	s.join(params)
	if len(s.tail16) > 0 {
		return [][]byte{s.tail, s.tail16}
	}
	return [][]byte{s.tail}
}

// signer returns the key among keys that makes the signature of url and tail.
func (d *doctor) signer(keys []*key, url string, tail []byte) *key {
	head := []byte(url)
	for _, k := range keys {
		cost := len(head) + len(tail) + tryCost
		if d.spent+cost > doctorBudget {
			d.spent = doctorBudget + 1
			return nil
		}
		d.spent += cost
		if k.fits(head, tail, d.signature) {
			return k
		}
	}
	return nil
}

// signedURL reports whether url was signed, with the parameters as they came.
func (d *doctor) signedURL(url string) bool {
	for _, tail := range d.tails {
		if d.signer(d.keys, url, tail) != nil {
			return true
		}
	}
	return false
}

// anyURL looks for a change of any base that was signed.
func (d *doctor) anyURL(change func(spelling) []spelling) (was, is spelling, ok bool) {
	for _, base := range d.bases {
		for _, other := range change(base) {
			if other != base && d.signedURL(other.url()) {
				return other, base, true
			}
		}
	}
	return spelling{}, spelling{}, false
}

// anySigner looks for a key of keys that signed any base.
func (d *doctor) anySigner(keys []*key, tails [][]byte) *key {
	for _, base := range d.bases {
		for _, tail := range tails {
			if k := d.signer(keys, base.url(), tail); k != nil {
				return k
			}
		}
	}
	return nil
}

func (d *doctor) unknown() Finding {
	f := Finding{Code: "unknown", What: "no single change makes the signature fit", Setting: "account.NAME.auth_tokens",
		Hint: "compare the auth token and the URL with Twilio's console, letter by letter; or the request is not Twilio's"}
	if d.spent > doctorBudget {
		f.What = "the request is too large to try every change"
	}
	if len(d.bases) > 0 {
		f.What += "; it was checked as " + d.bases[0].place()
	}
	return f
}

func (d *doctor) unknownAccount(sid string) Finding {
	f := Finding{Code: string(UnknownAccount), What: fmt.Sprintf("AccountSid %.40q is not configured", sid),
		Hint: "if it is your subaccount, add it with its own auth token", Setting: "account.NAME.sid"}
	if k := d.anySigner(d.ring.tokens, d.tails); k != nil {
		f.What += fmt.Sprintf("; the request is signed with the token of account %q", k.name)
		f.Hint = "check the sid of that account, or add the other one"
	}
	return f
}

// noBodyHash looks what a body that is neither a form nor hashed is.
func (d *doctor) noBodyHash() Finding {
	if form, err := ParseForm(string(d.r.Body), d.r.Limits); err == nil && len(form) > 0 && d.anySigner(d.keys, joined(form)) != nil {
		return Finding{Code: "content-type", What: fmt.Sprintf("the body was signed as a form, but arrived as %.60q", mediaType(d.r.ContentType)),
			Hint: "let the proxy pass Content-Type on as it is"}
	}
	f := Finding{Code: string(NoBodyHash), What: "the body is not a form, and the URL carries no " + bodyHash,
		Hint: "the request is not Twilio's, or the query was lost on the way"}
	if d.anySigner(d.keys, [][]byte{nil}) != nil {
		f.What += "; the URL alone is signed rightly"
		f.Hint = "let the proxy pass method and Content-Type on as they are: Twilio signed no body"
	}
	return f
}

// bodyChanged looks how a body of which the hash was signed was altered.
func (d *doctor) bodyChanged() Finding {
	f := Finding{Code: string(BodyChanged), What: "the URL is signed rightly, but the body is not the one that it names",
		Hint: "let the proxy pass the body on byte by byte: no re-encoding, no decompression, no trimming"}
	sum, _ := d.r.bodyHash()
	body := string(d.r.Body)
	lf := strings.ReplaceAll(body, "\r\n", "\n")
	for _, c := range []struct{ what, body string }{
		{"a line end was added to the body", strings.TrimRight(body, "\r\n")},
		{"a line end at the body's end was lost", body + "\n"},
		{"spaces around the body were added", strings.TrimSpace(body)},
		{"the body's line ends were LF and are CRLF", lf},
		{"the body's line ends were CRLF and are LF", strings.ReplaceAll(lf, "\n", "\r\n")},
		{"a byte order mark was added to the body", strings.TrimPrefix(body, "\uFEFF")},
		{"the body's byte order mark was cut off", "\uFEFF" + body},
		{"the body was empty", ""},
	} {
		if hexSHA256([]byte(c.body)) == sum {
			f.What = "the URL is signed rightly, but " + c.what
			break
		}
	}
	if strings.EqualFold(sum, hexSHA256(d.r.Body)) {
		f.What = bodyHash + " is in upper case; Twilio writes it in lower case"
		f.Hint = "let the proxy pass the query on as it is"
	}
	return f
}
