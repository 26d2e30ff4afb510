package config

import (
	"fmt"
	"slices"
)

// Diff names what changed between two configurations and cannot change while
// the program runs: each entry is a key with its old and its new value, but for secrets.
func Diff(old, now *Config) []string {
	var out []string
	differ := func(key string, was, is any) {
		out = append(out, fmt.Sprintf("%s (from %v to %v)", key, was, is))
	}
	if !slices.Equal(old.Server.Listen, now.Server.Listen) {
		differ("server.listen", old.Server.Listen, now.Server.Listen)
	}
	if old.Server.Drain != now.Server.Drain {
		differ("server.drain", formatDuration(old.Server.Drain), formatDuration(now.Server.Drain))
	}
	if (old.Server.TLS == nil) != (now.Server.TLS == nil) {
		differ("server.tls", spoken(old.Server.TLS), spoken(now.Server.TLS))
	}
	if old.Admin.Listen != now.Admin.Listen {
		differ("admin.listen", old.Admin.Listen, now.Admin.Listen)
	}
	if old.Admin.Token != now.Admin.Token {
		out = append(out, "admin.token") // neither value is for a log
	}
	if old.Log.Level != now.Log.Level {
		differ("log.level", old.Log.Level, now.Log.Level)
	}
	if old.Log.Format != now.Log.Format {
		differ("log.format", old.Log.Format, now.Log.Format)
	}
	if !slices.Equal(old.Log.Redact, now.Log.Redact) {
		differ("log.redact", old.Log.Redact, now.Log.Redact)
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
