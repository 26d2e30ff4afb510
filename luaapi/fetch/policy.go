package fetch

import (
	"net/netip"
	"time"
)

// What holds where a [Policy] is silent.
const (
	DefaultTimeout     = 5 * time.Second
	DefaultMaxResponse = 1 << 20 // bytes
)

// Policy is what one script may call. The zero Policy permits nothing.
type Policy struct {
	// Allow lists what may be called; a URL has to match one of the patterns, and
	// so has the target of every redirect.
	Allow []Pattern

	// AllowPrivate lists addresses that may be reached although they are private,
	// loopback, link-local or otherwise not of the public internet. An invalid
	// prefix permits nothing.
	//
	// The NAT64 prefix 64:ff9b::/96 and the 6to4 prefix 2002::/16 carry an IPv4
	// address: where they are named, that address has to be permitted as well.
	AllowPrivate []netip.Prefix

	// Timeout is for one call as a whole, from the look-up of the name to the last
	// byte of the body, redirects included. Zero or less is [DefaultTimeout].
	Timeout time.Duration

	// MaxResponse is how many bytes the body of an answer may have, after it was
	// decompressed. Zero or less is [DefaultMaxResponse].
	MaxResponse int64
}

// Check says whether the policy permits a call to rawURL, as far as that can be
// known without asking for the address of a name: nil, or an [Error] of kind
// [Invalid] or [Denied].
func (p Policy) Check(rawURL string) *Error {
	t, fault := parseTarget(rawURL)
	if fault != nil {
		return fault
	}
	return p.permits(t, newGuard(p.AllowPrivate))
}

func (p Policy) permits(t *target, g guard) *Error {
	const (
		unknown = iota
		sameHost
		sameOrigin
	)
	near := unknown
	for _, pattern := range p.Allow {
		switch {
		case !pattern.matchesHost(t):
		case !pattern.matchesOrigin(t):
			near = max(near, sameHost)
		case !pattern.matchesPath(t):
			near = max(near, sameOrigin)
		default:
			return g.permitsLiteral(t)
		}
	}
	switch {
	case near == sameOrigin:
		return denied(t.origin() + " is in the allow list, but not with this path")
	case near == sameHost:
		return denied(t.origin() + " is in the allow list only with another scheme or port")
	case len(p.Allow) == 0:
		return denied(t.origin() + " may not be called: the allow list is empty")
	}
	return denied(t.origin() + " is not in the allow list")
}

func (p Policy) timeout(asked time.Duration) time.Duration {
	limit := p.Timeout
	if limit <= 0 {
		limit = DefaultTimeout
	}
	if asked > 0 {
		return min(asked, limit)
	}
	return limit
}

func (p Policy) maxResponse() int64 {
	if p.MaxResponse <= 0 {
		return DefaultMaxResponse
	}
	// A cap is compared with one byte more than it permits.
	return min(p.MaxResponse, 1<<62)
}
