package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"twirouter/router"
	"twirouter/router/twilio"
)

// formType is the Content-Type of what Twilio posts, unless it is JSON.
const formType = "application/x-www-form-urlencoded"

// arrival is what a request file describes, come to a generation as it would
// come to the server.
type arrival struct {
	from    *capture
	gen     *router.Generation
	signed  *twilio.Request // nil for an event
	served  *twilio.Request // the same as the server sees it, if public_url says where that is
	clues   twilio.Clues
	base    string // scheme://[userinfo@]host[/prefix], for at()
	path    string
	refused string // why the door would turn it away before it looks at the signature
	events  []*router.Event
}

// arrive finds where a captured request came to. url stands for the one in the
// file; the parts that it leaves out, path and query, are the file's. The error
// is router.Problems or a failure.
func arrive(g *router.Generation, from *capture, url string) (*arrival, error) {
	a := &arrival{from: from, gen: g}
	if from.event != nil {
		return a, nil
	}
	target, problem := a.target(url)
	if problem != nil {
		return nil, router.Problems{*problem}
	}
	a.signed = &twilio.Request{
		Method: from.method, Target: target, ContentType: first(from.header("Content-Type")), Body: from.body,
		Signatures: from.header(twilio.HeaderSignature), KeySIDs: from.header(twilio.HeaderKeySID),
		WebSocket: strings.EqualFold(first(from.header("Upgrade")), "websocket"),
	}
	if url != "" || !strings.HasPrefix(from.target, "/") {
		a.asServed()
	}
	a.clues = twilio.NewClues(from.header)
	for _, r := range g.Routes {
		if r.Overrides != "" {
			a.clues.Fragments = append(a.clues.Fragments, r.Overrides)
		}
	}
	a.clues.User, _ = a.basicAuth()
	a.refused = a.refusal()
	return a, nil
}

// target says which URLs Twilio may have signed, and finds base and path.
func (a *arrival) target(url string) (twilio.Target, *router.Problem) {
	target := a.from.target
	if url != "" {
		target = completed(url, target)
	}
	if strings.HasPrefix(target, "/") {
		return a.received(target)
	}
	t, err := parseURL(target)
	if err != nil {
		return t, a.from.wrong(err.Error(), "the whole URL that Twilio called")
	}
	o := &t.Origins[0]
	complete := o.User != "" || len(t.Fragments) > 0
	path, _, _ := strings.Cut(t.URI, "?")
	a.base, a.path = base(a.gen, *o), path
	if path == "" {
		a.path = "/"
	}
	for _, public := range origins(a.gen) {
		if !strings.EqualFold(public.Scheme, o.Scheme) || !strings.EqualFold(public.Host, o.Host) {
			continue
		}
		if below, ok := strings.CutPrefix(path, public.Prefix+"/"); ok && public.Prefix != "" && a.gen.Site("/"+below) != nil {
			a.path = "/" + below // a proxy cuts the prefix off
		}
		if !complete {
			o.User = public.User
		}
	}
	if !complete { // what Twilio signs but never sends is not in it
		t.Exact, t.Fragments = false, a.fragments()
	}
	return t, nil
}

// parseURL reads a URL that Twilio may have called.
func parseURL(url string) (twilio.Target, error) {
	t, err := twilio.ParseTarget(url)
	if err != nil {
		return t, err
	}
	switch strings.ToLower(t.Origins[0].Scheme) {
	case "http", "https", "ws", "wss":
		return t, nil
	}
	return t, fmt.Errorf("the scheme %.20q is none of Twilio's", t.Origins[0].Scheme)
}

// received is the target of a request that was captured without its URL: the
// server knows it from public_url, else by its Host; which scheme it had then
// nothing tells.
func (a *arrival) received(uri string) (twilio.Target, *router.Problem) {
	t := twilio.Target{URI: uri, Origins: origins(a.gen)}
	a.path, _, _ = strings.Cut(uri, "?")
	if len(t.Origins) == 0 {
		host := first(a.from.header("Host"))
		if host == "" {
			return t, a.from.wrong("nothing tells which host Twilio called", "add a Host header, or write the whole URL")
		}
		t.Origins = []twilio.Origin{{Scheme: "https", Host: host}, {Scheme: "http", Host: host}}
	}
	a.base = base(a.gen, t.Origins[0])
	t.Fragments = a.fragments()
	return t, nil
}

// asServed keeps the request as the server would verify it: whatever URL was
// captured, it knows its own from public_url.
func (a *arrival) asServed() {
	served := *a.signed
	served.Target = twilio.Target{Origins: origins(a.gen), URI: a.path, Fragments: a.fragments()}
	if _, query, ok := strings.Cut(a.signed.Target.URI, "?"); ok {
		served.Target.URI += "?" + query
	}
	if len(served.Target.Origins) > 0 {
		a.served = &served
	}
}

// fragments are the overrides of the routes with the request's path.
func (a *arrival) fragments() []string {
	var out []string
	if site := a.gen.Site(a.path); site != nil {
		for _, r := range site.Routes {
			if r.Overrides != "" && !slices.Contains(out, r.Overrides) {
				out = append(out, r.Overrides)
			}
		}
	}
	return out
}

// completed puts path and query of target behind a url that has none.
func completed(url, target string) string {
	uri := target
	if !strings.HasPrefix(uri, "/") {
		uri = twilio.CutURI(uri)
	}
	uri, _, _ = strings.Cut(uri, "#")
	path, query, asked := strings.Cut(uri, "?")
	url, fragment, more := strings.Cut(url, "#")
	_, rest, _ := strings.Cut(url, "://")
	if !strings.ContainsAny(rest, "/?") {
		url += path
	}
	if asked && !strings.Contains(url, "?") {
		url += "?" + query
	}
	if more {
		url += "#" + fragment
	}
	return url
}

// origins are those of public_url.
func origins(g *router.Generation) []twilio.Origin {
	var out []twilio.Origin
	for _, u := range g.Server.PublicURLs {
		if o, err := twilio.ParseOrigin(u); err == nil { // the configuration has checked it
			out = append(out, o)
		}
	}
	return out
}

// base is the public URL that scripts print, or what a request came to.
func base(g *router.Generation, came twilio.Origin) string {
	if len(g.Server.PublicURLs) > 0 {
		return strings.TrimRight(g.Server.PublicURLs[0], "/")
	}
	scheme := strings.ToLower(came.Scheme)
	if scheme == "ws" || scheme == "wss" {
		scheme = strings.Replace(scheme, "ws", "http", 1)
	}
	if came.User != "" {
		return scheme + "://" + came.User + "@" + came.Host
	}
	return scheme + "://" + came.Host
}

// basicAuth is "user:password" of the request.
func (a *arrival) basicAuth() (string, bool) {
	scheme, text, _ := strings.Cut(first(a.from.header("Authorization")), " ")
	if !strings.EqualFold(scheme, "basic") {
		return "", false
	}
	user, err := base64.StdEncoding.DecodeString(text)
	return string(user), err == nil
}

// refusal says what the door answers before it looks at the signature, "" if it
// goes on.
func (a *arrival) refusal() string {
	site := a.gen.Site(a.path)
	switch {
	case site == nil:
		return "404: no route has the path " + a.path
	case !slices.Contains(site.Methods(), a.from.method):
		return fmt.Sprintf("405: %s takes %s, not %s", site.Path, strings.Join(site.Methods(), " and "), a.from.method)
	case a.gen.Server.MaxBody > 0 && int64(len(a.from.body)) > a.gen.Server.MaxBody:
		return fmt.Sprintf("413: the body has %d bytes, server.max_body is %d", len(a.from.body), a.gen.Server.MaxBody)
	case twilio.IsMultipart(a.signed.ContentType):
		return "415: the body is multipart, which Twilio never sends"
	}
	if want := site.BasicAuth(); want != nil {
		got, _ := a.basicAuth()
		right := want.User + ":" + want.Password.Reveal()
		if subtle.ConstantTimeCompare([]byte(got), []byte(right)) != 1 {
			return "401: user or password of the route's basic_auth is missing or wrong"
		}
	}
	return ""
}

// credentials are headers that no script sees.
var credentials = []string{"Authorization", "Proxy-Authorization", twilio.HeaderSignature}

// normalise makes the events, knowing what came of the verification.
func (a *arrival) normalise(v twilio.Verdict, verified router.Verified, now time.Time, newID func() string) {
	if a.from.event != nil {
		a.events = []*router.Event{a.from.event.made(a.gen, now, newID)}
		return
	}
	query := twilio.Query(a.signed.Target.URI)
	in := twilio.Input{
		Method: a.from.method, BaseURL: a.base, Path: a.path, RawQuery: query, ContentType: a.signed.ContentType,
		Body: a.from.body, Params: v.Params, Account: v.Account, Verified: verified,
		Idempotency: first(a.from.header("I-Twilio-Idempotency-Token")), Received: now, NewID: newID,
	}
	for _, h := range a.from.headers {
		if !slices.Contains(credentials, h.Key) {
			in.Headers = append(in.Headers, h)
		}
	}
	slices.SortStableFunc(in.Headers, func(a, b router.Param) int { return strings.Compare(a.Key, b.Key) })
	if own, err := twilio.ParseForm(query, twilio.Limits{}); err == nil {
		in.Step = own.Get("step")
	}
	a.events = twilio.Normalise(&in)
}

// unverified makes the events of a request whose signature nobody looks at.
func (a *arrival) unverified(now time.Time, newID func() string) error {
	var v twilio.Verdict
	if a.signed != nil {
		var err error
		if v.Params, err = a.signed.Params(); err != nil {
			return router.Problems{{File: a.from.file, What: err.Error(), Hint: "the request is not Twilio's"}}
		}
	}
	a.normalise(v, router.VerifiedOff, now, newID)
	return nil
}

// match finds the route that takes an event, nil if none does. A described
// event arrives at the route or path that its file names, or at the first route
// that takes it.
func (a *arrival) match(ctx context.Context, ev *router.Event) (*router.Route, error) {
	e, g := a.from.event, a.gen
	if e != nil && e.route != "" {
		r := g.Route(e.route)
		if r == nil {
			return nil, router.Problems{*e.noRoute}
		}
		if ev.Path == "" {
			ev.Path = strings.TrimSuffix(r.Path, "*")
		}
		g = onlyRoute(g, r)
	}
	switch {
	case ev.Origin != router.OriginDoor:
		ev.Route = e.route
		return g.Owner(ev), nil
	case ev.Path != "":
		return g.Match(ctx, ev), nil
	}
	for _, r := range g.Routes {
		ev.Path, ev.Notes = strings.TrimSuffix(r.Path, "*"), nil
		if taker := g.Match(ctx, ev); taker != nil {
			return taker, nil
		}
	}
	return nil, nil
}

// onlyRoute is g with one route.
func onlyRoute(g *router.Generation, r *router.Route) *router.Generation {
	one := &router.Generation{
		Number: g.Number, Hash: g.Hash, Loaded: g.Loaded, Accounts: g.Accounts, Routes: []*router.Route{r},
		Scripts: g.Scripts, Server: g.Server, Limits: g.Limits, Settings: g.Settings, Warnings: g.Warnings,
	}
	return one.Finish(time.Now, router.NewIDs(time.Now, rand.Reader))
}

// statusText names an answer's status in words, too.
func statusText(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprint(code)
}
