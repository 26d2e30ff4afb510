package fetch

import (
	"net/netip"
	"testing"
)

func TestGuardRefuses(t *testing.T) {
	none := newGuard(nil)
	for _, a := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.0", "172.31.255.255",
		"192.0.0.0", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
		"198.51.100.1", "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255",
		"::", "::1", "::7f00:1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::808:808", "64:ff9b::a00:1", "64:ff9b:1::1", "64:ff9b:1:ffff::1",
		"100::1", "2001::1", "2001:0:ffff::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002::1", "2002:7f00:1::1", "2002:808:808::1",
		"3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
		"ff02::1", "ff0e::1", "fe80::1%eth0", "2606:4700::1%eth0",
	} {
		if none.refuses(netip.MustParseAddr(a)) == "" {
			t.Errorf("%s is permitted", a)
		}
	}
	if none.refuses(netip.Addr{}) == "" {
		t.Error("no address at all is permitted")
	}
	for _, a := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111", "2a00::1", "3ffe::1",
	} {
		if why := none.refuses(netip.MustParseAddr(a)); why != "" {
			t.Errorf("%s is refused as %s", a, why)
		}
	}
}

func TestGuardAllowPrivate(t *testing.T) {
	for _, c := range []struct {
		addr    string
		private []string
		want    bool
	}{
		{"10.1.2.3", []string{"10.1.0.0/16"}, true},
		{"10.1.2.3", []string{"10.1.2.3/8"}, true}, // not masked
		{"10.1.2.3", []string{"::ffff:10.0.0.0/104"}, true},
		{"10.2.2.3", []string{"10.1.0.0/16", "192.168.0.0/16"}, false},
		{"10.1.2.3", []string{"::/0"}, false},
		{"::1", []string{"0.0.0.0/0"}, false},
		{"169.254.169.254", []string{"169.254.169.254/32"}, true},
		{"169.254.169.254", []string{"10.0.0.0/8"}, false},
		{"fd00:ec2::254", []string{"fd00::/8"}, true},
		{"::ffff:10.1.2.3", []string{"10.0.0.0/8"}, false},
		{"::ffff:10.1.2.3", []string{"::/0"}, false},
		{"fe80::1%eth0", []string{"fe80::/10"}, false},
		{"64:ff9b::808:808", []string{"64:ff9b::/96"}, true},
		{"64:ff9b::a9fe:a9fe", []string{"64:ff9b::/96"}, false},
		{"64:ff9b::a00:1", []string{"64:ff9b::/96", "10.0.0.0/8"}, true},
		{"64:ff9b::808:808", []string{"10.0.0.0/8"}, false},
		{"64:ff9b:1::a00:1", []string{"64:ff9b:1::/48"}, true},
		{"2002:808:808::1", []string{"2002::/16"}, true},
		{"2002:a00:1::1", []string{"2002::/16"}, false},
		{"2002:a00:1::1", []string{"10.0.0.0/8"}, false},
	} {
		var private []netip.Prefix
		for _, p := range c.private {
			private = append(private, netip.MustParsePrefix(p))
		}
		why := newGuard(append(private, netip.Prefix{})).refuses(netip.MustParseAddr(c.addr))
		if (why == "") != c.want {
			t.Errorf("%s with %v: refused %q, want permitted %v", c.addr, c.private, why, c.want)
		}
	}
}

func TestGuardKey(t *testing.T) {
	p := netip.MustParsePrefix
	a := newGuard([]netip.Prefix{p("10.0.0.0/8"), p("127.0.0.0/8"), p("10.0.0.1/8"), {}})
	b := newGuard([]netip.Prefix{p("127.0.0.1/8"), p("10.0.0.0/8")})
	if a.key != b.key || a.key == "" {
		t.Errorf("the same permissions have the keys %q and %q", a.key, b.key)
	}
	if c := newGuard([]netip.Prefix{p("127.0.0.1/8"), p("10.0.0.0/9")}); c.key == a.key {
		t.Errorf("different permissions share the key %q", c.key)
	}
}

// FuzzGuard holds the table against the tests that net/netip has of its own.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "10.0.0.1", "::1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1", "8.8.8.8", "fec0::1"} {
		b := netip.MustParseAddr(s).As16()
		f.Add(b[:])
	}
	g := newGuard(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		bad := a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || !a.IsGlobalUnicast() || a.Is4In6()
		if bad && g.refuses(a) == "" {
			t.Errorf("%s is permitted", a)
		}
		if u := a.Unmap(); g.refuses(u) != "" && !u.Is4In6() && g.refuses(a) == "" {
			t.Errorf("%s is permitted, %s is not", a, u)
		}
		if inner, ok := embedded(a); ok && g.refuses(inner) != "" && g.refuses(a) == "" {
			t.Errorf("%s is permitted and carries %s", a, inner)
		}
	})
}
