package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// Bounds of the connections that are kept.
const (
	maxIdle        = 64 // per lane
	maxIdlePerHost = 8
	maxPerHost     = 64 // more calls to one host wait for a connection
	idleTimeout    = 60 * time.Second
)

// pool holds the connections of a [Client] and of all that were made from it.
//
// A connection that one policy's guard let through must never serve a policy whose
// guard would not have: so there is a lane for each set of permitted private
// addresses, with a transport and connections of its own. The allow list needs no
// lane; it is held against every request, not against connections.
type pool struct {
	opts   Options
	ctx    context.Context // ends dials when the pool is closed and idle
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running int
	lanes   map[string]*lane
	conns   map[*conn]struct{}
}

// lane is a transport whose connections all passed the same guard.
type lane struct {
	transport *http.Transport
	running   int
	used      time.Time // when the last call ended
}

func newPool(opts Options) *pool {
	p := &pool{opts: opts, lanes: map[string]*lane{}, conns: map[*conn]struct{}{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// enter returns the lane of a guard, or nil when the pool is closed. Whoever
// enters leaves.
func (p *pool) enter(g guard) *lane {
	l, stale := p.lane(g)
	// A transport closes connections through conn.Close, which takes the lock.
	for _, s := range stale {
		s.transport.CloseIdleConnections()
	}
	return l
}

func (p *pool) lane(g guard) (l *lane, stale []*lane) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil
	}
	l = p.lanes[g.key]
	if l == nil {
		stale = p.sweep()
		l = &lane{transport: p.newTransport(g)}
		p.lanes[g.key] = l
	}
	l.running++
	p.running++
	return l, stale
}

// sweep forgets lanes that no policy has used for so long that they have no
// connection left: a program that is reconfigured for years keeps none of them.
func (p *pool) sweep() (stale []*lane) {
	for key, l := range p.lanes {
		if l.running == 0 && p.opts.Now().Sub(l.used) > 2*idleTimeout {
			stale = append(stale, l)
			delete(p.lanes, key)
		}
	}
	return stale
}

func (p *pool) leave(l *lane) {
	p.mu.Lock()
	l.running--
	l.used = p.opts.Now()
	p.running--
	last := p.closed && p.running == 0
	p.mu.Unlock()
	if last {
		p.finish()
	}
}

func (p *pool) close() {
	p.mu.Lock()
	again := p.closed
	p.closed = true
	last := p.running == 0
	lanes := make([]*lane, 0, len(p.lanes))
	for _, l := range p.lanes {
		lanes = append(lanes, l)
	}
	p.mu.Unlock()
	if again {
		return
	}
	for _, l := range lanes {
		l.transport.CloseIdleConnections()
	}
	if last {
		p.finish()
	}
}

// finish ends what no call waits for any more: dials and handshakes that go on,
// and connections that were returned after close.
func (p *pool) finish() {
	p.cancel()
	p.mu.Lock()
	conns := p.conns
	p.conns = nil
	p.mu.Unlock()
	for c := range conns {
		c.Conn.Close()
	}
}

// conn is a connection that the pool knows of.
type conn struct {
	net.Conn
	pool *pool
}

// Close closes the connection and forgets it.
func (c *conn) Close() error {
	c.pool.mu.Lock()
	delete(c.pool.conns, c)
	c.pool.mu.Unlock()
	return c.Conn.Close()
}

// keep notes c, or closes it where the pool is finished.
func (p *pool) keep(c net.Conn) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns == nil {
		c.Close()
		return nil, errClosed()
	}
	kept := &conn{Conn: c, pool: p}
	p.conns[kept] = struct{}{}
	return kept, nil
}

func errClosed() *Error { return &Error{Kind: Canceled, Message: "the HTTP client is closed"} }

// callKey is the key of the context of the call that a dial was begun for.
type callKey struct{}

func (p *pool) newTransport(g guard) *http.Transport {
	d := &dialer{guard: g, resolve: p.opts.Resolver}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &http.Transport{
		// No Proxy: what the environment says is not the operator's allow list.
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, connectTimeout)
			defer cancel()
			defer context.AfterFunc(p.ctx, cancel)()
			// net/http cuts the dial loose from its call, to keep the connection for
			// the next; a name that never answers would hold on long after.
			if call, ok := ctx.Value(callKey{}).(context.Context); ok {
				defer context.AfterFunc(call, cancel)()
			}
			c, err := d.dial(ctx, address)
			if err != nil {
				return nil, err
			}
			return p.keep(c)
		},
		TLSClientConfig:        &tls.Config{RootCAs: p.opts.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connectTimeout,
		DisableCompression:     true, // readBody decompresses, to hold both sizes against the cap
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		MaxConnsPerHost:        maxPerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxResponseHeaderBytes,
		Protocols:              protocols,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:               15 * time.Second,
			PingTimeout:                   5 * time.Second,
			MaxReceiveBufferPerConnection: 1 << 20, // what a server can make us hold unread
			MaxReceiveBufferPerStream:     256 << 10,
		},
	}
}
