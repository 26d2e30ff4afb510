package twilio

import (
	"fmt"
	"slices"
	"strings"
)

// spelling is a URL in parts that together are its exact text.
type spelling struct {
	scheme, user, host, path, query, fragment string // query and fragment with their "?" and "#"
}

func spell(url string) spelling {
	o, rest, err := cutOrigin(url)
	if err != nil {
		return spelling{path: url}
	}
	s := spelling{scheme: o.Scheme, user: o.User, host: o.Host, path: rest}
	if i := strings.IndexByte(s.path, '#'); i >= 0 {
		s.path, s.fragment = s.path[:i], s.path[i:]
	}
	if i := strings.IndexByte(s.path, '?'); i >= 0 {
		s.path, s.query = s.path[:i], s.path[i:]
	}
	return s
}

func (s spelling) url() string {
	user := s.user
	if user != "" {
		user += "@"
	}
	return s.scheme + "://" + user + s.host + s.path + s.query + s.fragment
}

// place is the URL as far as it may be shown: no userinfo, no query.
func (s spelling) place() string { return s.scheme + "://" + s.host + s.path }

// base is the part that public_url sets.
func (s spelling) base() string { return s.scheme + "://" + s.host }

const behindProxy = "write down the address that Twilio was given, or trust the proxy that changes it (server.trusted_proxies)"

func (d *doctor) scheme() (Finding, bool) {
	was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
		for _, scheme := range []string{"https", "http", "wss", "ws"} {
			other := s
			other.scheme = scheme
			all = append(all, other)
		}
		return all
	})
	if !ok {
		return Finding{}, false
	}
	f := Finding{Code: "scheme", What: fmt.Sprintf("signed for %s, checked as %s", was.base(), is.base()), Hint: behindProxy, Setting: "server.public_url"}
	if strings.HasPrefix(was.scheme, "ws") != strings.HasPrefix(is.scheme, "ws") {
		f.Hint, f.Setting = "a WebSocket handshake is signed as wss: let the proxy pass the Upgrade header on", ""
	}
	return f, true
}

func (d *doctor) host() (Finding, bool) {
	was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
		for _, host := range d.hosts(s) {
			other := s
			other.host = host
			all = append(all, other)
		}
		return all
	})
	return Finding{Code: "host", What: fmt.Sprintf("signed for host %q, checked as %q", was.host, is.host), Hint: behindProxy, Setting: "server.public_url"}, ok
}

// hosts are the hosts that may stand in place of that of s.
func (d *doctor) hosts(s spelling) []string {
	name, port := splitHost(s.host)
	bare := strings.TrimPrefix(name, "www.")
	all := []string{bare + port, "www." + bare + port, strings.ToLower(s.host), strings.ToUpper(s.host), strings.TrimSuffix(name, ".") + port, name + "." + port}
	for _, host := range d.clues.Hosts {
		other, _ := splitHost(host)
		all = append(all, host, other, other+port)
	}
	for _, o := range d.r.Target.Origins {
		all = append(all, o.Host)
	}
	return all
}

// commonPorts are those that people let servers and tunnels listen on.
var commonPorts = []string{"443", "80", "8443", "8080", "8000", "8090", "3000", "5000", "8888", "9000", "4040"}

func (d *doctor) port() (Finding, bool) {
	was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
		name, _ := splitHost(s.host)
		for _, port := range append(slices.Clone(d.clues.Ports), commonPorts...) {
			other := s
			other.host = name + ":" + port
			all = append(all, other)
		}
		other := s
		other.host = name
		return append(all, other)
	})
	_, port := splitHost(was.host)
	return Finding{Code: "port", What: fmt.Sprintf("signed with port %q, checked as %s", strings.TrimPrefix(port, ":"), is.base()), Hint: behindProxy, Setting: "server.public_url"}, ok
}

func (d *doctor) userinfo() (Finding, bool) {
	was, _, ok := d.anyURL(func(s spelling) []spelling {
		without, with := s, s
		without.user, with.user = "", d.clues.User
		return []spelling{without, with}
	})
	f := Finding{Code: "userinfo", Hint: "write the address exactly as Twilio was given it, user and password included", Setting: "server.public_url"}
	if was.user == "" {
		f.What = "signed without user and password, checked with them in the URL"
	} else {
		f.What = "signed with user and password in the URL, checked without them"
	}
	return f, ok
}

func (d *doctor) fragment() (Finding, bool) {
	was, _, ok := d.anyURL(func(s spelling) []spelling {
		all := make([]spelling, 1, 1+len(d.clues.Fragments))
		all[0] = s
		all[0].fragment = ""
		for _, fragment := range d.clues.Fragments {
			other := s
			other.fragment = "#" + strings.TrimPrefix(fragment, "#")
			all = append(all, other)
		}
		return all
	})
	f := Finding{Code: "fragment", Hint: "give the route the connection overrides that Twilio's URL has", Setting: "route.NAME.overrides"}
	if was.fragment == "" {
		f.What = "signed without a #fragment, checked with one"
	} else {
		f.What = fmt.Sprintf("signed with the fragment %q, checked without it", was.fragment)
	}
	return f, ok
}

func (d *doctor) prefix() (Finding, bool) {
	was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
		for _, o := range d.r.Target.Origins {
			if cut, found := strings.CutPrefix(s.path, o.Prefix); found && o.Prefix != "" {
				other := s
				other.path = cut
				all = append(all, other)
			}
		}
		for _, prefix := range d.clues.Prefixes {
			other := s
			other.path = strings.TrimRight(prefix, "/") + s.path
			all = append(all, other)
		}
		for i := 1; i < len(s.path) && len(all) < mostClues; i++ {
			if s.path[i] == '/' {
				other := s
				other.path = s.path[i:]
				all = append(all, other)
			}
		}
		return all
	})
	return Finding{Code: "path", What: fmt.Sprintf("signed for the path %q, checked as %q", was.path, is.path),
		Hint: "a proxy cuts off or adds the first part of the path: give public_url the path that it has outside", Setting: "server.public_url"}, ok
}

func (d *doctor) slash() (Finding, bool) {
	was, is, ok := d.anyURL(func(s spelling) []spelling {
		with, without, single := s, s, s
		with.path += "/"
		without.path = strings.TrimSuffix(s.path, "/")
		single.path = strings.ReplaceAll(s.path, "//", "/")
		double := s
		double.path = "/" + s.path
		bare := s
		bare.query = strings.TrimSuffix(s.query, "?")
		asked := s
		if s.query == "" {
			asked.query = "?"
		}
		return []spelling{with, without, single, double, bare, asked}
	})
	return Finding{Code: "slash", What: fmt.Sprintf("signed for the path %q, checked as %q", was.path+questionMark(was), is.path+questionMark(is)),
		Hint: "slash and question mark count: write the URL at Twilio as it arrives, or keep the proxy from changing it"}, ok
}

func questionMark(s spelling) string {
	if s.query == "?" {
		return "?"
	}
	return ""
}

// origin tries scheme, host and port of the clues together: what a proxy
// changes that is not trusted.
func (d *doctor) origin() (Finding, bool) {
	was, is, ok := d.anyURL(func(s spelling) (all []spelling) {
		for _, scheme := range []string{"https", "http", "wss"} {
			for _, host := range d.hosts(s) {
				other := s
				other.scheme, other.host = scheme, host
				all = append(all, other)
				name, _ := splitHost(host)
				for _, port := range d.clues.Ports {
					other.host = name + ":" + port
					all = append(all, other)
				}
			}
		}
		return all
	})
	return Finding{Code: "origin", What: fmt.Sprintf("signed for %s, checked as %s", was.base(), is.base()), Hint: behindProxy, Setting: "server.public_url"}, ok
}
