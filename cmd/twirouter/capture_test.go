package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

var testTime = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// typed runs a command line in this process.
func typed(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Main(t.Context(), args, Stdio{In: strings.NewReader(stdin), Out: &out, Err: &err})
	return code, out.String(), err.String()
}

func TestCaptureForms(t *testing.T) {
	want := &capture{
		method: "POST", target: "https://h.example/twilio?a=b", body: []byte("From=%2B15551230000&Body=hi"),
		headers: router.Params{{Key: "Content-Type", Value: formType}, {Key: "X-Twilio-Signature", Value: "c2ln"}},
	}
	path := &capture{method: "POST", target: "/twilio?a=b", body: want.body,
		headers: slices.Insert(slices.Clone(want.headers), 0, router.Param{Key: "Host", Value: "h.example"})}
	raw := "POST /twilio?a=b HTTP/1.1\nHost: h.example\nContent-Type: " + formType + "\nX-Twilio-Signature:c2ln \n\nFrom=%2B15551230000&Body=hi"
	chunked := *path
	chunked.headers = append(slices.Clone(path.headers), router.Param{Key: "Transfer-Encoding", Value: "chunked"})
	for _, c := range []struct {
		name, text string
		want       *capture
	}{
		{"JSON", `{"method":"post","url":"https://h.example/twilio?a=b","headers":{"content-type":"` + formType + `","x-twilio-signature":"c2ln"},"body":"From=%2B15551230000&Body=hi"}`, want},
		{"content_type for the header", `{"url":"https://h.example/twilio?a=b","headers":{"X-TWILIO-SIGNATURE":["c2ln"]},"content_type":"` + formType + `","body":"From=%2B15551230000&Body=hi","note":5}`,
			&capture{method: "POST", target: want.target, body: want.body, headers: router.Params{want.headers[1], want.headers[0]}}},
		{"the header before content_type", `{"url":"https://h.example/","headers":{"Content-Type":"text/plain"},"content_type":"` + formType + `"}`,
			&capture{method: "GET", target: "https://h.example/", headers: router.Params{{Key: "Content-Type", Value: "text/plain"}}}},
		{"query", `{"url":"https://h.example/twilio","query":"a=%20b&c","method":null}`, &capture{method: "GET", target: "https://h.example/twilio?a=%20b&c"}},
		{"the url's own query", `{"url":"https://h.example/twilio?a=b","query":{"a":"c"}}`, &capture{method: "GET", target: "https://h.example/twilio?a=b"}},
		{"a byte order mark", "\uFEFF" + ` {"url":"https://h.example/"}`, &capture{method: "GET", target: "https://h.example/"}},
		{"text", raw, path},
		{"an editor's line end", raw + "\n", path},
		{"line ends of the wire", strings.ReplaceAll(raw, "\n", "\r\n") + "\r\n", path},
		{"a folded header", strings.Replace(raw, "Content-Type: ", "Content-Type:\n  ", 1), path},
		{"chunks", strings.Replace(raw, "\n\nFrom=%2B15551230000&Body=hi", "\nTransfer-Encoding: chunked\n\n14\r\nFrom=%2B15551230000&\r\n7\r\nBody=hi\r\n0\r\n\r\n", 1), &chunked},
		{"chunks joined by the proxy", strings.Replace(raw, "\n\n", "\nTransfer-Encoding: chunked\n\n", 1), &chunked},
		{"a whole URL in the request line", "GET https://h.example/x?y=z\n", &capture{method: "GET", target: "https://h.example/x?y=z"}},
		{"empty lines first", "\n\nGET /x HTTP/2\nHost: h\n\n", &capture{method: "GET", target: "/x", headers: router.Params{{Key: "Host", Value: "h"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problem := parseCapture("f", []byte(c.text))
			if problem != nil {
				t.Fatal(problem)
			}
			if got.method != c.want.method || got.target != c.want.target || string(got.body) != string(c.want.body) || !slices.Equal(got.headers, c.want.headers) || len(got.notes) > 0 {
				t.Errorf("got  %s %s %q %q, notes %q\nwant %s %s %q %q", got.method, got.target, got.headers, got.body, got.notes, c.want.method, c.want.target, c.want.headers, c.want.body)
			}
		})
	}
}

// A line end at the end of a file was hardly sent; where something says that it
// was, it stays.
func TestCaptureBodyEnds(t *testing.T) {
	const body = "{\"a\":1}"
	hashed := func(text string) string { return "POST /x?bodySHA256=" + text + " HTTP/1.1\nHost: h\n\n" + body + "\n" }
	for _, c := range []struct{ name, text, want, note string }{
		{"no word about it", hashed("00"), body, ""},
		{"the hash of the body without it", hashed("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"), body, ""},
		{"the hash of the body with it", hashed("e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c"), body + "\n", ""},
		{"counted out", "POST /x HTTP/1.1\nContent-Length: 7\n\n" + body + "\n", body, ""},
		{"counted in", "POST /x HTTP/1.1\nContent-Length: 8\n\n" + body + "\n", body + "\n", ""},
		{"an edited body", "POST /x HTTP/1.1\nContent-Length: 5\n\n" + body + "\n", body, "Content-Length is 5, but the body has 7 bytes: all of them are taken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, problem := parseCapture("f", []byte(c.text))
			if problem != nil {
				t.Fatal(problem)
			}
			if string(got.body) != c.want || strings.Join(got.notes, "\n") != c.note {
				t.Errorf("got %q with the notes %q, want %q with %q", got.body, got.notes, c.want, c.note)
			}
		})
	}
}

func TestCaptureProblems(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "f: is empty (a captured request: JSON, or the text of an HTTP request)"},
		{" \n", "f: is empty ("},
		{"\xFF\xFEx", "f:1:1: is UTF-16 (save it as UTF-8)"},
		{"[1]", "f:1:1: is a list ("},
		{`{"url":`, "f:1:8: unexpected end of JSON input ("},
		{"{\n  \"url\" \"x\"}", "f:2:9: invalid character '\"' after object key ("},
		{"{} x", "f:1:4: invalid character 'x' after top-level value ("},
		{"{\"body\":\"\xFF\"}", "f:1:10: is not UTF-8 ("},
		{`{"a":1}`, "f:1:1: is neither a request, which has a url, nor an event, which has a kind ("},
		{`{"URL":"https://h/"}`, `f:1:2: there is no member "URL" (did you mean "url"?)`},
		{"{\"url\":\"https://h/\",\n \"contentType\":\"x\"}", `f:2:2: there is no member "contentType" (did you mean "content_type"?)`},
		{`{"url":"https://h/","header":{}}`, `f:1:21: there is no member "header" (did you mean "headers"?)`},
		{`{"url":"https://h/","url":"x"}`, `f:1:21: "url" is there twice (`},
		{`{"url": 5}`, "f:1:9: url is no text (the whole URL)"},
		{`{"url": "h.example/x"}`, `f:1:9: the url is "h.example/x" (it begins with https://`},
		{`{"url": "https://h/\n"}`, "f:1:9: the url holds a control character"},
		{`{"url":"https://h/","body":{"a":1}}`, "f:1:28: body is no text (the raw body as a text"},
		{`{"url":"https://h/","headers":[]}`, "f:1:31: headers is no object ("},
		{`{"url":"https://h/","headers":{"A": 5}}`, "f:1:37: the value of A is neither a text nor a list of texts ("},
		{`{"url":"https://h/","headers":{"A": ["x", null]}}`, "f:1:37: the value of A is neither"},
		{`{"url":"https://h/","headers":{"A B": "x"}}`, `f:1:32: "A B" cannot be the name of a header`},
		{`{"url":"https://h/","headers":{"A": "x\r\nB: y"}}`, "f:1:37: the value of A holds a line end ("},
		{`{"kind":"mesage.received"}`, `f:1:9: there is no kind "mesage.received" (did you mean message.received?)`},
		{`{"kind":"message.received","params":[]}`, "f:1:37: params is no object ("},
		{`{"kind":"message.received","params":{"A":{}}}`, "f:1:42: the parameter A is neither"},
		{`{"kind":"message.received","path":"x"}`, `f:1:35: the path is "x" (it begins with /)`},
		{`{"kind":"message.received","attempt":0}`, "f:1:38: attempt is no number from 1"},
		{`{"kind":"message.received","received_at":"now"}`, "f:1:42: received_at is no time ("},
		{`{"kind":"message.received","Params":{}}`, `f:1:28: there is no member "Params" (did you mean "params"?)`},
		{"hello", `f:1:1: "hello" is no request line (`},
		{"\nPOST /a b HTTP/1.1", `f:2:9: "b HTTP/1.1" is no version of HTTP (`},
		{"POST x HTTP/1.1", `f:1:6: "x" is no target of a request (`},
		{"POST /x HTTP/1.1\nHost h", `f:2:1: "Host h" is no header (`},
		{"POST /x HTTP/1.1\n Host: h", "f:2:1: a header begins with its name"},
	} {
		got, problem := parseCapture("f", []byte(c.text))
		if problem == nil {
			t.Errorf("%q: no problem but %+v, want %s", c.text, got, c.want)
		} else if !strings.HasPrefix(problem.String(), c.want) {
			t.Errorf("%q:\ngot  %s\nwant %s…", c.text, problem, c.want)
		}
	}
}

func TestCaptureFileProblems(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("big.json", bytes.Repeat([]byte(" "), maxCapture+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, want string }{
		{"none.json", "none.json: there is no such file (a file with one captured request; - is stdin)\ntwirouter: 1 problem\n"},
		{".", ".: is a folder (a file with one captured request; - is stdin)\ntwirouter: 1 problem\n"},
		{"big.json", "big.json: is larger than 8 MiB (a file holds one request)\ntwirouter: 1 problem\n"},
		{"-", "stdin:1:1: is a list (a file holds one request: {\"method\", \"url\", \"headers\", \"body\"})\ntwirouter: 1 problem\n"},
	} {
		for _, command := range [][]string{{"explain"}, {"run"}, {"routes", "test"}} {
			code, out, err := typed(t, "[]", append(command, c.file)...)
			// Warnings about the scripts may stand before it.
			if code != exitFailed || out != "" || !strings.HasSuffix(err, c.want) {
				t.Errorf("%v %s: exit %d, %q, %q, want exit 1 and %q", command, c.file, code, out, err, c.want)
			}
		}
	}
}

// What a file may say of an event beside its parameters.
func TestWrittenEvent(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"kind":"message.received","params":{"MessageSid":"SM1","From":"whatsapp:+15551230000","To":"whatsapp:+15559870000","Body":"hi"}}`,
			"message.received messaging SM1 whatsapp +15551230000 > +15559870000 wants twiml-messaging"},
		{`{"kind":"message.received","params":{"From":"whatsapp:+15551230000","Body":"hi","NumMedia":0}}`,
			"message.received messaging  whatsapp +15551230000 >  wants twiml-messaging"},
		{`{"kind":"message.undelivered","params":{"ErrorCode":30003}}`,
			"message.undelivered messaging  sms  >  wants none error 30003"},
		{`{"kind":"call.received","sid":"CA1","from":"+1","to":"+2","account":"AC1","status":"ringing"}`,
			"call.received voice CA1 voice +1 > +2 wants twiml-voice"},
		{`{"kind":"eventstreams.voice.status-callback.call.completed","data":{"a":[1]}}`,
			`eventstreams.voice.status-callback.call.completed eventstreams    >  wants none data {"a":[1]}`},
		{`{"kind":"app.seen","data":5}`, "app.seen app    >  wants none data 5 from emit"},
		{`{"kind":"router.dead"}`, "router.dead router    >  wants none from router"},
	} {
		got, problem := parseCapture("f", []byte(c.text))
		if problem != nil {
			t.Errorf("%s: %v", c.text, problem)
			continue
		}
		ev := got.event.made(&router.Generation{}, testTime, func() string { return "id" })
		text := fmt.Sprintf("%s %s %s %s %s > %s wants %s", ev.Kind, ev.Product, ev.SID, ev.Channel, ev.From, ev.To, ev.Wants)
		if ev.Error != nil {
			text += " error " + ev.Error.Code
		}
		if ev.Data != nil {
			text += " data " + string(ev.Data)
		}
		if ev.Origin != router.OriginDoor {
			text += " from " + string(ev.Origin)
		}
		if text != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.text, text, c.want)
		}
	}
}

func FuzzParseCapture(f *testing.F) {
	for _, seed := range []string{
		`{"method":"POST","url":"https://h/x?y","headers":{"A":["b"]},"body":"c","query":"d"}`,
		`{"kind":"message.received","params":{"A":["1","b"],"B":2},"query":"a=b","received_at":1e9,"data":[]}`,
		"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\r\n",
		"POST /x HTTP/1.1\nTransfer-Encoding: chunked\n\n3\r\nabc\r\n0\r\n\r\n",
		"\uFEFF\n{\"url\":\"/\"}", "{\"a\\u0062\":{}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		kept := bytes.Clone(text)
		got, problem := parseCapture("f", text)
		if !bytes.Equal(kept, text) {
			t.Fatal("the text was changed")
		}
		switch {
		case problem != nil:
			if got != nil || problem.What == "" || problem.Line > 1+bytes.Count(text, []byte("\n")) || problem.Line > 0 && problem.Col < 1 {
				t.Fatalf("%+v", problem)
			}
		case got.event != nil:
			g := (&router.Generation{Routes: []*router.Route{{Name: "default", Path: "/*"}}}).Finish(nil, nil)
			if ev := got.event.made(g, testTime, func() string { return "id" }); ev.Kind != got.event.kind {
				t.Fatalf("%s became %s", got.event.kind, ev.Kind)
			}
		default:
			if !strings.HasPrefix(got.target, "/") && !strings.Contains(got.target, "://") {
				t.Fatalf("target %q", got.target)
			}
			g := (&router.Generation{Routes: []*router.Route{{Name: "default", Path: "/*", Methods: []string{"POST"}, Overrides: "rc=1"}}}).Finish(nil, nil)
			a, err := arrive(g, got, "")
			if err == nil && a.unverified(testTime, func() string { return "id" }) == nil && len(a.events) == 0 && !strings.Contains(string(text), "[") {
				t.Fatal("no event")
			}
		}
	})
}

// corpusFile is a file of the corpus; the test is skipped where there is none.
func corpusFile(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("TWIROUTER_CORPUS")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "corpus")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no corpus: %v; set TWIROUTER_CORPUS to run this test", err)
	}
	return path
}
