package config

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestExpand(t *testing.T) {
	for _, c := range []struct{ in, want, fault string }{
		{"", "", ""},
		{"plain $ and {}", "plain $ and {}", ""},
		{"${TOKEN}", environment["TOKEN"], ""},
		{"a${HOST}b${SIZE}c", "ahooks.example.comb2MiBc", ""},
		{"${EMPTY}", "", ""},
		{"${EMPTY:-x}", "x", ""},
		{"${GONE:-a b:-c}", "a b:-c", ""},
		{"${GONE:-}", "", ""},
		{"$${HOST}", "${HOST}", ""},
		{"$$${HOST}", "$${HOST}", ""},
		{"$$x$", "$$x$", ""},
		{"%d+$", "%d+$", ""},
		{"${GONE}", "", "the environment variable GONE is not set"},
		{"${", "", "${ is not followed by the name of a variable and }"},
		{"${}", "", "${ is not followed by the name of a variable and }"},
		{"${A B}", "", "${ is not followed by the name of a variable and }"},
		{"${1A}", "", "${ is not followed by the name of a variable and }"},
		{"${:-x}", "", "${ is not followed by the name of a variable and }"},
		{"${HOST", "", "${ is not followed by the name of a variable and }"},
	} {
		got, f := expand(c.in, getenv)
		if (f == nil) != (c.fault == "") || f != nil && f.what != c.fault || got != c.want {
			t.Errorf("%q became %q, %+v", c.in, got, f)
		}
	}
}

// TestExpandOnce: what a variable holds is not expanded again.
func TestExpandOnce(t *testing.T) {
	got, f := expand("${A}", func(string) (string, bool) { return "${B}", true })
	if f != nil || got != "${B}" {
		t.Errorf("%q, %v", got, f)
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"10s": 10 * time.Second, "30d": 720 * time.Hour, "1d12h": 36 * time.Hour, "1.5d": 36 * time.Hour, "500ms": 500 * time.Millisecond,
		"1h30m": 90 * time.Minute, "0s": 0, "0d": 0, "1.5h": 90 * time.Minute,
	} {
		got, f := parseDuration(in)
		if f != nil || got != want {
			t.Errorf("%s: %v, %+v", in, got, f)
		}
		if again, f := parseDuration(formatDuration(want)); f != nil || again != want {
			t.Errorf("%s is written %s", in, formatDuration(want))
		}
	}
	for _, in := range []string{"", "10", "s", "-1s", "+1s", "1d-12h", "d", "1 s", "1e3d", "-1d", "1d1", "1x", "999999999d", "1dd", "0x1d", "NaNd", "Infd"} {
		if got, f := parseDuration(in); f == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[string]int64{
		"1": 1, "1B": 1, "32MiB": 32 << 20, "1.5KiB": 1536, "1kB": 1000, "1KB": 1000, "2 GiB": 2 << 30, "1TB": 1e12,
	} {
		if got, f := parseSize(in); f != nil || got != want {
			t.Errorf("%s: %v, %+v", in, got, f)
		}
		if again, f := parseSize(formatSize(want)); f != nil || again != want {
			t.Errorf("%s is written %s", in, formatSize(want))
		}
	}
	for _, in := range []string{"", "0", "0.1B", "-1MiB", "1QB", "MiB", "1 M iB", "99999999999TiB", "1e9", "1mb", "0x10"} {
		if got, f := parseSize(in); f == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func TestSuggest(t *testing.T) {
	names := []string{"listen", "public_url", "max_body", "verify", "on", "http"}
	for in, want := range map[string]string{
		"lisen": "listen", "lsiten": "listen", "publicurl": "public_url", "public-url": "public_url", "PUBLIC_URL": "public_url",
		"maxbody": "max_body", "verified": "verify", "htpp": "http", "no": "on", "xyz": "", "": "", "zzzzzzzz": "", "list": "listen",
	} {
		if got := suggest(in, names); got != want {
			t.Errorf("%q was meant to be %q, want %q", in, got, want)
		}
	}
	if got := suggest(strings.Repeat("x", 1_000_000), names); got != "" {
		t.Errorf("a long one was meant to be %q", got)
	}
}

func TestFind(t *testing.T) {
	env := map[string]string{"HOME": "/home/me"}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	there := map[string]bool{}
	exists := func(path string) bool { return there[path] }
	is := func(flag, want string) {
		t.Helper()
		if got := fmt.Sprintf("%+v", Find(flag, lookup, exists)); got != want {
			t.Errorf("found %s, want %s", got, want)
		}
	}
	is("", "{Path: By:}")
	there["/etc/twirouter/config.toml"] = true
	is("", "{Path:/etc/twirouter/config.toml By:/etc/twirouter/config.toml}")
	there["/home/me/.config/twirouter/config.toml"] = true
	is("", "{Path:/home/me/.config/twirouter/config.toml By:~/.config/twirouter/config.toml}")
	env["XDG_CONFIG_HOME"] = "/xdg"
	is("", "{Path:/etc/twirouter/config.toml By:/etc/twirouter/config.toml}")
	there["/xdg/twirouter/config.toml"] = true
	is("", "{Path:/xdg/twirouter/config.toml By:$XDG_CONFIG_HOME/twirouter/config.toml}")
	there["config.toml"] = true
	is("", "{Path:config.toml By:./config.toml}")
	env["TWIROUTER_CONFIG"] = "/gone.toml"
	is("", "{Path:/gone.toml By:$TWIROUTER_CONFIG}")
	is("/flag.toml", "{Path:/flag.toml By:--config}")
}
