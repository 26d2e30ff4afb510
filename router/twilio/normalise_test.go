package twilio

import (
	"reflect"
	"strings"
	"testing"

	"twirouter/router"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ form, channel, from, to string }{
		{"MessageSid=SM1&From=%2B15550001&To=%2B15550002&NumMedia=0", "sms", "+15550001", "+15550002"},
		{"MessageSid=SM1&From=%2B15550001&To=%2B15550002&NumMedia=2", "mms", "+15550001", "+15550002"},
		{"MessageSid=MM1&From=%2B15550001&To=%2B15550002&NumMedia=0", "sms", "+15550001", "+15550002"},
		{"MessageSid=MM1&MessageStatus=sent&From=%2B15550001", "mms", "+15550001", ""},
		{"MessageSid=SM1&From=ACME&To=384387", "sms", "ACME", "384387"},
		{"MessageSid=SM1&From=whatsapp:%2B15550001&To=whatsapp:%2B15550002&NumMedia=1", "whatsapp", "+15550001", "+15550002"},
		{"MessageSid=SM1&From=whatsapp:US.1234&To=whatsapp:%2B15550002", "whatsapp", "US.1234", "+15550002"},
		{"MessageSid=SM1&From=rcs:%2B15550001&To=rcs:brand_agent", "rcs", "+15550001", "brand_agent"},
		{"MessageSid=SM1&From=messenger:1234&To=messenger:567", "messenger", "1234", "567"},
		{"MessageSid=SM1&MessageStatus=read&ChannelPrefix=whatsapp", "whatsapp", "", ""},
		{"MessageSid=SM1&MessageStatus=sent&ChannelPrefix=", "sms", "", ""},
		{"CallSid=CA1&CallStatus=ringing&From=%2B15550001&To=%2B15550002", "voice", "+15550001", "+15550002"},
		{"CallSid=CA1&CallStatus=ringing&From=client:alice&To=%2B15550002", "client", "alice", "+15550002"},
		{"CallSid=CA1&CallStatus=ringing&CallbackSource=call-progress-events&From=%2B1555&To=client:bob", "client", "+1555", "bob"},
		{"CallSid=CA1&CallStatus=ringing&From=sip:bob@example.com:5060&To=sips:x@y", "sip", "bob@example.com:5060", "x@y"},
		{"CallSid=CA1&CallStatus=ringing&From=tel:%2B15550001", "voice", "+15550001", ""},
		{"CallSid=CA1&CallStatus=ringing&From=%2B266696687&To=", "voice", "+266696687", ""},
		{"CallSid=CA1&CallStatus=ringing&Caller=%2B15550001&Called=%2B15550002", "voice", "+15550001", "+15550002"},
		{"CallSid=CA1&AnsweredBy=human", "voice", "", ""},
		{"CallSid=CA1&CallStatus=ringing&From=Anonymous:", "voice", "Anonymous:", ""},
		{"EventType=onMessageAdded&MessageSid=IM1&From=whatsapp:%2B1555", "whatsapp", "+1555", ""},
		{"EventType=task.created&Sid=EV1", "", "", ""},
		{"sessionServiceSid=KS1&MessageSid=SM1&From=%2B1&To=%2B2", "sms", "+1", "+2"},
		{"sessionServiceSid=KS1&CallSid=CA1&From=%2B1&To=%2B2", "voice", "+1", "+2"},
	} {
		ev := formEvent(t, c.form)
		if ev.Channel != c.channel || ev.From != c.from || ev.To != c.to {
			t.Errorf("%s\n got %q from %q to %q", c.form, ev.Channel, ev.From, ev.To)
		}
	}
	ev := jsonEvents(t, `{"specversion":"1.0","type":"com.twilio.messaging.inbound-message.received","id":"EZ1","data":{"from":"whatsapp:+61","to":"whatsapp:+1"}}`)[0]
	if ev.Channel != "whatsapp" || ev.From != "+61" || ev.To != "+1" {
		t.Errorf("the CloudEvent is by %q from %q to %q", ev.Channel, ev.From, ev.To)
	}
}

func TestMedia(t *testing.T) {
	for form, want := range map[string][]router.Media{
		"MessageSid=SM1&NumMedia=0": nil,
		"MessageSid=SM1&MediaContentType1=b&MediaUrl1=v&MediaUrl0=u&MediaContentType0=a": {{URL: "u", ContentType: "a"}, {URL: "v", ContentType: "b"}},
		"MessageSid=SM1&MediaUrl0=u":                                    {{URL: "u"}},
		"MessageSid=SM1&MediaUrl10=u&MediaUrl9=v":                       {{URL: "v"}, {URL: "u"}},
		"MessageSid=SM1&MediaUrl0=&MediaUrl=x&MediaUrlx=y&MediaUrl00=z": nil,
		"MessageSid=SM1&MediaUrl99999999999999999999=u&MediaUrl100=v":   nil,
		"MessageSid=SM1&MediaUrl0=first&MediaUrl0=second":               {{URL: "first"}},
		"MessageSid=SM1&ReferralMediaUrl=u&ReferralNumMedia=1":          nil,
	} {
		if got := formEvent(t, form).Media; !reflect.DeepEqual(got, want) {
			t.Errorf("media of %s are %v, want %v", form, got, want)
		}
	}
}

func TestFallbackAndErrors(t *testing.T) {
	const none = "none"
	for _, c := range []struct{ form, fallback, fault, message string }{
		{"CallSid=CA1&CallStatus=in-progress&ErrorCode=11200&ErrorUrl=https://x", "11200", none, ""},
		{"MessageSid=SM1&ErrorCode=11200&ErrorUrl=https://x", "11200", none, ""},
		{"MessageSid=SM1&ErrorCode=&ErrorUrl=", none, none, ""},
		{"MessageSid=SM1&ErrorUrl=https://x", none, none, ""},
		{"MessageSid=SM1&MessageStatus=failed&ErrorCode=21610", none, "21610", "Attempt to send to unsubscribed recipient"},
		{"MessageSid=SM1&MessageStatus=undelivered", none, "", ""},
		{"MessageSid=SM1&MessageStatus=failed&ErrorCode=0", none, "", ""},
		{"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=999999", none, "999999", ""},
		{"MessageSid=SM1&MessageStatus=sent&ErrorCode=30003", none, "30003", "Unreachable destination handset"},
		{"MessageSid=SM1&MessageStatus=sent", none, none, ""},
		{"MessageSid=SM1&SmsStatus=failed", none, "", ""},
		{"RecordingStatus=completed&RecordingSid=RE1&ErrorCode=0", none, none, ""},
		{"RecordingStatus=failed&RecordingSid=RE1", none, "", ""},
		{"CallSid=CA1&CallStatus=failed&CallbackSource=call-progress-events", none, "", ""},
		{"CallSid=CA1&CallStatus=busy&CallbackSource=call-progress-events", none, none, ""},
		{"CallSid=CA1&CallStatus=in-progress&DialCallStatus=failed", none, "", ""},
		{"TranscriptionSid=GT1&TranscriptionEvent=transcription-error&TranscriptionErrorCode=32655", none, "32655", ErrorMessage("32655")},
		{"StreamSid=MZ1&StreamEvent=stream-error", none, "", ""},
		{"SessionId=VX1&SessionStatus=failed&ErrorCode=64105&CallSid=CA1", none, "64105", ErrorMessage("64105")},
		{"StatusCallbackEvent=composition-failed&CompositionSid=CJ1", none, "", ""},
		{"Sid=NO1&Level=ERROR&Payload=" + `%7B"error_code":"11200"%7D`, none, "11200", "HTTP retrieval failure"},
		{"Sid=NO1&Level=WARNING&Payload=" + `%7B"error_code":12200%7D`, none, "12200", ErrorMessage("12200")},
		{"Sid=NO1&Level=WARNING&Payload=" + `%7B"more":1%7D`, none, none, ""},
		{"Sid=NO1&Level=ERROR&Payload=broken", none, "", ""},
	} {
		ev := formEvent(t, c.form)
		fallback, fault, message := none, none, ""
		if ev.Fallback != nil {
			fallback = ev.Fallback.Code
			if ev.Fallback.URL != "https://x" || ev.Fallback.Message != "HTTP retrieval failure" {
				t.Errorf("%s: fallback %v", c.form, ev.Fallback)
			}
		}
		if ev.Error != nil {
			fault, message = ev.Error.Code, ev.Error.Message
		}
		if fallback != c.fallback || fault != c.fault || message != c.message {
			t.Errorf("%s\n got fallback %s, error %q %q", c.form, fallback, fault, message)
		}
	}
	for body, want := range map[string]string{
		`{"specversion":"1.0","type":"com.twilio.messaging.message.failed","data":{"errorCode":30003}}`:                            "30003",
		`{"specversion":"1.0","type":"com.twilio.error-logs.error.logged","data":{"error_code":"11200"}}`:                          "11200",
		`{"specversion":"1.0","type":"com.twilio.error-logs.error.logged","data":{"payload":"{\"error_code\":\"11200\"}"}}`:        "11200",
		`{"specversion":"1.0","type":"com.twilio.messaging.compliance.number-registration.failed","data":{}}`:                      "",
		`{"specversion":"1.0","type":"com.twilio.accountsecurity.verify.message.undelivered","data":{"payload":{"error_code":7}}}`: "7",
	} {
		if ev := jsonEvents(t, body)[0]; ev.Error == nil || ev.Error.Code != want {
			t.Errorf("error of %s is %v, want %q", body, ev.Error, want)
		}
	}
}

func TestOptOut(t *testing.T) {
	for form, want := range map[string]string{
		"MessageSid=SM1&OptOutType=STOP": "STOP", "MessageSid=SM1&OptOutType=start": "START", "MessageSid=SM1&OptOutType=HELP": "HELP",
		"MessageSid=SM1&OptOutType=": "", "MessageSid=SM1&OptOutType=MAYBE": "", "MessageSid=SM1&Body=STOP": "", "CallSid=CA1&OptOutType=STOP": "",
	} {
		if got := formEvent(t, form).OptOut; got != want {
			t.Errorf("opt out of %s is %q", form, got)
		}
	}
}

func TestQuery(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	ev := Normalise(received(t, "POST", "https://h/p?Body=mine&step=a.b", form, "MessageSid=SM1&Body=theirs"))[0]
	if ev.Params.Get("Body") != "theirs" || ev.Query.Get("Body") != "mine" || ev.Query.Get("step") != "a.b" {
		t.Errorf("params %v, query %v", ev.Params, ev.Query)
	}
	ev = Normalise(received(t, "POST", "https://h/p?MessageSid=SM1", form, "CallSid=CA1&CallStatus=ringing"))[0]
	if ev.Kind != "call.received" {
		t.Errorf("the customer's query made it %s", ev.Kind)
	}
	ev = Normalise(received(t, "GET", "https://h/p?MessageSid=SM1&Body=x", "", ""))[0]
	if ev.Kind != "message.received" || ev.Params.Get("Body") != "x" || ev.Query != nil {
		t.Errorf("GET became %s with params %v and query %v", ev.Kind, ev.Params, ev.Query)
	}
	ev = Normalise(received(t, "POST", "https://h/p?x=1&bodySHA256=00", "application/json", "{}"))[0]
	if !reflect.DeepEqual(ev.Query, router.Params{{Key: "x", Value: "1"}}) {
		t.Errorf("query of JSON is %v", ev.Query)
	}
	ev = Normalise(received(t, "POST", "https://h/p?"+strings.Repeat("a&", DefaultPairs+1), form, "MessageSid=SM1"))[0]
	if ev.Query != nil || len(ev.Notes) != 1 {
		t.Errorf("a query beyond the bound: %d pairs, notes %v", len(ev.Query), ev.Notes)
	}
}

func TestEventCarriesTheRequest(t *testing.T) {
	in := received(t, "POST", "https://h/p%20q?x", "application/x-www-form-urlencoded", "MessageSid=SM1&AccountSid=AC1")
	in.Headers, in.Step = router.Params{{Key: "User-Agent", Value: UserAgent}}, "a.b"
	ev := Normalise(in)[0]
	if ev.ID != "id" || ev.Path != "/p%20q" || ev.BaseURL != "https://h" || ev.Method != "POST" || ev.Step != "a.b" ||
		ev.Verified != router.VerifiedYes || ev.Origin != router.OriginDoor || !ev.Received.Equal(in.Received) || len(ev.Headers) != 1 {
		t.Errorf("the event lost something: %+v", ev)
	}
	if ev.Account != "AC1" {
		t.Errorf("account %q", ev.Account)
	}
	in.Account = "AC2"
	if ev = Normalise(in)[0]; ev.Account != "AC2" {
		t.Errorf("the request's AccountSid won over the account that verified: %q", ev.Account)
	}
}
