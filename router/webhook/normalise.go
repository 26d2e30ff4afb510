package webhook

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// idempotencyToken is the header that Twilio repeats when it tries again.
const idempotencyToken = "I-Twilio-Idempotency-Token"

// credentials are headers that no script and no journal sees.
var credentials = []string{"Authorization", "Proxy-Authorization", twilio.HeaderSignature}

// normalise makes events of a request that was let in.
func (d *Door) normalise(req *request, v twilio.Verdict, verified router.Verified, arrived time.Time) []*router.Event {
	query := twilio.Query(req.uri)
	in := twilio.Input{
		Method:      req.http.Method,
		BaseURL:     req.prep.base,
		Path:        req.path,
		RawQuery:    query,
		ContentType: req.http.Header.Get("Content-Type"),
		Body:        req.body,
		Params:      v.Params,
		Headers:     headers(req.http),
		Step:        step(query),
		Account:     v.Account,
		Verified:    verified,
		Idempotency: req.http.Header.Get(idempotencyToken),
		Received:    arrived,
		NewID:       d.ids.Next,
	}
	if in.BaseURL == "" {
		o := req.prep.arrived(req.http)
		in.BaseURL = o.Scheme + "://" + o.Host
	}
	return twilio.Normalise(&in)
}

// step is the value of ?step=, which names a handler.
func step(query string) string {
	if !strings.Contains(query, "step=") {
		return ""
	}
	params, err := twilio.ParseForm(query, twilio.Limits{})
	if err != nil { // more parameters than any URL of ours has
		return ""
	}
	return params.Get("step")
}

// headers lists the headers by name, without credentials. net/http keeps Host
// apart from them.
func headers(r *http.Request) router.Params {
	out := make(router.Params, 0, len(r.Header)+1)
	if r.Host != "" {
		out = append(out, router.Param{Key: "Host", Value: r.Host})
	}
	for name, values := range r.Header {
		if slices.Contains(credentials, name) {
			continue
		}
		for _, v := range values {
			out = append(out, router.Param{Key: name, Value: v})
		}
	}
	slices.SortStableFunc(out, func(a, b router.Param) int { return strings.Compare(a.Key, b.Key) })
	return out
}
