package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// admit lets in whoever knows the token. Where there is none, the address is a
// loopback one, and the danger is a page in a browser on the same machine: the
// Host must then be this machine's (or a name of somebody else's would point
// here), and no other site may have made the request.
func (d *Door) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case d.c.Token != "" && !d.knows(r):
			w.Header().Set("WWW-Authenticate", `Basic realm="twirouter: any user, the admin token as password"`)
			say(w, http.StatusUnauthorized, "401 the admin token is missing or wrong")
			return
		case d.c.Token == "" && !d.local(r.Host):
			say(w, http.StatusForbidden, "403 this Host is not the admin address; set admin.token to open it to others")
			return
		case r.Method == http.MethodPost && foreign(r):
			say(w, http.StatusForbidden, "403 another site made this request")
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// knows compares the token in a time that does not tell how much was right.
func (d *Door) knows(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, given, ok = r.BasicAuth()
	}
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(d.c.Token.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok
}

func (d *Door) local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost") || slices.Contains(d.c.Names, host)
}

// foreign reports whether a browser says that another site made the request.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
