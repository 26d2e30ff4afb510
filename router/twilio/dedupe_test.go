package twilio

import (
	"strings"
	"testing"
)

func TestNaturalKeys(t *testing.T) {
	// "" stands for the key of the request itself.
	for form, want := range map[string]string{
		"MessageSid=SM1":                    "SM1",
		"SmsSid=SM1":                        "",
		"MessageSid=&SmsSid=SM1":            "",
		"MessageSid=SM1&MessageStatus=sent": "SM1+sent+",
		"MessageSid=SM1&MessageStatus=failed&ErrorCode=30003":                                 "SM1+failed+30003",
		"MessageSid=SM1&SmsStatus=sent":                                                       "",
		"CallSid=CA1&CallStatus=ringing&Direction=inbound":                                    "",
		"CallSid=CA1&CallStatus=in-progress":                                                  "",
		"CallSid=CA1&CallStatus=ringing&CallbackSource=call-progress-events":                  "",
		"CallSid=CA1&CallStatus=ringing&CallbackSource=call-progress-events&SequenceNumber=1": "CA1+1+ringing",
		"CallSid=CA1&CallStatus=completed&CallbackSource=call-progress-events":                "CA1++completed",
		"CallSid=CA1&CallStatus=completed&SequenceNumber=0":                                   "CA1+0+completed",
		"CallSid=CA1&CallStatus=in-progress&CallDuration=3":                                   "",
		"CallStatus=completed":                                                                "",
		"CallSid=CA1&CallStatus=in-progress&Digits=1":                                         "",
		"CallSid=CA1&CallStatus=in-progress&RecordingUrl=u":                                   "",
		"CallSid=CA1&CallStatus=in-progress&RecordingUrl=u&RecordingSid=RE1":                  "RE1",
		"RecordingStatus=completed&RecordingSid=RE1":                                          "RE1+completed",
		"RecordingStatus=completed":                                                           "",
		"TranscriptionStatus=completed&TranscriptionSid=TR1":                                  "TR1",
		"TranscriptionEvent=transcription-content&TranscriptionSid=GT1&SequenceId=2":          "GT1+2",
		"TranscriptionEvent=transcription-content&TranscriptionSid=GT1":                       "",
		"StatusCallbackEvent=conference-end&ConferenceSid=CF1&SequenceNumber=2":               "CF1+2",
		"StatusCallbackEvent=conference-end&ConferenceSid=CF1":                                "",
		"StatusCallbackEvent=room-ended&RoomSid=RM1&SequenceNumber=2":                         "RM1+2",
		"StatusCallbackEvent=composition-failed&RoomSid=RM1&CompositionSid=CJ1":               "CJ1+composition-failed",
		"StatusCallbackEvent=composition-progress&RoomSid=RM1&CompositionSid=CJ1":             "",
		"StreamEvent=stream-stopped&StreamSid=MZ1":                                            "MZ1+stream-stopped",
		"UnstableSpeechResult=a&CallSid=CA1&SequenceNumber=0":                                 "CA1+0",
		"AnsweredBy=human&CallSid=CA1":                                                        "CA1",
		"HandoffData=&SessionId=VX1&CallSid=CA1":                                              "VX1",
		"CallSid=CA1&For=x&PaymentMethod=y":                                                   "",
		"PaymentSid=PK1&CallSid=CA1":                                                          "",
		"Sid=NO1&Level=ERROR&Payload=x":                                                       "NO1",
		"UsageTriggerSid=UT1&IdempotencyToken=i":                                              "i",
		"UsageTriggerSid=UT1":                                                                 "",
		"WorkspaceSid=WS1&EventType=task.created&Sid=EV1":                                     "EV1",
		"WorkspaceSid=WS1&ReservationSid=WR1":                                                 "WR1",
		"EventType=onMessageAdded&MessageSid=IM1&ParticipantSid=MB1":                          "onMessageAdded+IM1",
		"EventType=onParticipantAdded&ParticipantSid=MB1":                                     "onParticipantAdded+MB1",
		"EventType=onConversationAdded&ConversationSid=CH1":                                   "",
		"EventType=onMessageUpdated&MessageSid=IM1":                                           "",
		"EventType=onDeliveryUpdated&MessageSid=IM1":                                          "",
		"EventType=onMessageUpdate&MessageSid=IM1&ConversationSid=CH1&RetryCount=0":           "CH1+IM1+0",
		"EventType=onMessageSent&MessageSid=IM1&InstanceSid=IS1":                              "",
		"EventType=document_updated&DocumentSid=ET1&DocumentRevision=3":                       "ET1++3",
		"EventType=list_item_added&ListSid=ES1&ItemIndex=4&ItemRevision=0":                    "ES1+4+0",
		"EventType=map_item_added&MapSid=MP1&ItemKey=a%2Bb&ItemRevision=0":                    "MP1+a%2Bb+0",
		"EventType=document_removed&DocumentSid=ET1":                                          "",
		"interactionSid=KI1":                                                                  "KI1",
		"interactionSid=KI1&outboundResourceSid=SM1":                                          "",
		"sessionServiceSid=KS1&MessageSid=SM1":                                                "",
		"Location=GetCustomersList&Worker=a":                                                  "",
		"FaxSid=FX1&FaxStatus=received":                                                       "FX1",
		"FaxSid=FX1":                                                                          "",
		"VerificationStatus=success&CallSid=CA1":                                              "",
		"SmsCommandSid=HC1&Status=sent":                                                       "HC1+sent",
		"CommandSid=DC1&Status=sent":                                                          "DC1+sent",
		"BundleSid=BU1&Status=draft":                                                          "",
		"type=factor.created&uid=u1":                                                          "u1",
		"DialogueSid=UK1":                                                                     "",
		"ConnectAppSid=CN1":                                                                   "",
		"Unheard=of":                                                                          "",
		"MessageSid=SM" + strings.Repeat("1", 500):                                            bounded("SM" + strings.Repeat("1", 500)),
	} {
		key := formEvent(t, form).Key
		if want == "" && strings.HasPrefix(key, "request+") {
			continue
		}
		if key != want {
			t.Errorf("key of %s is %q, want %q", form, key, want)
		}
		if len(key) > longestKey {
			t.Errorf("key of %d bytes", len(key))
		}
	}
}

func TestRequestKeys(t *testing.T) {
	key := func(method, url, form, token string) string {
		in := received(t, method, url, "application/x-www-form-urlencoded", form)
		in.Idempotency = token
		return Normalise(in)[0].Key
	}
	const url, form = "https://h/p?x=1", "CallSid=CA1&CallStatus=ringing&From=%2B1"
	first := key("POST", url, form, "t1")
	if !strings.HasPrefix(first, "request+") {
		t.Fatalf("key %q", first)
	}
	for name, same := range map[string]string{
		"again":            key("POST", url, form, "t1"),
		"in another order": key("POST", url, "From=%2B1&CallStatus=ringing&CallSid=CA1", "t1"),
	} {
		if same != first {
			t.Errorf("%s the key is %q, not %q", name, same, first)
		}
	}
	for name, other := range map[string]string{
		"another token":     key("POST", url, form, "t2"),
		"another parameter": key("POST", url, form+"&Digits2=1", "t1"),
		"another value":     key("POST", url, strings.Replace(form, "CA1", "CA2", 1), "t1"),
		"another query":     key("POST", "https://h/p?x=2", form, "t1"),
		"a moved boundary":  key("POST", url, "CallSidCA=1&CallStatus=ringing&From=%2B1", "t1"),
	} {
		if other == first {
			t.Errorf("%s has the same key", name)
		}
	}
	if k := key("POST", url, form, ""); k != "" {
		t.Errorf("without a token the key is %q", k)
	}
	if a, b := key("GET", "https://h/p?CallSid=CA1&CallStatus=ringing", "", "t1"), key("GET", "https://h/p?CallSid=CA2&CallStatus=ringing", "", "t1"); a == b {
		t.Error("two GETs have the same key")
	}
	a := Normalise(received(t, "POST", "https://h/p", "application/json", `{"eventType":"X","data":{"id":"1"}}`))[0].Key
	b := Normalise(received(t, "POST", "https://h/p", "application/json", `{"eventType":"X","data":{"id":"2"}}`))[0].Key
	if a == b || !strings.HasPrefix(a, "request+") {
		t.Errorf("the keys of two bodies are %q and %q", a, b)
	}
}

// Before a message is added nothing but the request tells it from the next one
// of the same conversation.
func TestPreHookKeys(t *testing.T) {
	key := func(body, token string) string {
		in := received(t, "POST", "https://h/p", "application/x-www-form-urlencoded", "EventType=onMessageAdd&ConversationSid=CH1&RetryCount=0&Body="+body)
		in.Idempotency = token
		return Normalise(in)[0].Key
	}
	if first, again := key("yes", "t1"), key("yes", "t1"); first != again {
		t.Error("the same request has two keys")
	}
	if key("yes", "t1") == key("no", "t1") || key("yes", "t1") == key("yes", "t2") {
		t.Error("two messages have the same key")
	}
	if key("yes", "") == key("no", "") {
		t.Error("two messages without a token have the same key")
	}
	if !strings.HasPrefix(key("yes", "t1"), "CH1+") || !strings.HasSuffix(key("yes", "t1"), "+0") {
		t.Errorf("the key is %q", key("yes", "t1"))
	}
}
