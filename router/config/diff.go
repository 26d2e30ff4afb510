package config

import (
	"fmt"
	"slices"
)

// Diff names what changed between two configurations and cannot change while
// the program runs: each entry is a key with its old and its new value.
func Diff(old, now *Config) []string {
	var out []string
	differ := func(key string, was, is any) {
		out = append(out, fmt.Sprintf("%s (from %v to %v)", key, was, is))
	}
	if !slices.Equal(old.Server.Listen, now.Server.Listen) {
		differ("server.listen", old.Server.Listen, now.Server.Listen)
	}
	if (old.Server.TLS == nil) != (now.Server.TLS == nil) {
		differ("server.tls", spoken(old.Server.TLS), spoken(now.Server.TLS))
	}
	if old.Admin.Listen != now.Admin.Listen {
		differ("admin.listen", old.Admin.Listen, now.Admin.Listen)
	}
	if old.Store.URL != now.Store.URL {
		differ("store.url", old.Store.URL, now.Store.URL)
	}
	if old.Store.Dedupe != now.Store.Dedupe {
		differ("store.dedupe", formatDuration(old.Store.Dedupe), formatDuration(now.Store.Dedupe))
	}
	return out
}

// spoken is what the server speaks.
func spoken(t *TLS) string {
	if t == nil {
		return "HTTP"
	}
	return "HTTPS"
}
