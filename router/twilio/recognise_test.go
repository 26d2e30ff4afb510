package twilio

import (
	"strings"
	"testing"

	"twirouter/router"
)

// formEvent is the event of a POST with these parameters.
func formEvent(t testing.TB, form string) *router.Event {
	t.Helper()
	return Normalise(received(t, "POST", "https://hooks.example.com/twilio", "application/x-www-form-urlencoded", form))[0]
}

func jsonEvents(t testing.TB, body string) []*router.Event {
	t.Helper()
	return Normalise(received(t, "POST", "https://hooks.example.com/twilio?bodySHA256=00", "application/json", body))
}

// TestRecognise has a request for every row of the table, and for everything that
// looks like something else: form, kind, status, SID, wants ("" is none).
func TestRecognise(t *testing.T) {
	for _, c := range []struct{ form, kind, status, sid, wants string }{
		// Messages: MessageStatus decides, then SmsStatus.
		{"MessageSid=SM1&SmsStatus=received&Body=", "message.received", "received", "SM1", "twiml-messaging"},
		{"SmsSid=SM1&Body=x", "message.received", "received", "SM1", "twiml-messaging"},
		{"SmsMessageSid=SM1", "message.received", "received", "SM1", "twiml-messaging"},
		{"MessageSid=&SmsSid=SM2", "message.received", "received", "SM2", "twiml-messaging"},
		{"MessageSid=SM1&MessageStatus=received&SmsStatus=delivered", "message.received", "received", "SM1", "twiml-messaging"},
		{"MessageSid=SM1&SmsStatus=receiving", "message.receiving", "receiving", "SM1", ""},
		{"MessageSid=SM1&MessageStatus=receiving&SmsStatus=x", "message.receiving", "receiving", "SM1", ""},
		{"MessageSid=SM1&MessageStatus=delivered&SmsStatus=sent", "message.delivered", "delivered", "SM1", ""},
		{"MessageSid=SM1&MessageStatus=&SmsStatus=sent", "message.sent", "sent", "SM1", ""},
		{"MessageSid=SM1&MessageStatus=Partially_Delivered", "message.partially-delivered", "Partially_Delivered", "SM1", ""},
		{"MessageSid=SM1&MessageStatus=brand+new", "message.brand-new", "brand new", "SM1", ""},
		{"MessageSid=SM1&MessageStatus=a/b", "twilio.unknown", "", "", ""},
		{"MessageSid=SM1&MessageStatus=a.b", "twilio.unknown", "", "", ""},
		{"MessageSid=SM1&MessageStatus=%E2%84%AA", "twilio.unknown", "", "", ""},
		{"MessageSid=SM1&MessageStatus=" + strings.Repeat("a", 40), "message." + strings.Repeat("a", 40), strings.Repeat("a", 40), "SM1", ""},
		{"MessageSid=SM1&MessageStatus=" + strings.Repeat("a", 41), "twilio.unknown", "", "", ""},
		{"MessageSid=SM1&MessageStatus=read&EventType=READ&ChannelPrefix=whatsapp", "message.read", "read", "SM1", ""},
		{"CallSid=CA1&CallStatus=in-progress&SmsSid=SM1&SmsStatus=sent", "sms-verb.finished", "sent", "SM1", "twiml-voice"},

		// Calls: CallbackSource makes a status callback of everything.
		{"CallSid=CA1&CallStatus=completed&CallbackSource=call-progress-events&RecordingUrl=u&RecordingSid=RE1&Digits=1", "call.completed", "completed", "CA1", ""},
		{"CallSid=CA1&CallStatus=in-progress&CallbackSource=call-progress-events&DialCallStatus=x", "call.in-progress", "in-progress", "CA1", ""},
		{"CallSid=CA1&CallStatus=ringing&Direction=inbound&CallbackSource=call-progress-events", "call.ringing", "ringing", "CA1", ""},
		{"CallSid=CA1&CallbackSource=call-progress-events", "twilio.unknown", "", "", ""},
		{"CallSid=CA1&CallStatus=ringing&CallbackSource=other", "call.received", "ringing", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=ringing&Direction=inbound", "call.received", "ringing", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=queued&Direction=", "call.received", "queued", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=ringing&Direction=outbound-api", "call.twiml-requested", "ringing", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&Direction=outbound-api&AnsweredBy=human", "call.twiml-requested", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1", "call.twiml-requested", "", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=canceled", "call.canceled", "canceled", "CA1", ""},
		{"CallSid=CA1&CallStatus=completed&CallDuration=3&RecordingUrl=u&Digits=1", "call.completed", "completed", "CA1", ""},
		{"CallSid=CA1&CallStatus=in-progress&CallDuration=3", "call.in-progress", "in-progress", "CA1", ""},
		{"CallSid=CA1&CallStatus=ringing&SequenceNumber=1", "call.ringing", "ringing", "CA1", ""},
		{"CallSid=CA1&CallStatus=in-progress&Timestamp=x", "call.in-progress", "in-progress", "CA1", ""},
		{"CallSid=CA1&CallStatus=in-progress&ConferenceSid=CF1", "conference.wait", "in-progress", "CF1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&ConferenceSid=CF1&SequenceNumber=1", "conference.wait", "in-progress", "CF1", "twiml-voice"},

		// Verbs.
		{"CallSid=CA1&CallStatus=in-progress&Digits=", "gather.finished", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=completed&SpeechResult=yes&Confidence=0.9", "gather.finished", "completed", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&UnstableSpeechResult=ye&StableSpeechResult=&SequenceNumber=3", "gather.partial", "partial", "CA1", ""},
		{"CallSid=CA1&CallStatus=completed&RecordingUrl=u&RecordingSid=RE1&Digits=hangup", "record.finished", "completed", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=completed&RecordingUrl=u&RecordingSid=RE1&RecordingStatus=completed", "recording.completed", "completed", "RE1", ""},
		{"RecordingStatus=absent&RecordingSid=RE1&ErrorCode=0", "recording.absent", "absent", "RE1", ""},
		{"TranscriptionStatus=failed&RecordingUrl=u&RecordingSid=RE1&CallSid=CA1&CallStatus=completed", "transcription.failed", "failed", "RE1", ""},
		{"TranscriptionSid=GT1&TranscriptionEvent=transcription-content&CallSid=CA1", "realtime-transcription.content", "transcription-content", "GT1", ""},
		{"StreamSid=MZ1&StreamEvent=stream-started&CallSid=CA1", "stream.started", "stream-started", "MZ1", ""},
		{"CallSid=CA1&CallStatus=in-progress&DialCallStatus=busy&RecordingUrl=u", "dial.finished", "busy", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&DialBridged=true", "dial.finished", "", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&DialCallSid=CA2", "dial.finished", "", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&DequeueResult=bridged", "dial.finished", "bridged", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&QueueResult=hangup&QueuePosition=1", "enqueue.finished", "hangup", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&DequeingCallSid=CA2", "queue.dequeue", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&CurrentQueueSize=1", "enqueue.wait", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1&AnsweredBy=human", "amd.detected", "human", "CA1", ""},
		{"CallSid=CA1&CallStatus=in-progress&HandoffData=", "conversation-relay.finished", "", "CA1", "twiml-voice"},
		{"CallSid=CA1&SessionId=VX1&SessionStatus=completed", "conversation-relay.finished", "completed", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&SessionStatus=completed", "call.twiml-requested", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1&VirtualAgentStatus=complete", "virtual-agent.finished", "complete", "CA1", "twiml-voice"},
		{"CallSid=CA1&ReferCallStatus=completed", "refer.finished", "completed", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&ReferTransferTarget=sip:a@b", "refer.requested", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&Result=success&PaymentToken=t", "pay.finished", "success", "CA1", "twiml-voice"},
		{"CallSid=CA1&CallStatus=in-progress&Result=success", "call.twiml-requested", "in-progress", "CA1", "twiml-voice"},
		{"CallSid=CA1&For=security-code&PaymentMethod=credit-card&ErrorType=timeout", "pay.status", "timeout", "CA1", ""},
		{"CallSid=CA1&PaymentSid=PK1&PartialResult=&ErrorType=", "payment.status", "", "PK1", ""},

		// Conferences and video share StatusCallbackEvent.
		{"StatusCallbackEvent=conference-end&ConferenceSid=CF1&CallSid=CA1", "conference.end", "conference-end", "CF1", ""},
		{"StatusCallbackEvent=participant-speech-start&ConferenceSid=CF1", "conference.participant-speech-start", "participant-speech-start", "CF1", ""},
		{"StatusCallbackEvent=conference-&ConferenceSid=CF1", "twilio.unknown", "", "", ""},
		{"StatusCallbackEvent=&ConferenceSid=CF1", "twilio.unknown", "", "", ""},
		{"EventName=conference-record-end&ConferenceSid=CF1&RecordingUrl=u", "conference.record-end", "conference-record-end", "CF1", ""},
		{"StatusCallbackEvent=room-created&RoomSid=RM1", "video.room-created", "room-created", "RM1", ""},
		{"StatusCallbackEvent=recording-completed&RoomSid=RM1&RecordingSid=RT1", "video.recording-completed", "recording-completed", "RT1", ""},
		{"StatusCallbackEvent=composition-started&RoomSid=RM1&CompositionSid=CJ1", "video.composition-started", "composition-started", "CJ1", ""},
		{"StatusCallbackEvent=composition-available&CompositionSid=CJ1", "video.composition-available", "composition-available", "CJ1", ""},

		// The account.
		{"Payload=%7B%7D&Level=ERROR&Sid=NO1", "debugger.error", "error", "NO1", ""},
		{"Payload=%7B%7D&Level=Warning&Sid=NO1", "debugger.warning", "warning", "NO1", ""},
		{"Payload=x&Level=ERROR", "twilio.unknown", "", "", ""},
		{"UsageTriggerSid=UT1", "usage-trigger.fired", "fired", "UT1", ""},
		{"ConnectAppSid=CN1&AccountSid=AC1", "connect-app.deauthorized", "deauthorized", "CN1", ""},

		// TaskRouter.
		{"WorkspaceSid=WS1&ReservationSid=WR1&TaskSid=WT1", "taskrouter.assignment", "assignment", "WR1", "json-taskrouter"},
		{"WorkspaceSid=WS1&ReservationSid=WR1&EventType=", "taskrouter.assignment", "assignment", "WR1", "json-taskrouter"},
		{"WorkspaceSid=WS1&ReservationSid=WR1&EventType=reservation.created&Sid=EV1", "taskrouter.reservation.created", "created", "EV1", ""},
		{"EventType=worker.channel.availability.update&Sid=EV1", "taskrouter.worker.channel.availability.update", "update", "EV1", ""},
		{"EventType=task-queue.expression.updated&WorkspaceSid=WS1", "taskrouter.task-queue.expression.updated", "updated", "", ""},
		{"EventType=brand_new.thing&WorkspaceSid=WS1&Sid=EV1", "taskrouter.brand-new.thing", "thing", "EV1", ""},
		{"EventType=brand_new.thing&Sid=EV1", "twilio.unknown", "", "", ""},
		{"EventType=task.&WorkspaceSid=WS1", "twilio.unknown", "", "", ""},
		{"EventType=task..x&WorkspaceSid=WS1", "twilio.unknown", "", "", ""},
		{"WorkspaceSid=WS1", "twilio.unknown", "", "", ""},

		// Conversations, and Chat before it.
		{"EventType=onMessageAdd&ConversationSid=CH1&ParticipantSid=MB1", "conversations.message-add", "onMessageAdd", "MB1", "json-hook"},
		{"EventType=onMessageAdded&MessageSid=IM1&ConversationSid=CH1", "conversations.message-added", "onMessageAdded", "IM1", ""},
		{"EventType=onParticipantUpdate&ConversationSid=CH1", "conversations.participant-update", "onParticipantUpdate", "CH1", "json-hook"},
		{"EventType=onDeliveryUpdated&MessageSid=IM1", "conversations.delivery-updated", "onDeliveryUpdated", "IM1", ""},
		{"EventType=onUserUpdate&UserSid=US1", "conversations.user-update", "onUserUpdate", "US1", "json-hook"},
		{"EventType=onConversationAdd&ChannelSid=CH1", "chat.conversation-add", "onConversationAdd", "CH1", "json-hook"},
		{"EventType=onMessageSend&InstanceSid=IS1&ChannelSid=CH1", "chat.message-send", "onMessageSend", "CH1", "json-hook"},
		{"EventType=onMessageSent&InstanceSid=IS1&MessageSid=IM1", "chat.message-sent", "onMessageSent", "IM1", ""},
		{"EventType=onMemberRemoved&InstanceSid=IS1&MemberSid=MB1", "chat.member-removed", "onMemberRemoved", "MB1", ""},
		{"EventType=onMessageSent&ConversationSid=CH1", "conversations.message-sent", "onMessageSent", "CH1", ""},
		{"EventType=onward", "twilio.unknown", "", "", ""},

		// Sync, Proxy, Frontline.
		{"EventType=stream_message_published&StreamSid=TO1&MessageSid=TZ1", "sync.stream-message-published", "stream_message_published", "TO1", ""},
		{"EventType=endpoint_connected&EndpointId=e", "sync.endpoint-connected", "endpoint_connected", "e", ""},
		{"EventType=document_removed&DocumentSid=ET1", "sync.document-removed", "document_removed", "ET1", ""},
		{"interactionSid=KI1&inboundResourceStatus=sent&outboundResourceSid=", "proxy.intercept", "sent", "KI1", "http-status"},
		{"interactionSid=KI1&inboundResourceStatus=received&outboundResourceSid=SM1&outboundResourceStatus=sent", "proxy.callback", "sent", "KI1", ""},
		{"sessionServiceSid=KS1&sessionSid=KC1&sessionStatus=closed&MessageSid=SM1", "proxy.out-of-session", "closed", "KC1", "twiml-messaging"},
		{"sessionServiceSid=KS1&CallSid=CA1&CallStatus=ringing", "proxy.out-of-session", "", "CA1", "twiml-voice"},
		{"Location=GetProxyAddress&CustomerId=7", "frontline.get-proxy-address", "GetProxyAddress", "7", "json-frontline"},
		{"Location=GetURLFor&Worker=a", "frontline.get-url-for", "GetURLFor", "", "json-frontline"},
		{"Location=GetProxyAddress", "twilio.unknown", "", "", ""},

		// The rest.
		{"FaxSid=FX1", "fax.incoming", "", "FX1", "twiml-fax"},
		{"FaxSid=FX1&FaxStatus=", "fax.incoming", "", "FX1", "twiml-fax"},
		{"FaxSid=FX1&FaxStatus=received", "fax.received", "received", "FX1", ""},
		{"FaxSid=FX1&Status=no-answer", "fax.no-answer", "no-answer", "FX1", ""},
		{"VerificationStatus=failed&CallSid=CA1&To=%2B1", "caller-id.verification", "failed", "CA1", ""},
		{"SmsCommandSid=HC1&Status=delivered", "supersim.sms-command.delivered", "delivered", "HC1", ""},
		{"IpCommandSid=HG1&Status=failed", "supersim.ip-command.failed", "failed", "HG1", ""},
		{"CommandSid=DC1&Status=received", "wireless.command.received", "received", "DC1", ""},
		{"CommandSid=DC1", "twilio.unknown", "", "", ""},
		{"BundleSid=BU1&Status=pending-review", "regulatory-bundle.pending-review", "pending-review", "BU1", ""},
		{"CustomerProfileSid=BU1&Status=draft", "trusthub.customer-profile.draft", "draft", "BU1", ""},
		{"TrustProductSid=BU1&Status=twilio-approved", "trusthub.trust-product.twilio-approved", "twilio-approved", "BU1", ""},
		{"HostedNumberOrderSid=HR1&Status=carrier-processing", "hosted-number-order.carrier-processing", "carrier-processing", "HR1", ""},
		{"type=challenge.denied&challenge_sid=YC1&factor_sid=YF1", "verify.challenge.denied", "denied", "YC1", ""},
		{"type=other", "twilio.unknown", "", "", ""},
		{"DialogueSid=UK1&CurrentTask=greeting&CallSid=CA1", "autopilot.task", "greeting", "UK1", "json-autopilot"},
		{"", "twilio.unknown", "", "", ""},
		{"=", "twilio.unknown", "", "", ""},
		{"AccountSid=AC1&Something=new", "twilio.unknown", "", "", ""},
	} {
		ev := formEvent(t, c.form)
		wants := router.Wants(c.wants)
		if wants == "" {
			wants = router.WantsNothing
		}
		if ev.Kind != c.kind || ev.Status != c.status || ev.SID != c.sid || ev.Wants != wants {
			t.Errorf("%s\n got %s, status %q, sid %q, wants %s\nwant %s, status %q, sid %q, wants %s", c.form, ev.Kind, ev.Status, ev.SID, ev.Wants, c.kind, c.status, c.sid, wants)
		}
	}
}

func TestRecogniseJSON(t *testing.T) {
	for _, c := range []struct{ body, kind, status, sid, key string }{
		{`{"specversion":"1.0","type":"com.twilio.messaging.message.delivered","id":"EZ1","data":{"messageSid":"SM1","messageStatus":"DELIVERED"}}`,
			"eventstreams.messaging.message.delivered", "delivered", "SM1", "EZ1"},
		{`{"specversion":"1.0","type":"com.twilio.taskrouter.task.created","id":"EZ1","data":{"payload":{"task_sid":"WT1"}}}`, "eventstreams.taskrouter.task.created", "created", "WT1", "EZ1"},
		{`{"specversion":"1.0","type":"com.twilio.studio.flow.step.ended","id":"EZ1","data":{"execution_sid":"FN1"}}`, "eventstreams.studio.flow.step.ended", "ended", "FN1", "EZ1"},
		{`{"specversion":"1.0","type":"com.twilio.x.y","id":"EZ1","data":{"sid":null,"callSid":""}}`, "eventstreams.x.y", "y", "EZ1", "EZ1"},
		{`{"specversion":"1.0","type":"com.twilio.x.max_attempts","id":"EZ1"}`, "eventstreams.x.max-attempts", "max_attempts", "EZ1", "EZ1"},
		{`{"specversion":"1.0","type":"com.twilio.","id":"EZ1"}`, "twilio.unknown-json", "", "", ""},
		{`{"specversion":"1.0","type":"com.twilio.a//b","id":"EZ1"}`, "twilio.unknown-json", "", "", ""},
		{`{"specversion":"1.0","type":"org.example.x","id":"EZ1"}`, "twilio.unknown-json", "", "", ""},
		{`{"type":"com.twilio.x.y","id":"EZ1"}`, "twilio.unknown-json", "", "", ""},
		{`{"eventType":"PARTICIPANT_ADDED","data":{"id":"p1","status":"ACTIVE"}}`, "orchestrator.participant-added", "ACTIVE", "p1", ""},
		{`{"eventType":"PARTICIPANT_ADDED","data":"x"}`, "twilio.unknown-json", "", "", ""},
		{`{"eventType":7,"data":{}}`, "orchestrator.7", "", "", ""},
		{`{"operatorResults":[{"id":"a"},{"id":"b"}],"conversationId":"c"}`, "intelligence.rule-executed", "", "c", "a,b"},
		{`{"operatorResults":[],"conversationId":"c"}`, "intelligence.rule-executed", "", "c", ""},
		{`{"operatorResults":[{"id":"a"},{}],"conversationId":"c"}`, "intelligence.rule-executed", "", "c", ""},
		{`{"transcript_sid":"GT1"}`, "intelligence.transcript-available", "available", "GT1", "GT1"},
		{`{"event_type":"click","sms_sid":"SM1","link":"https://a/?b+c","click_time":"t"}`, "link-shortening.click", "click", "SM1", "SM1+https://a/?b%2Bc+t"},
		{`{"event_type":"click","sms_sid":"SM1","link":"https://a"}`, "link-shortening.click", "click", "SM1", ""},
		{`{"port_in_request_sid":"KW1","status":"Completed"}`, "porting.port-in", "Completed", "KW1", ""},
		{`{"port_out_phone_number_sid":"PO1","status":null}`, "porting.port-out", "", "PO1", ""},
		{`{"a":1}`, "twilio.unknown-json", "", "", ""},
		{`{"Specversion":"1.0","Type":"com.twilio.x.y"}`, "twilio.unknown-json", "", "", ""},
		{`[]`, "twilio.unknown-json", "", "", ""},
		{`[{"a":1}]`, "twilio.unknown-json", "", "", ""},
		{`"text"`, "twilio.unknown-json", "", "", ""},
		{`{"broken"`, "twilio.unknown-json", "", "", ""},
		{``, "twilio.unknown-json", "", "", ""},
		{strings.Repeat("[", 101) + strings.Repeat("]", 101), "twilio.unknown-json", "", "", ""},
		{"\xEF\xBB\xBF {\"transcript_sid\":\"GT1\"} ", "intelligence.transcript-available", "available", "GT1", "GT1"},
		{`{"transcript_sid":"GT0","transcript_sid":"GT1"}`, "intelligence.transcript-available", "available", "GT1", "GT1"},
	} {
		ev := jsonEvents(t, c.body)[0]
		key := ev.Key
		if strings.HasPrefix(key, "request+") {
			key = ""
		}
		if ev.Kind != c.kind || ev.Status != c.status || ev.SID != c.sid || key != c.key || ev.Wants != router.WantsNothing {
			t.Errorf("%s\n got %s, status %q, sid %q, key %q\nwant %s, status %q, sid %q, key %q", c.body, ev.Kind, ev.Status, ev.SID, key, c.kind, c.status, c.sid, c.key)
		}
	}
}

func TestJSONData(t *testing.T) {
	for body, want := range map[string]string{
		`{"specversion":"1.0","type":"com.twilio.x.y","data":{"n":12345678901234567890.10}}`: `{"n":12345678901234567890.10}`,
		`{"specversion":"1.0","type":"com.twilio.x.y","data":null}`:                          ``,
		`{"specversion":"1.0","type":"com.twilio.x.y"}`:                                      ``,
		`{"eventType":"X","data":{"id":"1"}}`:                                                `{"eventType":"X","data":{"id":"1"}}`,
		"{\"a\":\"\xff\"}":                                                                   "{\"a\":\"\uFFFD\"}",
		`{"broken`:                                                                           `"{\"broken"`,
		"\xff":                                                                               `"�"`,
	} {
		if got := string(jsonEvents(t, body)[0].Data); got != want {
			t.Errorf("data of %s is %s, want %s", body, got, want)
		}
	}
}

func TestBatch(t *testing.T) {
	events := jsonEvents(t, `[{"specversion":"1.0","type":"com.twilio.x.y","id":"EZ1","data":{"sid":"SM1","accountSid":"AC1"}}, {"odd":1}, 7, {"specversion":"1.0","type":"com.twilio.x.z","id":"EZ2"}]`)
	var kinds, keys []string
	for _, ev := range events {
		kinds, keys = append(kinds, ev.Kind), append(keys, ev.Key)
		if ev.Batch != 4 {
			t.Errorf("%s is of a batch of %d", ev.Kind, ev.Batch)
		}
	}
	if got := strings.Join(kinds, " "); got != "eventstreams.x.y twilio.unknown-json twilio.unknown-json eventstreams.x.z" {
		t.Errorf("the batch is %s", got)
	}
	if keys[0] != "EZ1" || keys[3] != "EZ2" || keys[1] == keys[2] || keys[1] == "" {
		t.Errorf("the keys are %q", keys)
	}
	if events[0].Account != "AC1" {
		t.Errorf("the account is %q", events[0].Account)
	}
	if one := jsonEvents(t, `[{"specversion":"1.0","type":"com.twilio.x.y","id":"EZ1"}]`); len(one) != 1 || one[0].Batch != 1 {
		t.Errorf("a batch of one has Batch %d", one[0].Batch)
	}
	large := "[" + strings.Repeat(`{"specversion":"1.0"},`, mostBatched) + "{}]"
	if many := jsonEvents(t, large); len(many) != 1 || many[0].Batch != 0 || string(many[0].Data) != large {
		t.Errorf("a batch beyond the bound became %d events", len(many))
	}
}

func TestOtherBodies(t *testing.T) {
	for _, c := range []struct{ contentType, body, kind, data string }{
		{"application/json; charset=utf-8", `{"transcript_sid":"GT1"}`, "intelligence.transcript-available", `{"transcript_sid":"GT1"}`},
		{"application/cloudevents-batch+json", `[{"specversion":"1.0","type":"com.twilio.x.y"}]`, "eventstreams.x.y", ""},
		{"", `{"transcript_sid":"GT1"}`, "intelligence.transcript-available", `{"transcript_sid":"GT1"}`},
		{"text/plain", "MessageSid=SM1", "twilio.unknown", `"MessageSid=SM1"`},
		{"text/plain", "", "twilio.unknown", ""},
		{"APPLICATION/X-WWW-FORM-URLENCODED ; charset=UTF-8", "MessageSid=SM1", "message.received", ""},
		{"application/x-www-form-urlencoded", `{"transcript_sid":"GT1"}`, "twilio.unknown", ""},
	} {
		ev := Normalise(received(t, "POST", "https://hooks.example.com/twilio", c.contentType, c.body))[0]
		if ev.Kind != c.kind || string(ev.Data) != c.data {
			t.Errorf("%s %s became %s with %s", c.contentType, c.body, ev.Kind, ev.Data)
		}
	}
}

// One megabyte takes time in its size, whatever it is made of.
func BenchmarkNormaliseWorst(b *testing.B) {
	event := `{"specversion":"1.0","type":"com.twilio.x.y","data":{"payload":"{}","request":{"parameters":{}}}},`
	for name, body := range map[string]string{
		"batch":    "[" + strings.Repeat(event, mostBatched-1) + "{}]",
		"unknown":  `[{"specversion":1},` + strings.Repeat(`{"a":"`+strings.Repeat("x", 80)+`"},`, mostBatched-2) + "{}]",
		"deep":     strings.Repeat(`[`, 1<<20),
		"escapes":  `{"specversion":"1.0","type":"com.twilio.x.y","data":{"payload":"` + strings.Repeat(`\\"`, 1<<18) + `"}}`,
		"operator": `{"operatorResults":[` + strings.Repeat(`{"id":"x"},`, 90_000) + `{"id":"x"}]}`,
	} {
		b.Run(name, func(b *testing.B) {
			in := received(b, "POST", inboundURL, "application/json", body)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				in.bodySum = nil
				Normalise(in)
			}
		})
	}
	b.Run("form", func(b *testing.B) {
		in := received(b, "POST", inboundURL, "application/x-www-form-urlencoded", strings.Repeat("MediaUrl1=x&PaymentX=&", DefaultPairs/2))
		for b.Loop() {
			Normalise(in)
		}
	})
}
