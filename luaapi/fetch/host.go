package fetch

import (
	"net/netip"
	"strconv"
	"strings"
)

// authority is the host and port of a URL in their one spelling.
type authority struct {
	host string     // lower case, no trailing dot; an IPv6 address in brackets
	addr netip.Addr // valid where the host is an address
	port uint16     // 0 where none was written
}

// parseAuthority reads host[:port]. The second value is empty or says what is
// wrong, as the end of a sentence about the URL.
//
// A host that ends in a number is an IPv4 address (WHATWG URL, "ends in a number
// checker"), and only four decimal numbers without leading zeros are read as one:
// the other spellings (0x7f.1, 2130706433, 127.1) mean different things to
// different programs.
func parseAuthority(s string) (a authority, problem string) {
	if strings.Contains(s, "@") {
		return a, "must not contain a user name or password: use a header"
	}
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return a, "has an IPv6 address without its closing bracket"
		}
		host, port = s[1:end], s[end+1:]
		if port != "" && port[0] != ':' {
			return a, "has something other than a port after the IPv6 address"
		}
		if strings.Contains(host, "%") {
			return a, "has an IPv6 address with a zone, and a zone is never permitted"
		}
		ip, err := netip.ParseAddr(host)
		switch {
		case err != nil || !ip.Is6():
			return a, "has no IPv6 address between its brackets"
		case ip.Is4In6():
			return a, "has an IPv4 address in the spelling of IPv6: write it with four numbers"
		}
		a.addr, a.host = ip, "["+ip.String()+"]"
	} else {
		if i := strings.IndexByte(s, ':'); i >= 0 {
			host, port = s[:i], s[i:]
			if strings.Contains(port[1:], ":") {
				return a, "has too many colons: an IPv6 address is written in brackets"
			}
		}
		if a.host, a.addr, problem = parseHost(host); problem != "" {
			return a, problem
		}
	}
	if len(port) > 1 {
		n, ok := parsePort(port[1:])
		if !ok {
			return a, "has a port that is not a number from 1 to 65535"
		}
		a.port = n
	}
	return a, ""
}

func parsePort(s string) (uint16, bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err == nil && n > 0
}

func parseHost(s string) (host string, addr netip.Addr, problem string) {
	host = strings.TrimSuffix(s, ".")
	if host == "" {
		return "", addr, "names no host"
	}
	if len(host) > 253 {
		return "", addr, "has a host name of more than 253 characters"
	}
	label := 0
	for i := range len(host) {
		switch c := host[i]; {
		case c == '.':
			if label == 0 {
				return "", addr, "has a host name with an empty part"
			}
			label = 0
			continue
		case c >= 0x80:
			return "", addr, "has a host name with letters beyond ASCII: write it in its xn-- form"
		case c == '*':
			return "", addr, "has a host name with a *"
		case !hostByte(c):
			return "", addr, "has a host name with a character that host names do not have"
		}
		if label++; label > 63 {
			return "", addr, "has a host name with a part of more than 63 characters"
		}
	}
	if label == 0 {
		return "", addr, "has a host name with an empty part"
	}
	host = strings.ToLower(host)
	if endsInNumber(host) {
		ip, err := netip.ParseAddr(host)
		if err != nil {
			return "", addr, "has an IPv4 address in an odd spelling: write it as four decimal numbers"
		}
		addr = ip
	}
	return host, addr, ""
}

func hostByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// endsInNumber reports whether the last part of host is decimal or hexadecimal.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	digits := "0123456789"
	if strings.HasPrefix(last, "0x") {
		last, digits = last[2:], "0123456789abcdef"
	}
	return strings.Trim(last, digits) == ""
}

func defaultPort(scheme string) uint16 {
	if scheme == "https" {
		return 443
	}
	return 80
}
