package fetch

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Resolver finds the addresses of a host, in the order in which they are to be
// tried. It has to heed ctx and be safe for concurrent use.
type Resolver func(ctx context.Context, host string) ([]netip.Addr, error)

const (
	connectTimeout = 10 * time.Second       // look-up and connection
	headStart      = 250 * time.Millisecond // of one address before the next is tried (RFC 8305)
	maxAddresses   = 8                      // of one host that are tried
)

// dialer connects to what its guard permits. The name is resolved here and the
// checked address is what is connected to: nothing asks for it a second time.
type dialer struct {
	guard   guard
	resolve Resolver
}

// dial connects to address, a host and a port as net/http writes them. Its errors
// are *Error.
func (d *dialer) dial(ctx context.Context, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, invalid("the URL names no host")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, invalid("the URL has a port that is not a number from 1 to 65535")
	}
	found, fault := d.lookUp(ctx, host)
	if fault != nil {
		return nil, fault
	}
	addrs, class := d.permitted(found)
	if len(addrs) == 0 {
		return nil, refusedAddress(host, class)
	}
	conn, err := d.race(ctx, interleave(addrs), uint16(port))
	if err == nil {
		return conn, nil
	}
	if refused, ok := err.(*refusal); ok {
		return nil, refusedAddress(host, refused.class)
	}
	return nil, tellConnect(err, host)
}

func (d *dialer) lookUp(ctx context.Context, host string) ([]netip.Addr, *Error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	found, err := d.resolve(ctx, host)
	if err != nil {
		return nil, tellDNS(err, host)
	}
	if len(found) == 0 {
		return nil, tellDNS(&net.DNSError{IsNotFound: true}, host)
	}
	return found, nil
}

// permitted returns the addresses that may be connected to, and why another was
// refused. Resolvers hand out IPv4 addresses in the form of IPv6, so that form is
// undone first; what is connected to is the IPv4 address.
func (d *dialer) permitted(found []netip.Addr) (addrs []netip.Addr, class string) {
	for _, a := range found {
		a = a.Unmap()
		if why := d.guard.refuses(a); why != "" {
			class = why
			continue
		}
		if len(addrs) < maxAddresses {
			addrs = append(addrs, a)
		}
	}
	return addrs, class
}

// interleave lets the families take turns, beginning with the resolver's first.
func interleave(addrs []netip.Addr) []netip.Addr {
	var first, second []netip.Addr
	for _, a := range addrs {
		if a.Is4() == addrs[0].Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	turns := make([]netip.Addr, 0, len(addrs))
	for i := 0; len(turns) < len(addrs); i++ {
		if i < len(first) {
			turns = append(turns, first[i])
		}
		if i < len(second) {
			turns = append(turns, second[i])
		}
	}
	return turns
}

// race connects to the first address that answers. A silent one is given a head
// start, not the whole time.
func (d *dialer) race(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, error) {
	if len(addrs) == 1 {
		return d.connect(ctx, netip.AddrPortFrom(addrs[0], port))
	}
	ctx, cancel := context.WithCancel(ctx)
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result)
	running := 0
	defer func() {
		cancel()
		for ; running > 0; running-- {
			if r := <-results; r.conn != nil {
				r.conn.Close()
			}
		}
	}()
	timer := time.NewTimer(headStart)
	defer timer.Stop()
	var firstErr error
	for {
		if len(addrs) > 0 {
			to := netip.AddrPortFrom(addrs[0], port)
			addrs = addrs[1:]
			running++
			go func() {
				conn, err := d.connect(ctx, to)
				results <- result{conn, err}
			}()
			timer.Reset(headStart)
		}
		select {
		case r := <-results:
			running--
			if r.err == nil {
				return r.conn, nil
			}
			if firstErr == nil {
				firstErr = r.err
			}
			if running == 0 && len(addrs) == 0 {
				return nil, firstErr
			}
		case <-timer.C:
		}
	}
}

// refusal is a connection that would have gone to an address that is not permitted.
type refusal struct{ class string }

func (r *refusal) Error() string { return "leads to " + r.class }

// connect looks at the address twice more: when the socket is about to connect,
// and when it says whom it is connected to.
func (d *dialer) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	network := "tcp6"
	if to.Addr().Is4() {
		network = "tcp4"
	}
	nd := net.Dialer{ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return &refusal{"no address"}
		}
		if class := d.guard.refuses(ap.Addr().Unmap()); class != "" {
			return &refusal{class}
		}
		return nil
	}}
	conn, err := nd.DialContext(ctx, network, to.String())
	if err != nil {
		return nil, err
	}
	peer, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok || peer.AddrPort().Addr().Unmap() != to.Addr() {
		conn.Close()
		return nil, &refusal{"another address than the one that was checked"}
	}
	return conn, nil
}
