package config

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"

	"twirouter/router"
)

// server checks what the doors listen on.
func (b *builder) server() {
	c := b.c
	b.gen.Server = router.Server{PublicURLs: c.Server.PublicURL, TrustedProxies: c.Server.TrustedProxies, MaxBody: c.Server.MaxBody}
	seen := map[string]bool{}
	for _, a := range c.Server.Listen {
		if seen[a] && !anyPort(a) {
			b.say(c.Server.place, "listen", fmt.Sprintf("%s has %q twice", c.Server.key("listen"), a), "")
		}
		seen[a] = true
	}
	if seen[c.Admin.Listen] && !anyPort(c.Admin.Listen) {
		at := c.Admin.place
		if !at.has("listen") { // then the file can only have the other one
			at = c.Server.place
		}
		b.say(at, "listen", fmt.Sprintf("admin.listen %q is one of server.listen too", c.Admin.Listen), "people's door has an address of its own")
	}
	if !loopback(c.Admin.Listen) && c.Admin.Token == "" && !c.Admin.has("token") && !c.Admin.has("token_file") {
		b.say(c.Admin.place, "listen", fmt.Sprintf("admin.listen %q is not a loopback address, and there is no admin.token", c.Admin.Listen),
			`listen on 127.0.0.1, or set token = "${TWIROUTER_ADMIN_TOKEN}"`)
	}
	b.certificate(c.Server.TLS)
}

func anyPort(address string) bool {
	_, port, _ := net.SplitHostPort(address) // checked when it was decoded
	return port == "0"
}

func loopback(address string) bool {
	host, _, _ := net.SplitHostPort(address) // checked when it was decoded
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// certificate warns of one that nobody will accept.
func (b *builder) certificate(t *TLS) {
	if t == nil || t.Certificate == nil || len(t.Certificate.Certificate) == 0 {
		return
	}
	leaf, err := x509.ParseCertificate(t.Certificate.Certificate[0])
	if err != nil {
		b.say(t.place, "", fmt.Sprintf("%s: the certificate cannot be read: %v", t.path, err), "")
		return
	}
	switch now := b.deps.Now(); {
	case now.After(leaf.NotAfter):
		b.warn(t.place, "", fmt.Sprintf("the certificate ran out on %s", leaf.NotAfter.Format("2006-01-02")), "renew it; it is read again by itself")
	case now.Before(leaf.NotBefore):
		b.warn(t.place, "", fmt.Sprintf("the certificate is not valid before %s", leaf.NotBefore.Format("2006-01-02")), "is the clock right?")
	}
}

// accounts are those of the file, or the given ones if the file has none that
// can verify anything.
func (b *builder) accounts() {
	sids, keys := map[string]string{}, map[string]string{}
	able := false
	for _, a := range b.c.Accounts {
		if first := sids[a.SID]; first != "" && a.SID != "" {
			b.say(a.place, "sid", fmt.Sprintf("account %s has the same sid as account %s", a.Name, first), "one account, several tokens: list them all in its auth_tokens")
		}
		sids[a.SID] = a.Name
		if a.SID != "" && !accountSID.MatchString(a.SID) {
			b.warn(a.place, "sid", a.key("sid")+" is not the SID of an account as Twilio makes them: only requests with this very AccountSid are let in", "like "+scalars["account"].like)
		}
		out := router.Account{Name: a.Name, SID: a.SID, Tokens: a.AuthTokens}
		for _, k := range a.SharedKeys {
			if first := keys[k.Name]; first != "" {
				b.say(k.place, "", fmt.Sprintf("shared key %s is account %s's already", k.Name, first), "")
			}
			keys[k.Name] = a.Name
			out.SharedKeys = append(out.SharedKeys, router.SharedKey{SID: k.Name, Algorithm: k.Algorithm, Secret: k.Secret})
		}
		able = able || len(out.Tokens)+len(out.SharedKeys) > 0
		b.gen.Accounts = append(b.gen.Accounts, out)
	}
	if !able {
		b.gen.Accounts = append(b.gen.Accounts, b.deps.Accounts...)
	}
}
