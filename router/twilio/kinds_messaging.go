package twilio

import "twirouter/router"

// messageSID is how a request shows that it is about a message.
const messageSID = "MessageSid|SmsSid|SmsMessageSid"

// messageKinds follow https://www.twilio.com/docs/messaging/guides/webhook-request
// and https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
// An inbound message carries SmsStatus=received, and a status callback repeats
// MessageStatus in SmsStatus, so MessageStatus decides and SmsStatus only where
// the former says nothing.
var messageKinds = []kindRow{
	{
		Kind: "sms-verb.finished", When: messageSID + " CallSid",
		About:   "a <Sms> verb of a call sent its message",
		Product: "voice", SID: "MessageSid SmsSid", Status: "MessageStatus SmsStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "sms", From: "From", To: "To",
	},
	{
		Kind: "message.receiving", When: messageSID + " SmsStatus=receiving|MessageStatus=receiving",
		About:   "a message is coming in, not yet whole",
		Product: "messaging", SID: "MessageSid SmsSid SmsMessageSid", Status: "MessageStatus SmsStatus",
		Key: "MessageSid MessageStatus ErrorCode?", Order: "MessageSid SmsSid SmsMessageSid", Rank: messageOrder,
		Channel: "sms", From: "From", To: "To",
	},
	{
		Kind: "message.{MessageStatus}", When: messageSID + " MessageStatus=?* !MessageStatus=received",
		About:   "the status of a message sent from here changed",
		Values:  messageStatuses,
		Product: "messaging", SID: "MessageSid SmsSid SmsMessageSid", Status: "MessageStatus SmsStatus",
		Key: "MessageSid MessageStatus ErrorCode?", Order: "MessageSid SmsSid SmsMessageSid", Rank: messageOrder,
		Channel: "sms", From: "From", To: "To",
	},
	{
		Kind: "message.{SmsStatus}", When: messageSID + " SmsStatus=?* !SmsStatus=received !MessageStatus=?*",
		About:   "the status of a message sent from here changed, told by SmsStatus alone",
		Product: "messaging", SID: "MessageSid SmsSid SmsMessageSid", Status: "MessageStatus SmsStatus",
		Order: "MessageSid SmsSid SmsMessageSid", Rank: messageOrder,
		Channel: "sms", From: "From", To: "To",
	},
	{
		Kind: "message.received", When: messageSID,
		About:   "a message came in: SMS, MMS, WhatsApp, RCS, Messenger …",
		Product: "messaging", SID: "MessageSid SmsSid SmsMessageSid", Status: "MessageStatus SmsStatus 'received'",
		Key: "MessageSid", Order: "MessageSid SmsSid SmsMessageSid", Rank: messageOrder,
		Wants: router.WantsMessaging, Channel: "sms", From: "From", To: "To",
	},
}

const messageStatuses = `
accepted             a Messaging Service took the message and looks for a sender
scheduled            the message waits for its time
queued               the message waits to be sent
sending              the message is on its way to the carrier
sent                 the carrier took the message
delivered            the message arrived
undelivered          the message did not arrive; event.error says why
failed               the message was not sent; event.error says why
canceled             the message was canceled before it was sent
partially_delivered  some parts of the message arrived
read                 the message was read
`

var messageOrder = ranking{Family: "message", Ladder: map[string]int{
	"receiving": 1, "received": 2,
	"accepted": 10, "scheduled": 15, "queued": 20, "sending": 30, "sent": 40,
	"delivered": 50, "undelivered": 50, "failed": 50, "canceled": 50, "partially-delivered": 50,
	"read": 60,
}}
