package webhook

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// verify decides whether the request is let in, in this order: 401, 403. The
// verdict holds the parameters that were signed, also where the route lets a
// wrong signature through.
func (d *Door) verify(req *request) (twilio.Verdict, router.Verified, *refusal) {
	req.prep = d.prepare(req.gen)
	if auth := req.site.BasicAuth(); auth != nil && !allowed(req.http, auth) {
		d.turnAway(req, http.StatusUnauthorized, twilio.Finding{Code: "basic-auth", Setting: "route.NAME.basic_auth", What: "user or password of the route's basic_auth is missing or wrong"})
		return twilio.Verdict{}, "", refuse(http.StatusUnauthorized, "this path wants a user and a password").
			with("WWW-Authenticate", `Basic realm="twirouter", charset="UTF-8"`)
	}
	signed := d.signed(req)
	if req.site.Verify() == router.VerifyOff {
		params, err := signed.Params()
		if err != nil {
			return twilio.Verdict{}, "", refuse(http.StatusRequestEntityTooLarge, "%v", err)
		}
		return twilio.Verdict{Params: params}, router.VerifiedOff, nil
	}
	v := req.prep.keys.Verify(signed)
	if v.OK() {
		return v, router.VerifiedYes, nil
	}
	finding := d.examine(req, signed, v)
	id := d.turnAway(req, http.StatusForbidden, finding)
	if req.site.Verify() == router.VerifyReport && v.Reason != twilio.TooManyParameters {
		return v, router.VerifiedFailed, nil
	}
	return v, "", refuse(http.StatusForbidden, "the signature does not verify; the log has the reason under %s", id)
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

// examinationsPerSecond is how many refusals the doctor looks at: he tries many
// spellings, and a stranger must not be able to keep him busy.
const examinationsPerSecond = 5

// examine says why the signature was refused.
func (d *Door) examine(req *request, signed *twilio.Request, v twilio.Verdict) twilio.Finding {
	if !d.doctor.take(d.now()) {
		return twilio.Finding{Code: string(v.Reason), What: "refused (" + string(v.Reason) + "); not examined, for there were too many refusals in this second"}
	}
	clues := twilio.NewClues(func(name string) []string {
		if name == "Host" {
			return []string{req.http.Host}
		}
		return req.http.Header.Values(name)
	})
	for _, r := range req.gen.Routes {
		if r.Overrides != "" {
			clues.Fragments = append(clues.Fragments, r.Overrides)
		}
	}
	if user, password, ok := req.http.BasicAuth(); ok {
		clues.User = user + ":" + password
	}
	return twilio.Explain(signed, req.prep.keys, clues)
}

// turnAway records a refusal and returns the id that ties the answer to it.
func (d *Door) turnAway(req *request, status int, f twilio.Finding) string {
	d.counts.Refused.Add(1)
	r := router.Refusal{
		ID: d.ids.Next(), At: d.now(), Path: req.path, Remote: req.http.RemoteAddr, Status: status,
		Code: f.Code, Finding: f.What, Hint: f.Hint, Setting: f.Setting,
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(req.http.Context()), time.Second)
	defer cancel()
	if err := d.refusals.Refuse(ctx, r); err != nil {
		d.log.Warn("a refusal could not be recorded", "refusal", r.ID, "error", err)
	}
	d.watch.Refused(r)
	return r.ID
}

// budget lets a number of things happen each second.
type budget struct {
	perSecond int

	mu     sync.Mutex
	second int64
	used   int
}

func (b *budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := now.Unix(); s != b.second {
		b.second, b.used = s, 0
	}
	b.used++
	return b.used <= b.perSecond
}
