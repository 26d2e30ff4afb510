package twilio

// jsonKinds are the rows for JSON bodies, and for every element of a batch of
// CloudEvents.
var jsonKinds = []kindRow{
	{
		// https://www.twilio.com/docs/events. The same fact may come as a status
		// callback as well, under that kind's own name.
		Kind: "eventstreams.{type}", When: "specversion type=com.twilio.*", Spell: spellDotted, Cut: "com.twilio.",
		About: "Event Streams reports", Values: eventStreamsTypes,
		Product: "eventstreams",
		SID:     "data.messageSid data.sid data.callSid data.call_sid data.payload.task_sid data.execution_sid data.test_id id",
		Status:  "data.messageStatus:lower type:last", Key: "id",
		From: "data.from", To: "data.to", Data: "data",
		Code: "data.errorCode data.error_code data.payload.error_code data.payload:error_code",
	},
	{
		Kind: "orchestrator.{eventType}", When: "eventType data{}",
		About: "Conversation Orchestrator reports",
		Values: `
CONVERSATION_CREATED   a conversation began
CONVERSATION_UPDATED   a conversation changed
PARTICIPANT_ADDED      somebody joined
PARTICIPANT_UPDATED    a participant changed
PARTICIPANT_REMOVED    somebody left
COMMUNICATION_CREATED  something was said or written
COMMUNICATION_UPDATED  something said or written changed
`,
		Product: "orchestrator", SID: "data.id", Status: "data.status",
	},
	{
		Kind: "intelligence.rule-executed", When: "operatorResults",
		About:   "a rule of Conversational Intelligence ran its operators",
		Product: "intelligence", SID: "conversationId", Key: "operatorResults[].id",
	},
	{
		Kind: "intelligence.transcript-available", When: "transcript_sid",
		About:   "a transcript of Conversational Intelligence is ready",
		Product: "intelligence", SID: "transcript_sid", Status: "'available'", Key: "transcript_sid",
	},
	{
		Kind: "link-shortening.click", When: "event_type=click sms_sid",
		About:   "somebody followed a shortened link",
		Product: "messaging", SID: "sms_sid", Status: "'click'", Key: "sms_sid link click_time",
		Channel: "sms", From: "from", To: "to",
	},
	{
		Kind: "porting.port-in", When: "port_in_request_sid",
		About:   "a number being ported in went on",
		Product: "numbers", SID: "port_in_request_sid", Status: "status",
	},
	{
		Kind: "porting.port-out", When: "port_out_phone_number_sid",
		About:   "a number being ported out went on",
		Product: "numbers", SID: "port_out_phone_number_sid", Status: "status",
	},
}
