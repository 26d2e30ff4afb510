package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func trust(certs ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range certs {
		pool.AddCert(c)
	}
	return pool
}

// certificate is self-signed, for 127.0.0.1.
func certificate(t *testing.T, notAfter time.Time, usage x509.ExtKeyUsage) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "s3cr3t"},
		NotBefore: notAfter.Add(-time.Hour), NotAfter: notAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{usage},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func tlsServer(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	return startTLS(t, config, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "trusted") })
}

func tlsServerFunc(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	return startTLS(t, nil, h)
}

func startTLS(t *testing.T, config *tls.Config, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = config
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestTLS(t *testing.T) {
	good := tlsServer(t, nil)
	expired := certificate(t, time.Now().Add(-time.Hour), x509.ExtKeyUsageServerAuth)
	wrongUse := certificate(t, time.Now().Add(time.Hour), x509.ExtKeyUsageCodeSigning)
	plain := newServer(t, func(http.ResponseWriter, *http.Request) {})
	garbage := rawServer(t, func(c net.Conn) {
		io.WriteString(c, "s3cr3t s3cr3t s3cr3t\r\n")
		io.Copy(io.Discard, c)
	})
	asTLS := func(u string) string { return strings.Replace(u, "http:", "https:", 1) }
	for name, c := range map[string]struct {
		url  string
		cas  *x509.CertPool
		says string
	}{
		"unknown authority": {good.URL, trust(), "authority that is trusted"},
		"another name":      {named(t, good.URL, "wrong.test"), trust(good.Certificate()), "for another name"},
		"expired":           {tlsServer(t, &tls.Config{Certificates: []tls.Certificate{expired}}).URL, trust(expired.Leaf), "has expired"},
		"another use":       {tlsServer(t, &tls.Config{Certificates: []tls.Certificate{wrongUse}}).URL, trust(wrongUse.Leaf), "is not valid"},
		"old version":       {tlsServer(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}).URL, trust(good.Certificate()), "could be agreed on"},
		"wants a client's":  {tlsServer(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}).URL, trust(good.Certificate()), "could be agreed on"},
		"plain HTTP":        {asTLS(plain.URL), trust(), "does not speak TLS"},
		"no TLS":            {asTLS(garbage), trust(), "does not speak TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newClient(t, local(t, c.url), Options{RootCAs: c.cas, Resolver: resolveTo("127.0.0.1")})
			_, e := get(t, cl, c.url)
			wantFault(t, e, TLS, c.says)
			if e != nil && e.Retriable {
				t.Error("it is retriable")
			}
		})
	}
	c := newClient(t, local(t, "https://*.example.com:"+portOf(good), named(t, good.URL, "example.com"), good.URL),
		Options{RootCAs: trust(good.Certificate()), Resolver: resolveTo("127.0.0.1")})
	for _, u := range []string{good.URL, named(t, good.URL, "example.com"), named(t, good.URL, "EXAMPLE.com.")} {
		resp, e := get(t, c, u)
		wantBody(t, resp, e, 200, "trusted")
	}
}

func portOf(s *httptest.Server) string { return s.URL[strings.LastIndexByte(s.URL, ':')+1:] }
