package webhook

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"twirouter/router"
	"twirouter/router/twilio"
)

// prepared is what the door makes of a generation once, for all its requests.
type prepared struct {
	gen     *router.Generation
	keys    *twilio.Keyring
	origins []twilio.Origin // of public_url
	base    string          // the first public_url, as scripts print it
	proxies []netip.Prefix
	err     error
}

// prepare returns what belongs to g, made on the first call for it. Two
// requests may both make it; either result serves.
func (d *Door) prepare(g *router.Generation) *prepared {
	if p := d.prepared.Load(); p != nil && p.gen == g {
		return p
	}
	p := &prepared{gen: g}
	p.keys, p.err = twilio.NewKeyring(g.Accounts)
	for _, u := range g.Server.PublicURLs {
		o, err := twilio.ParseOrigin(u)
		if err != nil {
			p.err = err
			continue
		}
		p.origins = append(p.origins, o)
	}
	if len(g.Server.PublicURLs) > 0 {
		p.base = strings.TrimRight(g.Server.PublicURLs[0], "/")
	}
	for _, c := range g.Server.TrustedProxies {
		prefix, err := netip.ParsePrefix(c)
		if err != nil {
			p.err = err
			continue
		}
		p.proxies = append(p.proxies, prefix)
	}
	if p.err != nil {
		d.log.Error("the configuration cannot be used to verify requests", "error", p.err)
	}
	d.prepared.Store(p)
	return p
}

// arrived is the origin that the request itself speaks of: its TLS and Host,
// or the forwarded headers of a trusted proxy.
func (p *prepared) arrived(r *http.Request) twilio.Origin {
	o := twilio.Origin{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		o.Scheme = "https"
	}
	if !p.trusts(r.RemoteAddr) {
		return o
	}
	if proto := strings.ToLower(last(r.Header.Values("X-Forwarded-Proto"))); proto == "http" || proto == "https" {
		o.Scheme = proto
	}
	if host := last(r.Header.Values("X-Forwarded-Host")); host != "" && !strings.ContainsAny(host, "/?#@ \\") {
		o.Host = host
	}
	return o
}

// last is what the nearest proxy wrote: each one appends, so that whatever a
// client claimed stands before it.
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	v := values[len(values)-1]
	if i := strings.LastIndexByte(v, ','); i >= 0 {
		v = v[i+1:]
	}
	return strings.TrimSpace(v)
}

func (p *prepared) trusts(remote string) bool {
	if len(p.proxies) == 0 {
		return false
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, prefix := range p.proxies {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}
