package fetch

import (
	"net/netip"
	"slices"
	"strings"
)

// addressClass is a range that is not of the public internet and how it is called
// in a message.
type addressClass struct {
	prefix netip.Prefix
	name   string
}

// classes are the ranges of the IANA special-purpose address registries (RFC
// 6890 and its updates) that are not globally reachable, and beside them the
// ranges that carry another address, where what is reached cannot be told from
// outside. The first that contains an address names it.
var classes = []addressClass{
	{netip.MustParsePrefix("0.0.0.0/8"), "an unspecified address"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a carrier's private address"},
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a cloud metadata address"}, // Azure's, in a public range
	{netip.MustParsePrefix("169.254.169.254/32"), "a cloud metadata address"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved address"},
	{netip.MustParsePrefix("192.0.2.0/24"), "a documentation address"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a 6to4 relay address"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a benchmarking address"},
	{netip.MustParsePrefix("198.51.100.0/24"), "a documentation address"},
	{netip.MustParsePrefix("203.0.113.0/24"), "a documentation address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("255.255.255.255/32"), "a broadcast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address"},

	{netip.MustParsePrefix("::/128"), "an unspecified address"},
	{netip.MustParsePrefix("::1/128"), "a loopback address"},
	{wellKnownNAT64, "a NAT64 address"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a NAT64 address"},
	{netip.MustParsePrefix("2001::/32"), "a Teredo address"},
	{netip.MustParsePrefix("2001:2::/48"), "a benchmarking address"},
	{netip.MustParsePrefix("2001::/23"), "a reserved address"},
	{netip.MustParsePrefix("2001:db8::/32"), "a documentation address"},
	{sixToFour, "a 6to4 address"},
	{netip.MustParsePrefix("3fff::/20"), "a documentation address"},
	{netip.MustParsePrefix("fd00:ec2::254/128"), "a cloud metadata address"},
	{netip.MustParsePrefix("fc00::/7"), "a private address"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("fec0::/10"), "a site-local address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
}

var (
	wellKnownNAT64 = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour      = netip.MustParsePrefix("2002::/16")
	globalUnicast  = netip.MustParsePrefix("2000::/3")
)

// classOf returns the name of the range that makes a not public, or nothing. Of
// IPv6 only global unicast is public: whatever is assigned later is refused until
// it is known.
func classOf(a netip.Addr) string {
	for _, c := range classes {
		if c.prefix.Contains(a) {
			return c.name
		}
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return "a reserved address"
	}
	return ""
}

// guard decides which addresses may be connected to.
type guard struct {
	private []netip.Prefix // normalised and sorted
	key     string         // equal for guards that decide alike
}

func newGuard(private []netip.Prefix) guard {
	var g guard
	for _, p := range private {
		if !p.IsValid() {
			continue
		}
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		g.private = append(g.private, p.Masked())
	}
	slices.SortFunc(g.private, func(a, b netip.Prefix) int {
		if c := a.Addr().Compare(b.Addr()); c != 0 {
			return c
		}
		return a.Bits() - b.Bits()
	})
	g.private = slices.Compact(g.private)
	var key strings.Builder
	for _, p := range g.private {
		key.WriteString(p.String() + " ")
	}
	g.key = key.String()
	return g
}

func (g guard) names(a netip.Addr) bool {
	return slices.ContainsFunc(g.private, func(p netip.Prefix) bool { return p.Contains(a) })
}

// refuses returns what is wrong with connecting to a, or nothing. An IPv4 address
// in the form of IPv6 is refused as such: whoever means it writes it as IPv4.
func (g guard) refuses(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "no address"
	case a.Zone() != "":
		// A prefix contains no address that has a zone, so no look-up below would hit.
		return "an address with a zone"
	case a.Is4In6():
		return "an IPv4 address in the form of IPv6"
	}
	class := classOf(a)
	if class == "" {
		return ""
	}
	if !g.names(a) {
		return class
	}
	if inner, ok := embedded(a); ok {
		return g.refuses(inner)
	}
	return ""
}

// embedded returns the IPv4 address that a carries (RFC 6052, RFC 3056). In the
// local NAT64 range its place depends on the network, so whoever names that range
// permits all of it.
func embedded(a netip.Addr) (netip.Addr, bool) {
	b := a.As16()
	switch {
	case wellKnownNAT64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

// permitsLiteral refuses a URL whose host is itself an address that would not be
// connected to.
func (g guard) permitsLiteral(t *target) *Error {
	if !t.addr.IsValid() {
		return nil
	}
	if class := g.refuses(t.addr); class != "" {
		return refusedAddress(t.host, class)
	}
	return nil
}

func refusedAddress(host, class string) *Error {
	return denied(host + " leads to " + class + ", which allow_private does not name")
}
