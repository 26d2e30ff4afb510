package fetch

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Options are what a [Client] has besides its policy. The zero value is what a
// program wants; tests set more.
type Options struct {
	Resolver  Resolver         // nil: that of the system
	RootCAs   *x509.CertPool   // nil: those of the system
	Now       func() time.Time // nil: time.Now; for Response.Duration and the age of connections
	UserAgent string           // sent where a request has none; "" is "twirouter"
}

// Client makes calls under a [Policy]. It is safe for concurrent use.
type Client struct {
	policy Policy
	guard  guard
	pool   *pool
}

// New returns a client with connections of its own. Whoever calls New closes it.
func New(p Policy, opts Options) *Client {
	if opts.Resolver == nil {
		opts.Resolver = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.UserAgent == "" {
		opts.UserAgent = "twirouter"
	}
	return (&Client{pool: newPool(opts)}).WithPolicy(p)
}

// WithPolicy returns a client under another policy that shares c's connections,
// as far as both policies permit the same private addresses. It costs a few
// allocations and needs no Close; that of any client of the family closes all.
func (c *Client) WithPolicy(p Policy) *Client {
	p.Allow = slices.Clone(p.Allow)
	p.AllowPrivate = slices.Clone(p.AllowPrivate)
	return &Client{policy: p, guard: newGuard(p.AllowPrivate), pool: c.pool}
}

// Close refuses further calls and closes idle connections. Calls that run go on;
// their connections are closed when the last of them has ended. A second Close
// does nothing.
func (c *Client) Close() { c.pool.close() }

// Do makes one call, follows its redirects and returns the whole answer, or why
// there is none. Exactly one of the two is nil.
//
// The time is the least of the policy's, the request's and what ctx has left.
// When Do returns, no goroutine works for the call any more, save those that
// tidy up its connections.
func (c *Client) Do(ctx context.Context, r Request) (*Response, *Error) {
	start := c.pool.opts.Now()
	h, fault := newHop(r)
	if fault != nil {
		return nil, fault
	}
	lane := c.pool.enter(c.guard)
	if lane == nil {
		return nil, errClosed()
	}
	defer c.pool.leave(lane)

	timeout := c.policy.timeout(r.Timeout)
	call, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	call = context.WithValue(call, callKey{}, call)

	var steps trail
	for {
		if fault := steps.add(h); fault != nil {
			return nil, fault
		}
		if fault := c.policy.permits(h.target, c.guard); fault != nil {
			if len(steps) > 1 {
				fault.Message = "a redirect was not followed: " + fault.Message
			}
			return nil, fault
		}
		response, next, err := c.hop(call, lane, h)
		if err != nil {
			return nil, ended(ctx, call, err, h.target.origin(), timeout)
		}
		if next == nil {
			response.Duration = c.pool.opts.Now().Sub(start)
			return response, nil
		}
		h = next
	}
}

// hop sends one request: its answer is the call's, or leads to the next hop.
func (c *Client) hop(ctx context.Context, lane *lane, h *hop) (*Response, *hop, *Error) {
	origin := h.target.origin()
	resp, err := lane.transport.RoundTrip(h.request(ctx, c.pool.opts.UserAgent))
	if err != nil {
		return nil, nil, tell(err, origin, 0)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 {
		// 101: a connection that never ends, for an upgrade that nobody asked for.
		return nil, nil, &Error{Kind: Protocol, Message: origin + " answered with a status that answers do not have", Status: resp.StatusCode}
	}
	if countValues(resp.Header) > maxResponseHeaders {
		return nil, nil, &Error{Kind: TooLarge, Message: "the answer of " + origin + " has more than 256 headers", Status: resp.StatusCode}
	}
	next, fault := h.next(resp)
	if next != nil || fault != nil {
		return nil, next, fault
	}
	body, err := readBody(resp, c.policy.maxResponse(), origin)
	if err != nil {
		return nil, nil, tell(err, origin, resp.StatusCode)
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, URL: h.target.url.String()}, nil, nil
}

// ended says why a call failed whose time may have been up: what broke then broke
// because of it. What the policy or the size decided stands.
func ended(parent, call context.Context, e *Error, origin string, timeout time.Duration) *Error {
	if call.Err() == nil || e.Kind == Denied || e.Kind == TooLarge || e.Kind == Redirect {
		return e
	}
	if parent.Err() == context.Canceled {
		return &Error{Kind: Canceled, Message: "the call to " + origin + " was given up", Status: e.Status}
	}
	what := " did not answer within "
	if e.Status != 0 {
		what = " did not finish its answer within "
	}
	if parent.Err() != nil {
		return &Error{Kind: Timeout, Message: origin + what + "the time that was left", Status: e.Status, Retriable: true}
	}
	return &Error{Kind: Timeout, Message: origin + what + timeout.String(), Status: e.Status, Retriable: true}
}
