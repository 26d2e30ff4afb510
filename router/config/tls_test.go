package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

// certificate makes one that is valid for a year from the given time.
func certificate(t *testing.T, from time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: from.AddDate(1, 0, 0), DNSNames: []string{"hooks.example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

// TestTLS: PEM, paths and twins all lead to the certificate.
func TestTLS(t *testing.T) {
	cert, key := certificate(t, now.AddDate(0, -1, 0))
	for name, table := range map[string]string{
		"paths": `cert = "tls/cert.pem"` + "\n" + `key = "tls/key.pem"`,
		"twins": `cert_file = "tls/cert.pem"` + "\n" + `key_file = "tls/key.pem"`,
		"pem":   fmt.Sprintf("cert = '''%s'''\nkey = '''%s'''", cert, key),
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{"config.toml": "[server.tls]\n" + table, "tls/cert.pem": cert, "tls/key.pem": key, "scripts/a.lua": `on("*")`})
			g, c, problems := load(t, dir, deps())
			if g == nil || len(problems) > 0 || c.Server.TLS.Certificate == nil {
				t.Fatal(problems)
			}
			shown := Show(c)
			if strings.Contains(shown, "PRIVATE KEY") {
				t.Errorf("the key is shown:\n%s", shown)
			}
			if name != "pem" && !strings.Contains(shown, `"tls/key.pem"`) {
				t.Errorf("the path of the key is not shown:\n%s", shown)
			}
			if old := read(t, dir).Hash; name != "pem" {
				renewed, _ := certificate(t, now)
				write(t, dir, "tls/cert.pem", renewed)
				if read(t, dir).Hash == old {
					t.Error("a renewed certificate does not change the hash")
				}
			}
		})
	}
}

// TestTLSDates: a certificate that nobody accepts is a warning, for it may be
// renewed by what runs behind this very server.
func TestTLSDates(t *testing.T) {
	for want, from := range map[string]time.Time{
		"config.toml:1:2: warning: the certificate ran out on 2025-05-01 (renew it; it is read again by itself)": now.AddDate(-2, 0, 0),
		"config.toml:1:2: warning: the certificate is not valid before 2026-06-01 (is the clock right?)":         now.AddDate(0, 1, 0),
	} {
		cert, key := certificate(t, from)
		dir := folder(t, map[string]string{"config.toml": "[server.tls]\ncert = \"c\"\nkey = \"k\"\n", "c": cert, "k": key, "scripts/a.lua": `on("*")`})
		if g, _, problems := load(t, dir, deps()); g == nil || !slices.Equal(problems, []string{want}) {
			t.Errorf("got %q, want %q", problems, want)
		}
	}
}
