package twilio

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func urls(t *Target, webSocket bool) (all []string) {
	for c := range t.Candidates() {
		all = append(all, string(t.appendURL(nil, c, webSocket)))
	}
	return all
}

func TestCandidates(t *testing.T) {
	exact := func(url string) Target {
		target, err := ParseTarget(url)
		if err != nil {
			t.Fatal(err)
		}
		return target
	}
	origin := func(urls ...string) (all []Origin) {
		for _, url := range urls {
			o, err := ParseOrigin(url)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, o)
		}
		return all
	}
	for name, c := range map[string]struct {
		target Target
		want   []string
	}{
		"no port":        {exact("https://h/a?x"), []string{"https://h/a?x", "https://h:443/a?x"}},
		"http":           {exact("http://h/a"), []string{"http://h/a", "http://h:80/a"}},
		"port":           {exact("https://h:8443/a"), []string{"https://h:8443/a", "https://h/a"}},
		"IPv6":           {exact("https://[::1]/a"), []string{"https://[::1]/a", "https://[::1]:443/a"}},
		"IPv6 port":      {exact("https://[::1]:9/a"), []string{"https://[::1]:9/a", "https://[::1]/a"}},
		"wss":            {exact("wss://h/a"), []string{"wss://h/a", "wss://h:443/a"}},
		"exact":          {exact("https://u:p@h/a?q#f"), []string{"https://u:p@h/a?q#f", "https://u:p@h:443/a?q#f"}},
		"colon in query": {exact("https://h?u=a@b:c"), []string{"https://h?u=a@b:c", "https://h:443?u=a@b:c"}},
		"several public URLs": {Target{Origins: origin("https://a/x/", "http://b:81"), URI: "/s"},
			[]string{"https://a/x/s", "http://b:81/s", "http://b/s", "https://a:443/x/s"}},
		"userinfo and fragment": {Target{Origins: origin("https://u:p@h"), URI: "/s", Fragments: []string{"rc=2"}},
			[]string{"https://h/s", "https://h:443/s", "https://u:p@h/s", "https://u:p@h:443/s",
				"https://h/s#rc=2", "https://h:443/s#rc=2", "https://u:p@h/s#rc=2", "https://u:p@h:443/s#rc=2"}},
		"SIP": {exact("https://h/%40?c=sip%3Aa%40b"), []string{"https://h/%40?c=sip%3Aa%40b", "https://h:443/%40?c=sip%3Aa%40b",
			"https://h/%40?c=sip:a@b", "https://h:443/%40?c=sip:a@b"}},
		"quote":          {exact("https://h/%27?c=%27"), []string{"https://h/%27?c=%27", "https://h:443/%27?c=%27", "https://h/%27?c='", "https://h:443/%27?c='"}},
		"quote and plus": {exact("https://h/?c=%27+"), []string{"https://h/?c=%27+", "https://h:443/?c=%27+"}},
		"quote and SIP": {exact("https://h:1/?c=%27%3a"), []string{"https://h:1/?c=%27%3a", "https://h/?c=%27%3a",
			"https://h:1/?c=%27:", "https://h/?c=%27:", "https://h:1/?c='%3a", "https://h/?c='%3a", "https://h:1/?c=':", "https://h/?c=':"}},
		"none": {Target{URI: "/a"}, nil},
	} {
		got := urls(&c.target, false)
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if len(c.want) > 0 {
			first := string(c.target.appendURL(nil, c.target.first(), false))
			for cand := range c.target.Candidates() {
				if got := string(c.target.appendURL(nil, cand, false)); got != first || cand.String() != "as received" && !c.target.Exact {
					t.Errorf("%s: begins with %q (%s), want %q", name, got, cand, first)
				}
				break
			}
		}
	}
}

func TestCandidatesOfAWebSocket(t *testing.T) {
	target := Target{Origins: []Origin{{Scheme: "https", Host: "h"}, {Scheme: "http", Host: "h"}}, URI: "/a"}
	if got, want := urls(&target, true), []string{"wss://h/a", "ws://h/a", "wss://h:443/a", "ws://h:80/a"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCandidatesAreBounded(t *testing.T) {
	target := Target{URI: "/?" + strings.Repeat("%27%40", 1000)}
	for i := range 20 {
		target.Origins = append(target.Origins, Origin{Scheme: "https", User: "u", Host: fmt.Sprint("h", i)})
		target.Fragments = append(target.Fragments, fmt.Sprint("rc=", i))
	}
	if got := len(urls(&target, false)); got != MostCandidates {
		t.Errorf("%d candidates, want %d", got, MostCandidates)
	}
}

func TestParseOrigin(t *testing.T) {
	for url, want := range map[string]Origin{
		"https://hooks.example.com":           {Scheme: "https", Host: "hooks.example.com"},
		"https://hooks.example.com/":          {Scheme: "https", Host: "hooks.example.com"},
		"http://H.example:81/Base/":           {Scheme: "http", Host: "H.example:81", Prefix: "/Base"},
		"https://u%40x:p@[2001:db8::1]:8443/": {Scheme: "https", User: "u%40x:p", Host: "[2001:db8::1]:8443"},
	} {
		if got, err := ParseOrigin(url); err != nil || got != want {
			t.Errorf("%s: %#v, %v", url, got, err)
		}
	}
	for _, url := range []string{"", "hooks.example.com", "https://", "https:///a", "ftp://h", "wss://h", "https://h?a", "https://h/#f", "https://h /", "https://:443", "https://u@", "//h"} {
		if got, err := ParseOrigin(url); err == nil {
			t.Errorf("%q is taken as %#v", url, got)
		}
	}
}

func TestOriginMasksThePassword(t *testing.T) {
	target, err := ParseTarget("https://user:passw0rd@h/a")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(target.Origins[0]), fmt.Sprintf("%+v %#v", target, target), fmt.Sprintf("%v", &Request{Target: target})} {
		if strings.Contains(text, "passw0rd") || !strings.Contains(text, "***") {
			t.Error(text)
		}
	}
}

func TestCutURIAndQuery(t *testing.T) {
	for uri, want := range map[string][2]string{
		"/a/../b?x=1?y#z":       {"/a/../b?x=1?y#z", "x=1?y"},
		"http://h:1/a?b":        {"/a?b", "b"},
		"https://h":             {"", ""},
		"https://h?x":           {"?x", "x"},
		"*":                     {"*", ""},
		"//h/a":                 {"//h/a", ""},
		"/a#f?x":                {"/a#f?x", ""},
		"/?u=http://b.example/": {"/?u=http://b.example/", "u=http://b.example/"},
	} {
		if got := CutURI(uri); got != want[0] || Query(got) != want[1] {
			t.Errorf("%q: %q, query %q, want %q", uri, got, Query(got), want)
		}
	}
}
