package luaapi

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestJSONEncode(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`nil`, `null`},
		{`true`, `true`},
		{`"x"`, `"x"`},
		{`1`, `1`},
		{`-0`, `0`},
		{`0.1`, `0.1`},
		{`2^53`, `9007199254740992`},
		{`1e20`, `1e+20`},
		{`2^60`, `1.152921504606847e+18`},
		{`1e21`, `1e+21`},
		{`1e-7`, `1e-7`},
		{`123456789.25`, `123456789.25`},
		{`{}`, `{}`},
		{`json.array{}`, `[]`},
		{`json.array()`, `[]`},
		{`{ list = json.array{} }`, `{"list":[]}`},
		{`{1, 2, {3}}`, `[1,2,[3]]`},
		{`{ b = 1, a = 2, ["c d"] = { x = json.null } }`, `{"a":2,"b":1,"c d":{"x":null}}`},
		{`{ 1, json.null, 3 }`, `[1,null,3]`},
		{`"a\"b\\c\n\t\1\127/<>&"`, `"a\"b\\c\n\t\u0001\u007f/<>&"`},
		{`"gr\195\188n"`, `"grün"`},
		{`"\255x\195"`, `"` + "\uFFFDx\uFFFD" + `"`},
		{`json.decode('[]')`, `[]`},
		{`json.decode('{"a":[],"b":{}}')`, `{"a":[],"b":{}}`},
		{`settings`, `{}`},
		{`{ x = nil, y = false }`, `{"y":false}`},
	} {
		if got := prints(t, "print(json.encode("+c.code+"))"); got != c.want {
			t.Errorf("json.encode(%s) = %s, want %s", c.code, got, c.want)
		}
	}
}

func TestJSONEncodeRefuses(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`{ 1, a = 2 }`, `has both positions and names ("a")`},
		{`{ list = { 1, x = 2 } }`, `the value at list has both positions and names`},
		{`{ items = { 1, { cb = print } } }`, `the value at items[2].cb is a function`},
		{`{ ["a b"] = { print } }`, `the value at ["a b"][1] is a function`},
		{`{ [5] = "x" }`, `json.null for an element that is missing`},
		{`{ 1, nil, 3 }`, `the value at [2] is nil, with values after it: use json.null`},
		{`{ [1.5] = 1 }`, `the number 1.5 as a key`},
		{`{ [true] = 1 }`, `a boolean as a key`},
		{`0/0`, `not a finite number`},
		{`{ x = 1/0 }`, `the value at x is not a finite number`},
		{`{ e = event }`, `the value at e is the event itself: write event.params`},
		{`Say"x"`, `is a Say: only strings`},
	} {
		got := errorOf(workbench{}.run(t, "json.encode("+c.code+")"))
		if !strings.Contains(got, c.want) || !strings.HasPrefix(got, "json.encode: the value ") {
			t.Errorf("json.encode(%s) raised %q, want %q", c.code, got, c.want)
		}
	}
}

func TestJSONEncodeBounds(t *testing.T) {
	for name, c := range map[string]struct{ code, want string }{
		"cycle":  {`local t = {} t.x = { t } json.encode(t)`, "the value at x[1] contains itself"},
		"shared": {`local t = { 1 } print(json.encode{ t, t })`, ""},
		"deep":   {`local t = {} for i = 1, 200 do t = { t } end json.encode(t)`, "nested more than 64 deep"},
		"large":  {`local s = ("x"):rep(600000) json.encode{ s, s, s }`, "larger than 1 MiB"},
		"wide":   {`local t = { 1 } for i = 1, 40 do t = { t, t } end json.encode(t)`, "more than 100000 parts"},
	} {
		got := errorOf(workbench{}.run(t, c.code))
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
}

func TestJSONDecode(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`null`, `json.null`},
		{` true `, `true`},
		{`-12.5e1`, `-125`},
		{`9007199254740992`, `9007199254740992`},
		{`9007199254740993`, `"9007199254740993"`},
		{`-123456789012345678901234567890`, `"-123456789012345678901234567890"`},
		{`1e3`, `1000`},
		{`"a\u00e9\n\ud83d\ude00\/"`, `"aé\n😀/"`},
		{`"\ud83d"`, `"` + "\uFFFD" + `"`},
		{`[]`, `{}`},
		{`[1,null,"x"]`, `{ 1, json.null, "x" }`},
		{`{"a":null,"b":{"c":[true]}}`, `{ b = { c = { true } } }`},
		{`{"a":1,"a":2}`, `{ a = 2 }`},
		{"\uFEFF{}", `{}`},
	} {
		if got := prints(t, "print(inspect((json.decode([==["+c.text+"]==]))))"); got != c.want {
			t.Errorf("json.decode(%s) = %s, want %s", c.text, got, c.want)
		}
	}
}

func TestJSONDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, `line 1 column 1: the document is empty`},
		{"{\n  \"a\": 1,\n}", `line 3 column 1: the name of a member begins with a quotation mark, not '}'`},
		{`[1,]`, `line 1 column 4: a value cannot begin with ']'`},
		{`[1 2]`, `line 1 column 4: a list goes on with , or ends with ], not '2'`},
		{`{"a" 1}`, `line 1 column 6: a : follows the name of a member, not '1'`},
		{`"é" x`, `line 1 column 5: something follows the document: 'x'`},
		{`01`, `line 1 column 1: a number does not begin with a needless 0`},
		{`-`, `a digit is missing in a number before the end of the text`},
		{`1.`, `a digit is missing`},
		{`1e+`, `a digit is missing`},
		{`1e999`, `line 1 column 1: the number is too large`},
		{`"a`, `a string has no end`},
		{`"\x"`, `there is no escape \x in JSON`},
		{`"\u12"`, `four hexadecimal digits`},
		{"\"a\tb\"", `a string has a control character (U+0009)`},
		{`tru`, `a value cannot begin with 't'`},
		{`NaN`, `a value cannot begin with 'N'`},
		{strings.Repeat("[", 100), `nested more than 64 deep`},
	} {
		got := prints(t, "local v, err = json.decode([==[\n"+c.text+"]==]) print(v, err)")
		if !strings.HasPrefix(got, "nil\tline ") || !strings.Contains(got, c.want) {
			t.Errorf("json.decode(%q) gave %q, want %q", c.text, got, c.want)
		}
	}
	if got := errorOf(workbench{}.run(t, "json.decode(nil)")); got != "json.decode takes the text of a document, got nil" {
		t.Errorf("json.decode(nil) raised %q", got)
	}
}

func TestJSONArrayKeepsMetatablesFree(t *testing.T) {
	got := prints(t, `
		local a = json.decode("[]")
		print(getmetatable(a), json.encode(a))
		setmetatable(a, { __index = { x = 1 } })
		print(a.x)
		a = json.array{ 1 }
		a[1] = nil
		print(json.encode(a), #a, json.null == json.null, json.null == json.decode("null"))`)
	if want := "nil\t[]\n1\n[]\t0\ttrue\ttrue"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// FuzzJSONDecode holds the decoder to encoding/json: it takes the same documents
// and gives the same values, as far as Lua can hold them.
func FuzzJSONDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x",null,true]}`, `[1e5,-0,"\u00e9\ud83d\ude00"]`, `"\ud800"`, `{"a":{}}`, ` [ ] `, `{"":0}`, "[1,\n2", `-`, `9007199254740993`, "\"\xff\""} {
		f.Add(s)
	}
	f.Add("1e0020")
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	f.Fuzz(func(t *testing.T, text string) {
		v, err := decode(nil, L, text)
		std := json.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\uFEFF")))
		std.UseNumber()
		valid := json.Valid([]byte(strings.TrimPrefix(text, "\uFEFF")))
		if err != nil {
			if valid && !strings.Contains(err.Error(), "deep") && !strings.Contains(err.Error(), "parts") && !strings.Contains(err.Error(), "too large") {
				t.Fatalf("%q is refused: %v", text, err)
			}
			return
		}
		if !valid {
			t.Fatalf("%q is taken as %s", text, inspectBare(L, v))
		}
		once, err := encode(nil, L, v)
		if err != nil {
			if strings.Contains(err.Error(), "1 MiB") {
				return
			}
			t.Fatalf("%q cannot be written again: %v", text, err)
		}
		if !json.Valid(once) {
			t.Fatalf("%q became %q, which is no JSON", text, once)
		}
		again, err := decode(nil, L, string(once))
		if err != nil {
			t.Fatalf("%q became %q: %v", text, once, err)
		}
		twice, err := encode(nil, L, again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q became %q and then %q (%v)", text, once, twice, err)
		}
		var want any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\uFEFF")), &want); err != nil {
			return // a number beyond what a float holds
		}
		var got any
		if err := json.Unmarshal(once, &got); err != nil {
			t.Fatal(err)
		}
		if !sameJSON(want, got) {
			t.Fatalf("%q became %q", text, once)
		}
	})
}

// sameJSON compares what encoding/json read with what came back through Lua:
// there null members are absent and large whole numbers are texts.
func sameJSON(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			return false
		}
		n := 0
		for k, v := range want {
			if v == nil {
				continue
			}
			n++
			if x, ok := m[k]; !ok || !sameJSON(v, x) {
				return false
			}
		}
		return n == len(m)
	case []any:
		l, ok := got.([]any)
		if !ok || len(l) != len(want) {
			return false
		}
		for i := range want {
			if !sameJSON(want[i], l[i]) {
				return false
			}
		}
		return true
	case float64:
		if s, ok := got.(string); ok {
			var f float64
			return json.Unmarshal([]byte(s), &f) == nil && f == want
		}
	}
	return want == got
}

// FuzzJSONString holds the writer of strings to encoding/json.
func FuzzJSONString(f *testing.F) {
	f.Add("a\"b\\c\x00\x7f\u2028é\xff")
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		var got string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q is written as %s: %v", s, b, err)
		}
		if want := strings.ToValidUTF8(strings.Map(func(r rune) rune { return r }, s), "\uFFFD"); got != want {
			t.Fatalf("%q comes back as %q", s, got)
		}
	})
}

// FuzzJSONNumber: what is written reads back as the same number.
func FuzzJSONNumber(f *testing.F) {
	for _, n := range []float64{0, 1, -1, 0.1, 1e21, 1e-7, 1 << 53, 5e-324, 1.7976931348623157e308} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n float64) {
		if finite(n) != nil {
			return
		}
		b := appendNumber(nil, n)
		var got float64
		if err := json.Unmarshal(b, &got); err != nil || got != n {
			t.Fatalf("%v is written as %s (%v)", n, b, err)
		}
		std, err := json.Marshal(n)
		if a := math.Abs(n); err != nil || n != 0 && string(std) != string(b) && (a <= maxExact || a >= 1e21) {
			t.Fatalf("%v is written as %s, elsewhere as %s", n, b, std)
		}
	})
}

// inspectBare is inspect without a run.
func inspectBare(L *lua.LState, v lua.LValue) string {
	i := inspector{L: L, nodes: maxInspectNodes, bytes: maxInspectBytes}
	if _, ok := v.(*lua.LUserData); ok {
		return "userdata"
	}
	return i.value(v, 0, 0)
}
