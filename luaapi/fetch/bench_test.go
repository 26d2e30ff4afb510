package fetch

import (
	"io"
	"net/http"
	"testing"
)

// BenchmarkDo is one call on a kept connection, beside net/http alone.
func BenchmarkDo(b *testing.B) {
	s := newServer(b, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"ok":true}`) })
	u := s.URL + "/v1/things?limit=10"
	b.Run("fetch", func(b *testing.B) {
		c := newClient(b, local(b, "https://api.example.com/*", s.URL+"/v1/*"), Options{})
		b.ReportAllocs()
		for b.Loop() {
			if resp, e := c.Do(b.Context(), Request{URL: u}); e != nil || len(resp.Body) != 11 {
				b.Fatal(e)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		transport := &http.Transport{DisableCompression: true}
		defer transport.CloseIdleConnections()
		c := &http.Client{Transport: transport}
		b.ReportAllocs()
		for b.Loop() {
			resp, err := c.Get(u)
			if err != nil {
				b.Fatal(err)
			}
			if body, err := io.ReadAll(resp.Body); err != nil || len(body) != 11 {
				b.Fatal(err)
			}
			resp.Body.Close()
		}
	})
}

// BenchmarkCheck is the decision alone, the last of twenty patterns.
func BenchmarkCheck(b *testing.B) {
	var p Policy
	for range 19 {
		p.Allow = append(p.Allow, mustPattern(b, "https://other.example.com/v1/*"))
	}
	p.Allow = append(p.Allow, mustPattern(b, "https://*.example.com/v1/*"))
	for name, u := range map[string]string{"plain": "https://api.example.com/v1/things?limit=10", "encoded": "https://api.example.com/v1/a%2Fb%20c"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if e := p.Check(u); e != nil {
					b.Fatal(e)
				}
			}
		})
	}
}
