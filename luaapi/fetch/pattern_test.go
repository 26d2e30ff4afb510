package fetch

import (
	"strings"
	"testing"
)

func TestParsePattern(t *testing.T) {
	for in, want := range map[string]string{
		"https://api.example.com/v1/*":        "https://api.example.com/v1/*",
		"HTTPS://API.Example.COM/V1/*":        "https://api.example.com/V1/*",
		"https://api.example.com":             "https://api.example.com",
		"https://api.example.com/":            "https://api.example.com/",
		"https://api.example.com.:443/x":      "https://api.example.com/x",
		"http://api.example.com:0080/x":       "http://api.example.com/x",
		"http://api.example.com:443/x":        "http://api.example.com:443/x",
		"https://*.example.com/*":             "https://*.example.com/*",
		"https://*.internal/*":                "https://*.internal/*",
		"http://localhost:8080/*":             "http://localhost:8080/*",
		"http://127.0.0.1/*":                  "http://127.0.0.1/*",
		"http://[::1]:80/*":                   "http://[::1]/*",
		"http://[2001:DB8:0::1]:81/*":         "http://[2001:db8::1]:81/*",
		"https://xn--mnchen-3ya.example/*":    "https://xn--mnchen-3ya.example/*",
		"https://a_b.example.com/x%20y/%2A/*": "https://a_b.example.com/x%20y/%2A/*",
		"https://example.com/münchen/*":       "https://example.com/münchen/*",
	} {
		p, err := ParsePattern(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if p.String() != want {
			t.Errorf("%q: String is %q, want %q", in, p, want)
		}
	}
}

func TestParsePatternErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                                                  "is empty",
		"api.example.com/v1/*":                              "has no scheme",
		"/v1/*":                                             "has no scheme",
		"ftp://example.com/*":                               "scheme other than",
		"*://example.com/*":                                 "scheme other than",
		"https://":                                          "names no host",
		"https:///v1/*":                                     "names no host",
		"https://.":                                         "names no host",
		"https://*/":                                        "permits every host",
		"https://*":                                         "permits every host",
		"https://*:8443/":                                   "permits every host",
		"https://*.com/*":                                   "top-level domain",
		"https://api*.example.com/*":                        "* inside the host",
		"https://api.*.com/*":                               "* inside the host",
		"https://*.*.example.com/*":                         "* inside the host",
		"https://**.example.com/*":                          "* inside the host",
		"https://*.10.0.0.1/*":                              "* before an address",
		"https://user:s3cr3t@h.example/*":                   "user name or password",
		"https://*@h.example/*":                             "user name or password",
		"https://h.example/v1?x=*":                          "has a query",
		"https://h.example?x":                               "has a query",
		"https://h.example/v1#x":                            "has a fragment",
		"https://h.example:*/":                              "* for a port",
		"https://h.example:0/":                              "port that is not",
		"https://h.example:65536/":                          "port that is not",
		"https://h.example:https/":                          "port that is not",
		"https://h.example:+443/":                           "port that is not",
		"https://h..example/":                               "empty part",
		"https://.h.example/":                               "empty part",
		"https://h.example../":                              "empty part",
		"https://münchen.example/":                          "xn--",
		"https://h%2eexample/":                              "character that host names do not have",
		"https://h example/":                                "white space",
		" https://h.example/":                               "white space",
		"https://h.example/a\tb":                            "white space",
		`https://h.example\v1/*`:                            "backslash",
		"https://h.example//v1/*":                           "//",
		"https://h.example/v1//*":                           "//",
		"https://h.example/../v1":                           "..",
		"https://h.example/%2e%2E/v1":                       "..",
		"https://h.example/..;x/v1":                         "..",
		"https://h.example/a%2Fb":                           "encoded slash",
		"https://h.example/a%5cb":                           "encoded slash, backslash",
		"https://h.example/a%252fb":                         "encoded slash, backslash or %",
		"https://h.example/a%0ab":                           "control character",
		"https://h.example/a%zz":                            "two hexadecimal digits",
		"https://h.example/a%2*":                            "two hexadecimal digits",
		"https://h.example/a%":                              "two hexadecimal digits",
		"https://h.example/%c0%ae":                          "UTF-8",
		"https://127.1/":                                    "odd spelling",
		"https://0x7f.0.0.1/":                               "odd spelling",
		"https://2130706433/":                               "odd spelling",
		"https://0177.0.0.1/":                               "odd spelling",
		"https://[::ffff:127.0.0.1]/":                       "spelling of IPv6",
		"https://[fe80::1%25eth0]/":                         "zone",
		"https://[::1/":                                     "closing bracket",
		"https://[::1]x/":                                   "after the IPv6 address",
		"https://[127.0.0.1]/":                              "no IPv6 address",
		"https://::1/":                                      "too many colons",
		"https://" + strings.Repeat("a", 64):                "63 characters",
		"https://" + strings.Repeat("a.", 130) + "example/": "253 characters",
		"https://h.example/" + strings.Repeat("a", 9000):    "8 KiB",
	} {
		p, err := ParsePattern(in)
		if err == nil {
			t.Errorf("%.60q is taken for %q", in, p)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "the pattern ") {
			t.Errorf("%.60q: %q; want …%s…", in, err, want)
		}
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: the error repeats a password: %v", in, err)
		}
		if p.Match("https://h.example/") || p.String() != "" {
			t.Errorf("%.60q: the pattern beside the error is not the zero one", in)
		}
	}
}

func TestPatternMatch(t *testing.T) {
	const api = "https://api.example.com/v1/*"
	for _, c := range []struct {
		pattern, url string
		want         bool
	}{
		{api, "https://api.example.com/v1/", true},
		{api, "https://api.example.com/v1/a/b?x=../../y#frag", true},
		{api, "HTTPS://API.EXAMPLE.COM/v1/a", true},
		{api, "https://api.example.com:443/v1/a", true},
		{api, "https://api.example.com:0443/v1/a", true},
		{api, "https://api.example.com:/v1/a", true},
		{api, "https://api.example.com./v1/a", true},
		{api, "https://api.example.com/%76%31/a", true},
		{api, "https://api.example.com/v1/a%2Fb", true},
		{api, "https://api.example.com/v1/https%3A%2F%2Fexample.com%2Fx", true},
		{api, "https://api.example.com/v1/100%25", true},
		{api, "https://api.example.com/v1//a", true},
		{api, "https://api.example.com/v1/é?q=ü", true},
		{api, "https://api.example.com/v1/.hidden/a..b/...x", true},

		{api, "https://api.example.com/v1", false},
		{api, "https://api.example.com/V1/a", false},
		{api, "https://api.example.com/v2/a", false},
		{api, "https://api.example.com/", false},
		{api, "https://api.example.com", false},
		{api, "http://api.example.com/v1/a", false},
		{api, "http://api.example.com:443/v1/a", false},
		{api, "https://api.example.com:8443/v1/a", false},
		{api, "https://example.com/v1/a", false},
		{api, "https://x.api.example.com/v1/a", false},
		{api, "https://api.example.com.evil.test/v1/a", false},
		{api, "https://api-example.com/v1/a", false},
		{api, "https://api.example.com../v1/a", false},
		{api, "https://api.example.com/v1/../admin", false},
		{api, "https://api.example.com/v1/..", false},
		{api, "https://api.example.com/v1/./a", false},
		{api, "https://api.example.com/v1/%2e%2e/admin", false},
		{api, "https://api.example.com/v1/.%2E/admin", false},
		{api, "https://api.example.com/v1/..%2fadmin", false},
		{api, "https://api.example.com/v1/x%2f..%2f..%2fadmin", false},
		{api, "https://api.example.com/v1/%252e%252e/admin", false},
		{api, "https://api.example.com/v1/%25252e%25252e%25252fadmin", false},
		{api, "https://api.example.com/v1/..%5cadmin", false},
		{api, `https://api.example.com/v1/..\admin`, false},
		{api, `https://api.example.com/v1\a`, false},
		{api, "https://api.example.com/v1/..;/admin", false},
		{api, "https://api.example.com/v1/..%3b/admin", false},
		{api, "https://api.example.com/v1/..%20/admin", false},
		{api, "https://api.example.com/v1/.../admin", false},
		{api, "https://api.example.com/v1/%c0%ae%c0%ae/admin", false},
		{api, "https://api.example.com/v1/a%00", false},
		{api, "https://api.example.com/v1/a%0d%0aX: y", false},
		{api, "https://api.example.com//v1/a", false},
		{api, "https://api.example.com/v1%2fa", false},
		{api, "https://api.example.com/%2fv1/a", false},
		{api, "https://api.example.com/v1/%", false},
		{api, "https://api.example.com/v1/%2525252525252541", false},
		{api, "https://user@api.example.com/v1/a", false},
		{api, "https://:@api.example.com/v1/a", false},
		{api, "https://@api.example.com/v1/a", false},
		{api, "https://evil.test@api.example.com/v1/a", false},
		{api, "https://api.example.com@evil.test/v1/a", false},
		{api, `https://evil.test\@api.example.com/v1/a`, false},
		{api, `https://api.example.com\@evil.test/v1/a`, false},
		{api, "https://evil.test#@api.example.com/v1/a", false},
		{api, "https://evil.test?@api.example.com/v1/a", false},
		{api, "https:api.example.com/v1/a", false},
		{api, "https:/api.example.com/v1/a", false},
		{api, "https:///api.example.com/v1/a", false},
		{api, "//api.example.com/v1/a", false},
		{api, "api.example.com/v1/a", false},
		{api, " https://api.example.com/v1/a", false},
		{api, "https://api.example.com/v1/a\n", false},
		{api, "https://api.example.com\t/v1/a", false},
		{api, "https://api%2eexample.com/v1/a", false},
		{api, "https://ａpi.example.com/v1/a", false},
		{api, "https://api。example.com/v1/a", false},
		{api, "", false},

		{"https://*.example.com/*", "https://a.example.com/", true},
		{"https://*.example.com/*", "https://a.b.example.com/x", true},
		{"https://*.example.com/*", "https://xn--mnchen-3ya.example.com/x", true},
		{"https://*.example.com/*", "https://example.com/", false},
		{"https://*.example.com/*", "https://.example.com/", false},
		{"https://*.example.com/*", "https://aexample.com/", false},
		{"https://*.example.com/*", "https://a.example.com.evil.test/", false},
		{"https://xn--mnchen-3ya.example/*", "https://XN--MNCHEN-3YA.example/x", true},
		{"https://xn--mnchen-3ya.example/*", "https://münchen.example/x", false},

		{"https://h.example", "https://h.example/any/thing", true},
		{"https://h.example", "https://h.example//any", false},
		{"https://h.example/*", "https://h.example//any", false},
		{"https://h.example/*", "https://h.example/%2Fany", false},
		{"https://h.example/", "https://h.example", true},
		{"https://h.example/", "https://h.example/?q", true},
		{"https://h.example/", "https://h.example/x", false},
		{"https://h.example/a/*/c", "https://h.example/a/b/c", true},
		{"https://h.example/a/*/c", "https://h.example/a/b/b/c", true},
		{"https://h.example/a/*/c", "https://h.example/a//c", false},
		{"https://h.example/a/*/c", "https://h.example/a/c", false},
		{"https://h.example/a*a", "https://h.example/a", false},
		{"https://h.example/*.json", "https://h.example/x.json", true},
		{"https://h.example/*.json", "https://h.example/x.jsonp", false},
		{"https://h.example/*41", "https://h.example/x%2541", false},
		{"https://h.example/%2A", "https://h.example/*", true},
		{"https://h.example/%2A", "https://h.example/x", false},
		{"https://h.example/x%20y", "https://h.example/x y", true},
		{"https://h.example/ü/*", "https://h.example/%C3%BC/a", true},

		{"http://127.0.0.1/*", "http://127.0.0.1/", true},
		{"http://127.0.0.1/*", "http://127.0.0.1./", true},
		{"http://127.0.0.1/*", "http://127.1/", false},
		{"http://127.0.0.1/*", "http://0x7f.0.0.1/", false},
		{"http://127.0.0.1/*", "http://0x7f.1/", false},
		{"http://127.0.0.1/*", "http://2130706433/", false},
		{"http://127.0.0.1/*", "http://017700000001/", false},
		{"http://127.0.0.1/*", "http://[::ffff:127.0.0.1]/", false},
		{"http://127.0.0.1/*", "http://[::ffff:7f00:1]/", false},
		{"http://[::1]/*", "http://[0:0:0:0:0:0:0:1]/", true},
		{"http://[::1]/*", "http://[::1%25lo]/", false},
		{"http://[::1]/*", "http://[::1%lo]/", false},
	} {
		if got := mustPattern(t, c.pattern).Match(c.url); got != c.want {
			t.Errorf("%s matches %q: %v, want %v", c.pattern, c.url, got, c.want)
		}
	}
	if (Pattern{}).Match("https://api.example.com/") {
		t.Error("the zero pattern matches")
	}
}

func TestCheck(t *testing.T) {
	p := local(t, "https://api.example.com/v1/*", "http://10.0.0.1/*", "http://127.0.0.1:81/*", "http://[fd00:ec2::254]/*")
	for in, want := range map[string]struct {
		kind Kind
		says string
	}{
		"https://api.example.com/v1/s3cr3t":                      {},
		"http://127.0.0.1:81/":                                   {},
		"https://api.example.com/v2/s3cr3t":                      {Denied, "https://api.example.com is in the allow list, but not with this path"},
		"http://api.example.com/v1/s3cr3t":                       {Denied, "only with another scheme or port"},
		"https://evil.test/v1/?q=s3cr3t":                         {Denied, "https://evil.test is not in the allow list"},
		"http://10.0.0.1/":                                       {Denied, "10.0.0.1 leads to a private address"},
		"http://[fd00:ec2::254]/":                                {Denied, "leads to a cloud metadata address"},
		"http://0x7f.1/":                                         {Denied, "odd spelling"},
		"http://2130706433/":                                     {Denied, "odd spelling"},
		"http://a:s3cr3t@api.example.com/":                       {Denied, "user name or password"},
		"http://[fe80::1%25eth0]/":                               {Denied, "zone"},
		"http://[fe80::1%eth0]/":                                 {Denied, "zone"},
		"https://api.example.com/v1/../x":                        {Denied, ".. segment"},
		"https://api.example.com:99999/":                         {Denied, "port that is not"},
		`https://api.example.com\@evil.test/`:                    {Denied, "has a backslash"},
		"ftp://api.example.com/":                                 {Denied, "only http and https"},
		"file:///etc/passwd":                                     {Denied, "only http and https"},
		"https:s3cr3t":                                           {Invalid, "names no host"},
		"":                                                       {Invalid, "is empty"},
		"api.example.com":                                        {Invalid, "no scheme"},
		"https://api.example.com/%zs3cr3t":                       {Invalid, "cannot be read"},
		"https://api.example.com/v1/a ":                          {Invalid, "white space"},
		"https://api.example.com/" + strings.Repeat("a", maxURL): {Invalid, "8 KiB"},
	} {
		e := p.Check(in)
		if want.kind == "" {
			if e != nil {
				t.Errorf("%q: %s: %s", in, e.Kind, e.Message)
			}
			continue
		}
		if e == nil {
			t.Errorf("%.60q is permitted", in)
			continue
		}
		wantFault(t, e, want.kind, want.says)
	}
	wantFault(t, Policy{}.Check("https://api.example.com/"), Denied, "the allow list is empty")
}
