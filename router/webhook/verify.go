package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"twirouter/router"
	"twirouter/router/twilio"
)

// verify decides whether the request is let in, in this order: 401, 403. The
// verdict holds the parameters that were signed, also where the route lets a
// wrong signature through.
func (d *Door) verify(req *request) (twilio.Verdict, router.Verified, *refusal) {
	req.prep = d.prepare(req.gen)
	if auth := req.site.BasicAuth(); auth != nil && !allowed(req.http, auth) {
		d.turnAway(req, http.StatusUnauthorized, wrongPassword)
		return twilio.Verdict{}, "", refuse(http.StatusUnauthorized, "this path wants a user and a password").
			with("WWW-Authenticate", `Basic realm="twirouter", charset="UTF-8"`)
	}
	signed := d.signed(req)
	if req.site.Verify() == router.VerifyOff {
		params, err := signed.Params()
		if err != nil {
			return twilio.Verdict{}, "", d.tooMany(err)
		}
		return twilio.Verdict{Params: params}, router.VerifiedOff, nil
	}
	v := req.prep.keys.Verify(signed)
	switch {
	case v.OK():
		return v, router.VerifiedYes, nil
	case v.Reason == twilio.TooManyParameters:
		_, err := signed.Params()
		return v, "", d.tooMany(err)
	case req.site.Verify() == router.VerifyReport:
		d.report(req, signed, v)
		return v, router.VerifiedFailed, nil
	}
	text := "the signature does not verify"
	if id := d.forge(req, signed, v); id != "" {
		text += "; the log has the reason under " + id
	}
	return v, "", refuse(http.StatusForbidden, text)
}

// tooMany refuses a request whose parameters cannot all be read: what was left
// out could not be verified.
func (d *Door) tooMany(err error) *refusal {
	d.counts.Malformed.Add(1)
	return refuse(http.StatusRequestEntityTooLarge, err.Error())
}

func (d *Door) signed(req *request) *twilio.Request {
	h := req.http.Header
	s := &twilio.Request{
		Method:      req.http.Method,
		ContentType: h.Get("Content-Type"),
		Body:        req.body,
		Signatures:  h[twilio.HeaderSignature],
		KeySIDs:     h[twilio.HeaderKeySID],
		WebSocket:   strings.EqualFold(h.Get("Upgrade"), "websocket"),
		Target:      twilio.Target{URI: req.uri, Origins: req.prep.origins},
	}
	if len(s.Target.Origins) == 0 {
		s.Target.Origins = []twilio.Origin{req.prep.arrived(req.http)}
	}
	for _, r := range req.site.Routes {
		if r.Overrides != "" {
			s.Target.Fragments = append(s.Target.Fragments, r.Overrides)
		}
	}
	return s
}

// allowed compares user and password in a time that does not tell how much of
// them was right, nor how long they are.
func allowed(r *http.Request, want *router.BasicAuth) bool {
	user, password, ok := r.BasicAuth()
	u, p := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))
	wu, wp := sha256.Sum256([]byte(want.User)), sha256.Sum256([]byte(want.Password.Reveal()))
	return ok && subtle.ConstantTimeCompare(u[:], wu[:])&subtle.ConstantTimeCompare(p[:], wp[:]) == 1
}
