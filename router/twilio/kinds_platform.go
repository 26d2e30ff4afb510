package twilio

import "twirouter/router"

// videoKinds follow https://www.twilio.com/docs/video/api/status-callbacks.
var videoKinds = []kindRow{
	{
		Kind: "video.{StatusCallbackEvent}", When: "StatusCallbackEvent=composition-progress RoomSid|CompositionSid",
		About: "a composition is being made", Values: "composition-progress a composition is being made",
		Product: "video", SID: "CompositionSid RecordingSid RoomSid", Status: "StatusCallbackEvent",
		Order: "RoomSid CompositionSid",
	},
	{
		Kind: "video.{StatusCallbackEvent}", When: "StatusCallbackEvent CompositionSid",
		About: "a composition went on",
		Values: `
composition-enqueued   a composition waits to be made
composition-started    a composition is begun
composition-available  a composition is ready
composition-failed     a composition failed
`,
		Product: "video", SID: "CompositionSid RecordingSid RoomSid", Status: "StatusCallbackEvent",
		Key: "CompositionSid StatusCallbackEvent", Order: "RoomSid CompositionSid",
	},
	{
		Kind: "video.{StatusCallbackEvent}", When: "StatusCallbackEvent RoomSid",
		About: "something happened in a video room",
		Values: `
room-created              a room was opened
room-ended                a room was closed
participant-connected     somebody came into a room
participant-disconnected  somebody left a room
track-added               a participant published a track
track-removed             a participant took a track back
track-enabled             a track was unmuted
track-disabled            a track was muted
recording-started         the recording of a track began
recording-completed       the recording of a track is ready
recording-failed          the recording of a track failed
`,
		Product: "video", SID: "CompositionSid RecordingSid RoomSid", Status: "StatusCallbackEvent",
		Key: "RoomSid SequenceNumber", Order: "RoomSid",
		Rank: ranking{Family: "video", Number: "SequenceNumber"},
	},
}

// monitorKinds follow https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks
// and https://www.twilio.com/docs/usage/api/usage-trigger.
var monitorKinds = []kindRow{
	{
		Kind: "debugger.{Level}", When: "Payload Level Sid",
		About: "Twilio's debugger reports",
		Values: `
ERROR    Twilio met an error in the account; event.error says which
WARNING  Twilio met something doubtful in the account; event.error says what
`,
		Product: "monitor", SID: "Sid", Status: "Level:lower", Key: "Sid",
		Code: "ErrorCode Payload:error_code",
	},
	{
		Kind: "usage-trigger.fired", When: "UsageTriggerSid",
		About:   "a usage trigger's threshold was reached",
		Product: "usage", SID: "UsageTriggerSid", Status: "'fired'", Key: "IdempotencyToken",
	},
}

// syncKinds follow https://www.twilio.com/docs/sync/webhooks. A revision counts
// within the item, where there is one.
var syncKinds = []kindRow{
	{
		Kind: "sync.{EventType}", When: "EventType=document_*,list_*,map_*,stream_message_*,endpoint_*",
		About: "a Sync object changed",
		Values: `
document_created          a document was made
document_updated          a document was changed
document_removed          a document was removed
list_created              a list was made
list_removed              a list was removed
list_item_added           an item was added to a list
list_item_updated         an item of a list was changed
list_item_removed         an item was removed from a list
map_created               a map was made
map_removed               a map was removed
map_item_added            an item was added to a map
map_item_updated          an item of a map was changed
map_item_removed          an item was removed from a map
stream_message_published  a message was published to a stream
endpoint_connected        a client came
endpoint_disconnected     a client went
`,
		Product: "sync", SID: "DocumentSid ListSid MapSid StreamSid EndpointId", Status: "EventType",
		Key: "DocumentSid/ListSid/MapSid/StreamSid ItemIndex/ItemKey? ItemRevision/DocumentRevision/ListRevision/MapRevision/Revision",
	},
}

// proxyKinds follow https://www.twilio.com/docs/proxy/api/webhooks.
var proxyKinds = []kindRow{
	{
		Kind: "proxy.callback", When: "interactionSid outboundResourceSid=?*",
		About:   "an interaction was passed on",
		Product: "proxy", SID: "interactionSid", Status: "outboundResourceStatus inboundResourceStatus",
	},
	{
		Kind: "proxy.intercept", When: "interactionSid",
		About:   "an interaction is about to be passed on: 403 blocks it",
		Product: "proxy", SID: "interactionSid", Status: "outboundResourceStatus inboundResourceStatus",
		Key: "interactionSid", Wants: router.WantsStatus,
	},
	{
		Kind: "proxy.out-of-session", When: "sessionServiceSid " + messageSID,
		About:   "a message came to a proxy number outside any session",
		Product: "proxy", SID: "sessionSid CallSid MessageSid", Status: "sessionStatus",
		Wants: router.WantsMessaging, Channel: "sms", From: "From", To: "To",
	},
	{
		Kind: "proxy.out-of-session", When: "sessionServiceSid",
		About:   "a call came to a proxy number outside any session",
		Product: "proxy", SID: "sessionSid CallSid MessageSid", Status: "sessionStatus",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
}

// frontlineKinds are those of Twilio Frontline, which is closed to new customers.
var frontlineKinds = []kindRow{
	{
		Kind: "frontline.{Location}", When: "Location Worker|CustomerId",
		About: "the Frontline app asks", Spell: spellCamel,
		Values: `
GetCustomerDetailsByCustomerId  the app wants to show a customer
GetCustomersList                the app wants to list customers
GetProxyAddress                 the app wants the number to write to a customer from
GetTemplatesByCustomerId        the app wants message templates for a customer
`,
		Product: "frontline", SID: "CustomerId ConversationSid", Status: "Location",
		Wants: router.WantsFrontline,
	},
}

// faxKinds are those of Programmable Fax, which ended in 2021.
var faxKinds = []kindRow{
	{
		Kind: "fax.{FaxStatus|Status}", When: "FaxSid FaxStatus=?*|Status=?*",
		About: "the status of a fax changed",
		Values: `
queued      a fax waits to be sent
processing  a fax is being prepared
sending     a fax is being sent
delivered   a fax arrived
receiving   a fax is coming in
received    a fax came in
no-answer   nobody answered
busy        the other side was busy
failed      a fax failed
canceled    a fax was canceled
`,
		Product: "fax", SID: "FaxSid", Status: "FaxStatus Status", Key: "FaxSid", From: "From", To: "To",
	},
	{
		Kind: "fax.incoming", When: "FaxSid",
		About:   "somebody wants to send a fax",
		Product: "fax", SID: "FaxSid", Status: "FaxStatus Status",
		Wants: router.WantsFax, From: "From", To: "To",
	},
}

// numberKinds follow https://www.twilio.com/docs/phone-numbers and
// https://www.twilio.com/docs/trust-hub.
var numberKinds = []kindRow{
	{
		Kind: "caller-id.verification", When: "VerificationStatus",
		About:   "the verification of a caller id ended: success or failed",
		Product: "numbers", SID: "OutgoingCallerIdSid CallSid", Status: "VerificationStatus",
		From: voiceFrom, To: voiceTo,
	},
}

// deviceKinds follow https://www.twilio.com/docs/iot.
var deviceKinds = []kindRow{
	{
		Kind: "supersim.sms-command.{Status}", When: "SmsCommandSid",
		About: "an SMS to or from a Super SIM went on", Values: commandStatuses,
		Product: "supersim", SID: "SmsCommandSid", Status: "Status", Key: "SmsCommandSid Status",
	},
	{
		Kind: "supersim.ip-command.{Status}", When: "IpCommandSid",
		About: "a datagram to or from a Super SIM went on", Values: commandStatuses,
		Product: "supersim", SID: "IpCommandSid", Status: "Status", Key: "IpCommandSid Status",
	},
	{
		Kind: "wireless.command.{Status}", When: "CommandSid",
		About: "a command to or from a SIM went on", Values: commandStatuses,
		Product: "wireless", SID: "CommandSid", Status: "Status", Key: "CommandSid Status",
	},
}

const commandStatuses = `
queued     a command waits to be sent
sent       a command was sent
delivered  a command arrived
received   a SIM sent a command
failed     a command failed
`

const bundleStatuses = `
draft                    it is being written
pending-review           it waits to be looked at
in-review                it is being looked at
twilio-rejected          it was refused
twilio-approved          it was approved
provisionally-approved   it was approved for a time
`

// accountKinds are about the account itself: its bundles, profiles, factors and
// apps.
var accountKinds = []kindRow{
	{
		Kind: "regulatory-bundle.{Status}", When: "BundleSid",
		About: "the status of a regulatory bundle changed", Values: bundleStatuses,
		Product: "numbers", SID: "BundleSid", Status: "Status",
	},
	{
		Kind: "trusthub.customer-profile.{Status}", When: "CustomerProfileSid",
		About: "the status of a customer profile changed", Values: bundleStatuses,
		Product: "trusthub", SID: "CustomerProfileSid TrustProductSid", Status: "Status",
	},
	{
		Kind: "trusthub.trust-product.{Status}", When: "TrustProductSid",
		About: "the status of a trust product changed", Values: bundleStatuses,
		Product: "trusthub", SID: "CustomerProfileSid TrustProductSid", Status: "Status",
	},
	{
		Kind: "hosted-number-order.{Status}", When: "HostedNumberOrderSid",
		About: "the status of a hosted number order changed",
		Values: `
received              the order was taken
pending-verification  the number's owner must verify it
verified              the owner verified the number
pending-loa           the letter of authorization must be signed
carrier-processing    the carrier works on it
testing               the number is being tested
completed             the number is hosted
failed                the order failed
action-required       somebody must do something
`,
		Product: "numbers", SID: "HostedNumberOrderSid", Status: "Status",
	},
	{
		Kind: "verify.{type}", When: "type=factor.*,challenge.*", Spell: spellDotted,
		About: "a factor or a challenge of Verify changed",
		Values: `
factor.created      a factor was made
factor.verified     a factor was verified
factor.deleted      a factor was removed
challenge.approved  a challenge was approved
challenge.denied    a challenge was denied
`,
		Product: "verify", SID: "challenge_sid factor_sid", Status: "type:last", Key: "uid",
	},
	{
		Kind: "autopilot.task", When: "DialogueSid",
		About:   "an Autopilot task asks what to do (Autopilot ended in 2023)",
		Product: "autopilot", SID: "DialogueSid", Status: "CurrentTask", Wants: router.WantsAutopilot,
	},
	{
		Kind: "connect-app.deauthorized", When: "ConnectAppSid",
		About:   "a customer took back what he had allowed a Connect app",
		Product: "account", SID: "ConnectAppSid", Status: "'deauthorized'",
	},
}
