package twilio

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"

	"twirouter/router"
)

// longestKey is the most bytes of a natural key, an order key or a SID within
// one; what is longer is known by its hash.
const longestKey = 200

func bounded(key string) string {
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// naturalKey joins what identifies the fact itself, whatever request tells of
// it. It is "" if the row has no such key, or if one of its parts was not sent:
// half a key would make one of different facts.
func (c *compiledRow) naturalKey(f *fields, in *Input, element int) string {
	if len(c.key) == 0 {
		return ""
	}
	if len(c.key) == 1 && !c.key[0].request {
		return bounded(f.get(c.key[0].from))
	}
	var room [128]byte
	buf := room[:0]
	for i := range c.key {
		part := &c.key[i]
		value := f.get(part.from)
		switch {
		case value == "" && part.request:
			value = in.fingerprint(element)
		case value == "" && !part.optional:
			return ""
		}
		if i > 0 {
			buf = append(buf, '+')
		}
		buf = appendKeyPart(buf, value)
	}
	return bounded(string(buf))
}

// appendKeyPart keeps a "+" in a value from looking like the one between parts.
func appendKeyPart(buf []byte, value string) []byte {
	if !strings.ContainsAny(value, "+%") {
		return append(buf, value...)
	}
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '+':
			buf = append(buf, "%2B"...)
		case '%':
			buf = append(buf, "%25"...)
		default:
			buf = append(buf, value[i])
		}
	}
	return buf
}

// requestKey tells one request from another where the fact itself has no key:
// Twilio sends the same idempotency token with every attempt of one request. A
// request without a token has no key, for a new one may look the same.
func (in *Input) requestKey(element int) string {
	if in.Idempotency == "" {
		return ""
	}
	return "request+" + in.fingerprint(element)
}

// fingerprint is the token of the request and the hash of what was signed: the
// URL, and the parameters whatever their order. A body that is no form is
// signed by its hash.
func (in *Input) fingerprint(element int) string {
	p := prints.Get().(*requestPrint)
	p.text = p.text[:0]
	p.add(in.Idempotency)
	p.add(in.Path)
	p.add(in.RawQuery)
	switch {
	case in.Method == "GET":
	case IsForm(in.ContentType):
		p.order = append(p.order[:0], in.Params...)
		slices.SortFunc(p.order, byBytes)
		for i := range p.order {
			p.add(p.order[i].Key)
			p.add(p.order[i].Value)
		}
	default:
		if in.bodySum == nil {
			sum := sha256.Sum256(in.Body)
			in.bodySum = sum[:]
		}
		p.text = append(p.text, in.bodySum...)
	}
	sum := sha256.Sum256(p.text)
	p.release()
	var room [2*16 + 8]byte
	key := hex.AppendEncode(room[:0], sum[:16])
	if element > 0 {
		key = strconv.AppendInt(append(key, '+'), int64(element), 10)
	}
	return string(key)
}

// requestPrint is the memory of one fingerprint.
type requestPrint struct {
	order []router.Param
	text  []byte
}

var prints = sync.Pool{New: func() any { return new(requestPrint) }}

// add appends a text after its length, so that no two lists of texts look alike.
func (p *requestPrint) add(s string) {
	p.text = binary.AppendUvarint(p.text, uint64(len(s)))
	p.text = append(p.text, s...)
}

func (p *requestPrint) release() {
	clear(p.order[:cap(p.order)])
	if cap(p.text) <= keepScratch && cap(p.order) <= 1024 {
		prints.Put(p)
	}
}
