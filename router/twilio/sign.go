package twilio

import (
	"strings"

	"twirouter/router"
)

// Credential signs as Twilio does: an auth token, or a shared key if KeySID is
// set.
type Credential struct {
	KeySID    string
	Algorithm string // "" is sha1
	Secret    router.Secret
}

// Message is a signed request, ready to be sent. URL is the one that was
// signed: userinfo and fragment in it are not to be sent.
type Message struct {
	Method      string
	URL         string
	ContentType string
	Body        []byte
	Signature   string
	KeySID      string
}

// Sign returns the signature of url and params, whatever the method: for a GET
// and for JSON params is nil. The error says that the credential cannot sign.
func (c Credential) Sign(url string, params router.Params) (string, error) {
	algorithm := c.Algorithm
	if algorithm == "" {
		algorithm = AlgorithmSHA1
	}
	k, err := newKey(algorithm, c.Secret)
	if err != nil {
		return "", err
	}
	s := new(scratch)
	whole := make(router.Params, len(params))
	for i, p := range params {
		whole[i] = router.Param{Key: wellFormed(p.Key), Value: wellFormed(p.Value)}
	}
	s.join(whole)
	m := k.macs.Get().(*mac)
	return string(m.sign([]byte(url), s.tail)), nil
}

// SignForm makes the POST that carries params as a form.
func (c Credential) SignForm(url string, params router.Params) (Message, error) {
	return c.message(Message{Method: "POST", URL: url, ContentType: "application/x-www-form-urlencoded; charset=UTF-8", Body: []byte(EncodeForm(params))}, params)
}

// SignGet makes the GET of url with params added to its query.
func (c Credential) SignGet(url string, params router.Params) (Message, error) {
	return c.message(Message{Method: "GET", URL: addQuery(url, EncodeForm(params))}, nil)
}

// SignJSON makes the POST of body, of whose bytes the URL then carries the hash.
func (c Credential) SignJSON(url string, body []byte) (Message, error) {
	url = addQuery(url, bodyHash+"="+hexSHA256(body))
	return c.message(Message{Method: "POST", URL: url, ContentType: "application/json", Body: body}, nil)
}

func (c Credential) message(m Message, params router.Params) (Message, error) {
	signature, err := c.Sign(m.URL, params)
	m.Signature, m.KeySID = signature, c.KeySID
	return m, err
}

// addQuery puts query behind the query of url and before its fragment.
func addQuery(url, query string) string {
	if query == "" {
		return url
	}
	url, fragment, fragmented := strings.Cut(url, "#")
	switch {
	case !strings.Contains(url, "?"):
		url += "?"
	case !strings.HasSuffix(url, "?") && !strings.HasSuffix(url, "&"):
		url += "&"
	}
	url += query
	if fragmented {
		url += "#" + fragment
	}
	return url
}

// EncodeForm writes params in order, encoded as Twilio does: "+" for a space,
// "%XX" for all but letters, digits and "*-._".
func EncodeForm(params router.Params) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		encode(&b, p.Key)
		b.WriteByte('=')
		encode(&b, p.Value)
	}
	return b.String()
}

func encode(b *strings.Builder, s string) {
	const hexdigits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("*-._", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			b.WriteByte('%')
			b.WriteByte(hexdigits[c>>4])
			b.WriteByte(hexdigits[c&15])
		}
	}
}
