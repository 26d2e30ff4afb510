package webhook

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// A stranger must not be able to keep the doctor busy, who tries many
// spellings, nor to fill the store and the log.
const (
	examinationsPerSecond = 5
	refusalsPerSecond     = 50
	refuseTimeout         = time.Second // for the store to take one
	longestFinding        = 1000        // bytes of any text of a refusal
	longestPath           = 300
)

// wrongPassword is the finding about basic auth.
var wrongPassword = twilio.Finding{
	Code: "basic-auth", Setting: "route.NAME.basic_auth",
	What: "user or password of the route's basic_auth is missing or wrong",
}

// forge turns away a request whose signature is wrong; the answer does not wait
// for the reason. It returns the id that ties both together, "" if so many are
// refused that this one is only counted.
func (d *Door) forge(req *request, signed *twilio.Request, v twilio.Verdict) string {
	d.counts.Refused.Add(1)
	r, ok := d.refusal(req, http.StatusForbidden)
	if ok {
		d.explain(r, req, signed, v, "")
	}
	return r.ID
}

// report takes note of a wrong signature that is let in.
func (d *Door) report(req *request, signed *twilio.Request, v twilio.Verdict) {
	d.counts.Reported.Add(1)
	if r, ok := d.refusal(req, http.StatusOK); ok {
		d.explain(r, req, signed, v, `let in by verify = "report": `)
	}
}

// turnAway records a refusal that needs no doctor.
func (d *Door) turnAway(req *request, status int, f twilio.Finding) {
	d.counts.Refused.Add(1)
	if r, ok := d.refusal(req, status); ok {
		d.afterwards(r.ID, func() { d.keep(r, f, "") })
	}
}

// refusal begins the record of a refusal, unless there are too many.
func (d *Door) refusal(req *request, status int) (router.Refusal, bool) {
	now := d.now()
	ok, missed := d.kept.take(now)
	if missed > 0 {
		d.log.Warn("there were more refused requests than are recorded", "more", missed)
	}
	if !ok {
		return router.Refusal{}, false
	}
	return router.Refusal{
		ID: d.ids.Next(), At: now, Path: clip(req.path, longestPath), Remote: req.http.RemoteAddr, Status: status,
	}, true
}

// explain finds out why the signature was refused, and records it.
func (d *Door) explain(r router.Refusal, req *request, signed *twilio.Request, v twilio.Verdict, but string) {
	if ok, _ := d.doctor.take(r.At); !ok {
		f := twilio.Finding{Code: string(v.Reason), What: "refused (" + string(v.Reason) + "); not examined, for there were too many refusals in this second"}
		d.afterwards(r.ID, func() { d.keep(r, f, but) })
		return
	}
	clues := clues(req)
	d.afterwards(r.ID, func() { d.keep(r, twilio.Explain(signed, req.prep.keys, clues), but) })
}

func clues(req *request) twilio.Clues {
	c := twilio.NewClues(func(name string) []string {
		if name == "Host" {
			return []string{req.http.Host}
		}
		return req.http.Header.Values(name)
	})
	for _, r := range req.gen.Routes {
		if r.Overrides != "" {
			c.Fragments = append(c.Fragments, r.Overrides)
		}
	}
	if user, password, ok := req.http.BasicAuth(); ok {
		c.User = user + ":" + password
	}
	return c
}

// afterwards does what no answer waits for.
func (d *Door) afterwards(id string, do func()) {
	d.late.begin()
	go func() {
		defer d.late.end()
		defer func() {
			if p := recover(); p != nil {
				d.panicked(id, p)
			}
		}()
		do()
	}()
}

// keep records a refusal and tells of it.
func (d *Door) keep(r router.Refusal, f twilio.Finding, but string) {
	r.Code, r.Finding, r.Hint, r.Setting = f.Code, clip(but+f.What, longestFinding), clip(f.Hint, longestFinding), f.Setting
	ctx, cancel := context.WithTimeout(context.Background(), refuseTimeout)
	defer cancel()
	if err := d.refusals.Refuse(ctx, r); err != nil {
		d.log.Warn("a refusal could not be recorded", "refusal", r.ID, "error", err)
	}
	d.watch.Refused(r)
}

// panicked logs a panic under the id of an event or a refusal.
func (d *Door) panicked(id string, p any) {
	d.counts.Panics.Add(1)
	d.log.Error("panic at the door", "event", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}

// clip cuts what a stranger may make long.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// budget lets a number of things happen each second.
type budget struct {
	perSecond int

	mu     sync.Mutex
	second int64
	used   int
}

// take reports whether one more may happen now; missed is how many could not
// in the second of the last call, if that is over.
func (b *budget) take(now time.Time) (ok bool, missed int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	// Who took his time a moment before another may come after him; a clock that
	// was set back is another matter.
	if s := now.Unix(); s > b.second || s < b.second-5 {
		missed = max(b.used-b.perSecond, 0)
		b.second, b.used = s, 0
	}
	b.used++
	return b.used <= b.perSecond, missed
}
