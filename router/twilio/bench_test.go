package twilio

import (
	"strings"
	"testing"

	"twirouter/router"
)

// inbound is a text message with 25 parameters, in an order such as Twilio's.
var inbound = router.Params{
	{Key: "ToCountry", Value: "US"}, {Key: "ToState", Value: "CA"},
	{Key: "SmsMessageSid", Value: "SM265f381fc67c685df84225a8410d78fa"}, {Key: "NumMedia", Value: "0"},
	{Key: "ToCity", Value: "SAN FRANCISCO"}, {Key: "FromZip", Value: "94105"},
	{Key: "SmsSid", Value: "SM265f381fc67c685df84225a8410d78fa"}, {Key: "FromState", Value: "CA"},
	{Key: "SmsStatus", Value: "received"}, {Key: "FromCity", Value: "SAN FRANCISCO"},
	{Key: "Body", Value: "Is the 5 o'clock table still free? Thanks!"}, {Key: "FromCountry", Value: "US"},
	{Key: "To", Value: "+15005550006"}, {Key: "MessagingServiceSid", Value: "MG265f381fc67c685df84225a8410d78fa"},
	{Key: "ToZip", Value: "94108"}, {Key: "NumSegments", Value: "1"},
	{Key: "MessageSid", Value: "SM265f381fc67c685df84225a8410d78fa"}, {Key: "AccountSid", Value: "AC265f381fc67c685df84225a8410d78fa"},
	{Key: "From", Value: "+15005550010"}, {Key: "ApiVersion", Value: "2010-04-01"},
	{Key: "ReferralNumMedia", Value: "0"}, {Key: "OptOutType", Value: ""},
	{Key: "ProfileName", Value: "Ann"}, {Key: "WaId", Value: "15005550010"}, {Key: "MessageType", Value: "text"},
}

const inboundURL = "https://hooks.example.com/twilio/sms"

func signedForm(t testing.TB, secret router.Secret, url string, params router.Params) *Request {
	t.Helper()
	m, err := Credential{Secret: secret}.SignForm(url, params)
	if err != nil {
		t.Fatal(err)
	}
	return requestOf(t, m)
}

// requestOf is m as it is received under its own URL.
func requestOf(t testing.TB, m Message) *Request {
	t.Helper()
	target, err := ParseTarget(m.URL)
	if err != nil {
		t.Fatal(err)
	}
	req := &Request{Method: m.Method, Target: target, ContentType: m.ContentType, Body: m.Body, Signatures: []string{m.Signature}}
	if m.KeySID != "" {
		req.KeySIDs = []string{m.KeySID}
	}
	return req
}

func BenchmarkParseForm(b *testing.B) {
	body := EncodeForm(inbound)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := ParseForm(body, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify is parsing and verifying together, from the raw body.
func BenchmarkVerify(b *testing.B) {
	req := signedForm(b, "token", inboundURL, inbound)
	keys := ring1(b, req, "token")
	b.ReportAllocs()
	for b.Loop() {
		if v := keys.Verify(req); !v.OK() {
			b.Fatal(v.Reason)
		}
	}
}

func BenchmarkVerifyParallel(b *testing.B) {
	req := signedForm(b, "token", inboundURL, inbound)
	keys := ring1(b, req, "token")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if v := keys.Verify(req); !v.OK() {
				b.Error(v.Reason)
				return
			}
		}
	})
}

// BenchmarkVerifyRotated has the old token first: two keys are tried.
func BenchmarkVerifyRotated(b *testing.B) {
	req := signedForm(b, "token", inboundURL, inbound)
	keys := ring1(b, req, "older", "token")
	b.ReportAllocs()
	for b.Loop() {
		if v := keys.Verify(req); !v.OK() {
			b.Fatal(v.Reason)
		}
	}
}

// BenchmarkRefuse is what a stranger with a wrong signature costs.
func BenchmarkRefuse(b *testing.B) {
	req := signedForm(b, "other", inboundURL, inbound)
	keys := ring1(b, req, "token")
	b.ReportAllocs()
	for b.Loop() {
		if v := keys.Verify(req); v.OK() {
			b.Fatal("accepted")
		}
	}
}

// BenchmarkRefuseWorst is the most that a stranger can make of one megabyte.
func BenchmarkRefuseWorst(b *testing.B) {
	req := signedForm(b, "other", inboundURL+"?a=%27%40", router.Params{{Key: "Body", Value: strings.Repeat("x", 1<<20)}})
	req.Target.Fragments, req.Target.Exact = []string{"rc=1", "rc=2", "rc=3"}, false
	keys := ring1(b, req, "token", "older", "oldest")
	for b.Loop() {
		if v := keys.Verify(req); v.Reason != TooMuchWork {
			b.Fatal(v.Reason)
		}
	}
}

// BenchmarkExplain is the doctor at a request for which nothing fits.
func BenchmarkExplain(b *testing.B) {
	req := signedForm(b, "other", inboundURL+"?a=1&b=2&c=3&d=4&e=5", inbound)
	keys := ring1(b, req, "token", "older")
	for b.Loop() {
		if f := Explain(req, keys, Clues{}); f.Code != "unknown" {
			b.Fatal(f.Code)
		}
	}
}

// BenchmarkExplainWorst is the doctor at a megabyte of parameters.
func BenchmarkExplainWorst(b *testing.B) {
	params := make(router.Params, 9000)
	for i := range params {
		params[i] = router.Param{Key: strings.Repeat("k", i%50), Value: strings.Repeat("é ", 10)}
	}
	req := signedForm(b, "other", inboundURL+"?"+strings.Repeat("a=%27%40+&", 3000), params)
	keys := ring1(b, req, "token", "older")
	for b.Loop() {
		if f := Explain(req, keys, Clues{}); f.Code != "unknown" {
			b.Fatal(f.Code)
		}
	}
}
