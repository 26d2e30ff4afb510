package twilio

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"twirouter/router"
)

func TestParseForm(t *testing.T) {
	type pairs = []string
	for _, c := range []struct {
		raw  string
		want pairs
	}{
		{"", nil},
		{"a=1&b=2", pairs{"a", "1", "b", "2"}},
		{"b=2&a=1&b=1", pairs{"b", "2", "a", "1", "b", "1"}},
		{"a", pairs{"a", ""}},
		{"a=", pairs{"a", ""}},
		{"=1", pairs{"", "1"}},
		{"=", pairs{"", ""}},
		{"&&a=1&&&b=2&", pairs{"a", "1", "b", "2"}},
		{"a=b=c", pairs{"a", "b=c"}},
		{"a+b=c+d", pairs{"a b", "c d"}},
		{"a%2Bb=%2b", pairs{"a+b", "+"}},
		{"a%3Db=%26", pairs{"a=b", "&"}},
		{"a=x;y&b=1", pairs{"a", "x;y", "b", "1"}},
		{"a=100%&b=%zz&c=%4&d=%%41", pairs{"a", "100%", "b", "%zz", "c", "%4", "d", "%A"}},
		{"a=1#frag", pairs{"a", "1#frag"}},
		{"a= b\r\n", pairs{"a", " b\r\n"}},
		{"a=%0D%0A%00", pairs{"a", "\r\n\x00"}},
		{"a=é&b=%C3%A9&c=%c3\xa9", pairs{"a", "é", "b", "é", "c", "é"}},
		{"a=%F0%9F%98%80", pairs{"a", "😀"}},
		{"%EF%BB%BFa=%EF%BB%BF", pairs{"\ufeffa", "\ufeff"}},
		{"a=%EF%BF%BD", pairs{"a", "\ufffd"}},
		// One U+FFFD for each maximal subpart, as in the tables of the Unicode
		// standard, "U+FFFD Substitution of Maximal Subparts".
		{"a=%FF", pairs{"a", "\ufffd"}},
		{"a=%C3", pairs{"a", "\ufffd"}},
		{"a=%C3x", pairs{"a", "\ufffdx"}},
		{"a=%C0%AF", pairs{"a", "\ufffd\ufffd"}},
		{"a=%E2%82", pairs{"a", "\ufffd"}},
		{"a=%E2%82x", pairs{"a", "\ufffdx"}},
		{"a=%F0%9F%98", pairs{"a", "\ufffd"}},
		{"a=%F0%9F%98%F0%9F%98%80", pairs{"a", "\ufffd😀"}},
		{"a=%ED%A0%80", pairs{"a", "\ufffd\ufffd\ufffd"}},
		{"a=%E0%80%80", pairs{"a", "\ufffd\ufffd\ufffd"}},
		{"a=%F0%80%80%80", pairs{"a", "\ufffd\ufffd\ufffd\ufffd"}},
		{"a=%F4%90%80%80", pairs{"a", "\ufffd\ufffd\ufffd\ufffd"}},
		{"a=%F5%80", pairs{"a", "\ufffd\ufffd"}},
		{"a=%F1%80%80%E1%80%C2b", pairs{"a", "\ufffd\ufffd\ufffdb"}},
		{"a=\xff\xfe&b=%C3&c=%A9", pairs{"a", "\ufffd\ufffd", "b", "\ufffd", "c", "\ufffd"}},
	} {
		got, err := ParseForm(c.raw, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var want router.Params
		for i := 0; i < len(c.want); i += 2 {
			want = append(want, router.Param{Key: c.want[i], Value: c.want[i+1]})
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%q: read %q, want %q", c.raw, got, want)
		}
	}
}

func TestParseFormLimit(t *testing.T) {
	if p, err := ParseForm("a&b&c&&&", Limits{Pairs: 3}); err != nil || len(p) != 3 {
		t.Errorf("%q, %v", p, err)
	}
	_, err := ParseForm("a&b&c&d", Limits{Pairs: 3})
	var limit *PairsError
	if !errors.As(err, &limit) || limit.Limit != 3 {
		t.Errorf("got %v", err)
	}
	if _, err := ParseForm(strings.Repeat("a&", DefaultPairs+1), Limits{}); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
	if p, err := ParseForm(strings.Repeat("&", 1<<20)+"a", Limits{}); err != nil || len(p) != 1 || cap(p) > DefaultPairs {
		t.Errorf("%d of %d, %v", len(p), cap(p), err)
	}
}

func TestParseFormAllocations(t *testing.T) {
	body := EncodeForm(inbound)
	if n := testing.AllocsPerRun(100, func() { _, _ = ParseForm(body, Limits{}) }); n > 2 {
		t.Errorf("%v allocations, want the list and one buffer", n)
	}
}

func FuzzParseForm(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=2", "a+b=%C3%A9&&=&a", "a=%&b=%F0%9F%98", "\xff=\xe2\x82", EncodeForm(inbound)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := ParseForm(raw, Limits{})
		if err != nil {
			var limit *PairsError
			if !errors.As(err, &limit) {
				t.Fatal(err)
			}
			return
		}
		for _, p := range got {
			if !utf8.ValidString(p.Key) || !utf8.ValidString(p.Value) {
				t.Fatalf("%q is not UTF-8", p)
			}
		}
		again, err := ParseForm(EncodeForm(got), Limits{})
		if err != nil || fmt.Sprintf("%q", again) != fmt.Sprintf("%q", got) {
			t.Fatalf("%q became %q, %v", got, again, err)
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		for key, list := range values {
			for _, v := range list {
				if utf8.ValidString(key) && utf8.ValidString(v) && !contains(got, key, v) {
					t.Fatalf("lost %q = %q in %q", key, v, got)
				}
			}
		}
	})
}

func contains(params router.Params, key, value string) bool {
	for _, p := range params {
		if p.Key == key && p.Value == value {
			return true
		}
	}
	return false
}
