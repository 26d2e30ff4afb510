package twilio

import "twirouter/router"

// conferenceKinds follow https://www.twilio.com/docs/voice/twiml/conference.
var conferenceKinds = []kindRow{
	{
		Kind: "conference.{StatusCallbackEvent}", When: "StatusCallbackEvent ConferenceSid",
		About: "something happened in a conference", Cut: "conference-",
		Values: `
conference-start          a conference began
conference-end            a conference ended
participant-join          somebody joined
participant-leave         somebody left
participant-mute          somebody was muted
participant-unmute        somebody was unmuted
participant-hold          somebody was put on hold
participant-unhold        somebody was taken off hold
participant-modify        a participant's settings changed
participant-speech-start  somebody began to speak
participant-speech-stop   somebody stopped speaking
announcement-end          an announcement was played
announcement-fail         an announcement could not be played
`,
		Product: "voice", SID: "ConferenceSid", Status: "StatusCallbackEvent",
		Key: "ConferenceSid SequenceNumber", Order: "ConferenceSid",
		Rank:    ranking{Family: "conference", Number: "SequenceNumber"},
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "conference.record-end", When: "EventName=conference-record-end",
		About:   "the recording of a conference is ready (deprecated; recording.completed is its successor)",
		Product: "voice", SID: "ConferenceSid", Status: "EventName",
		Key: "ConferenceSid SequenceNumber", Order: "ConferenceSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
}

// realtimeKinds follow https://www.twilio.com/docs/voice/twiml/transcription and
// https://www.twilio.com/docs/voice/twiml/stream. They carry no addresses.
var realtimeKinds = []kindRow{
	{
		Kind: "realtime-transcription.{TranscriptionEvent}", When: "TranscriptionEvent",
		About: "a live transcription went on", Cut: "transcription-",
		Values: `
transcription-started  a live transcription began
transcription-content  something was said
transcription-stopped  a live transcription ended
transcription-error    a live transcription failed; event.error says why
`,
		Product: "voice", SID: "TranscriptionSid", Status: "TranscriptionEvent",
		Key: "TranscriptionSid SequenceId", Order: "CallSid TranscriptionSid", Track: "TranscriptionSid",
		Rank: ranking{Family: "realtime-transcription", Number: "SequenceId"},
		Code: "TranscriptionErrorCode ErrorCode", Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "stream.{StreamEvent}", When: "StreamEvent",
		About: "a media stream went on", Cut: "stream-",
		Values: `
stream-started  a media stream began
stream-stopped  a media stream ended
stream-error    a media stream failed
`,
		Product: "voice", SID: "StreamSid", Status: "StreamEvent",
		Key: "StreamSid StreamEvent", Order: "CallSid StreamSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
}

// The other end of a call, and this one; old requests name them only so.
const (
	voiceFrom = "From Caller"
	voiceTo   = "To Called"
)

// voiceKinds are what the verbs of a call report, see
// https://www.twilio.com/docs/voice/twiml. Digits and recordings may come with
// CallStatus=completed, when the caller hung up: that makes no status callback
// of them, and CallbackSource makes one of everything.
var voiceKinds = []kindRow{
	{
		Kind: "transcription.{TranscriptionStatus}", When: "TranscriptionStatus",
		About: "the transcription of a recording is done",
		Values: `
completed  the text of a recording is there
failed     a recording could not be transcribed
`,
		Product: "voice", SID: "TranscriptionSid RecordingSid", Status: "TranscriptionStatus",
		Key: "TranscriptionSid", Order: "CallSid TranscriptionSid RecordingSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "payment.status", When: "PaymentSid",
		About:   "a payment of the Payments API went on",
		Product: "voice", SID: "PaymentSid", Status: "PartialResult ErrorType", Order: "CallSid PaymentSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "pay.finished", When: "Result Payment*",
		About:   "a <Pay> verb ended",
		Product: "voice", SID: "CallSid", Status: "Result", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "pay.status", When: "For PaymentMethod",
		About:   "a <Pay> verb went on",
		Product: "voice", SID: "CallSid", Status: "ErrorType For", Order: "CallSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "conversation-relay.finished", When: "HandoffData|SessionStatus HandoffData|SessionId",
		About:   "a <ConversationRelay> session ended",
		Product: "voice", SID: "CallSid", Status: "SessionStatus", Key: "SessionId", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "virtual-agent.finished", When: "VirtualAgentStatus",
		About:   "a <VirtualAgent> ended",
		Product: "voice", SID: "CallSid", Status: "VirtualAgentStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "refer.finished", When: "ReferCallStatus",
		About:   "a <Refer> verb ended",
		Product: "voice", SID: "CallSid", Status: "ReferCallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "refer.requested", When: "ReferTransferTarget",
		About:   "the other side asks by SIP REFER to be transferred",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "call.{CallStatus}", When: "CallbackSource=call-progress-events CallStatus=" + callEnded,
		About:   "a call ended",
		Product: "voice", SID: "CallSid", Status: "CallStatus",
		Key: "CallSid SequenceNumber? CallStatus", Order: "CallSid", Rank: callOrder,
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "call.{CallStatus}", When: "CallbackSource=call-progress-events",
		About: "the status of a call changed", Values: callStatuses,
		Product: "voice", SID: "CallSid", Status: "CallStatus",
		Key: "CallSid SequenceNumber CallStatus", Order: "CallSid", Rank: callOrder,
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "dial.finished", When: "DialCallStatus|DialCallSid|DialBridged|DequeueResult",
		About:   "a <Dial> verb ended: completed, answered, busy, no-answer, failed or canceled",
		Product: "voice", SID: "CallSid", Status: "DialCallStatus DequeueResult", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "enqueue.finished", When: "QueueResult",
		About:   "a call left its queue",
		Product: "voice", SID: "CallSid", Status: "QueueResult", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "queue.dequeue", When: "DequeingCallSid",
		About:   "a queued call is about to be bridged: what it hears first",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "enqueue.wait", When: "QueuePosition|CurrentQueueSize",
		About:   "a queued call waits: what it hears meanwhile",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "recording.{RecordingStatus}", When: "RecordingStatus",
		About: "the status of a recording changed",
		Values: `
in-progress  a recording began
completed    a recording is ready
absent       a recording is silent or too short, and was dropped
failed       a recording failed
`,
		Product: "voice", SID: "RecordingSid", Status: "RecordingStatus",
		Key: "RecordingSid RecordingStatus", Order: "RecordingSid",
		Rank:    ranking{Family: "recording", Ladder: map[string]int{"in-progress": 1, "completed": 2, "absent": 2, "failed": 2}},
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "gather.partial", When: "UnstableSpeechResult|StableSpeechResult",
		About:   "a <Gather> heard part of what is said",
		Product: "voice", SID: "CallSid", Status: "'partial'", Key: "CallSid SequenceNumber", Order: "CallSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "amd.detected", When: "AnsweredBy !CallStatus",
		About:   "asynchronous answering machine detection decided",
		Product: "voice", SID: "CallSid", Status: "AnsweredBy", Key: "CallSid", Order: "CallSid",
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "record.finished", When: "RecordingUrl !CallDuration",
		About:   "a <Record> verb ended",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Key: "RecordingSid", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "gather.finished", When: "SpeechResult|Digits !CallDuration",
		About:   "a <Gather> verb ended: digits, speech or nothing",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
}

// callKinds are the calls without anything that tells more of them.
var callKinds = []kindRow{
	{
		Kind: "call.{CallStatus}", When: "CallStatus=" + callEnded,
		About:   "a call ended; an old callback without CallbackSource",
		Product: "voice", SID: "CallSid", Status: "CallStatus",
		Key: "CallSid SequenceNumber? CallStatus", Order: "CallSid", Rank: callOrder,
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "call.{CallStatus}", When: "CallSid|CallStatus CallDuration",
		About:   "the status of a call changed; an old callback without CallbackSource",
		Product: "voice", SID: "CallSid", Status: "CallStatus",
		Key: "CallSid SequenceNumber CallStatus", Order: "CallSid", Rank: callOrder,
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "conference.wait", When: "CallSid|CallStatus ConferenceSid",
		About:   "somebody waits for a conference to begin: what he hears meanwhile",
		Product: "voice", SID: "ConferenceSid", Status: "CallStatus", Order: "ConferenceSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "call.{CallStatus}", When: "CallSid|CallStatus SequenceNumber|Timestamp",
		About:   "the status of a call changed; an old callback without CallbackSource",
		Product: "voice", SID: "CallSid", Status: "CallStatus",
		Key: "CallSid SequenceNumber CallStatus", Order: "CallSid", Rank: callOrder,
		Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "call.received", When: "CallStatus=ringing,queued Direction=inbound|!Direction=?*",
		About:   "a call came in",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
	{
		Kind: "call.twiml-requested", When: "CallSid|CallStatus",
		About:   "a call goes on: an outbound call was answered, or a <Redirect>, whisper, hold or announcement URL is asked",
		Product: "voice", SID: "CallSid", Status: "CallStatus", Order: "CallSid",
		Wants: router.WantsVoice, Channel: "voice", From: voiceFrom, To: voiceTo,
	},
}

// callEnded are the statuses after which a call has no other.
const callEnded = "completed,busy,failed,no-answer,canceled"

const callStatuses = `
queued       a call waits to be made
initiated    a call was begun
ringing      the other side rings
in-progress  the call was answered; call.answered is another name for it
completed    the call ended
busy         the other side was busy
no-answer    nobody answered
canceled     the call was canceled while it rang
failed       the call could not be made
`

// callOrder goes by the status alone: SequenceNumber counts what was subscribed
// on a leg, starts again with every subscription, and says nothing that the
// status does not.
var callOrder = ranking{Family: "call", Ladder: map[string]int{
	"queued": 1, "initiated": 2, "ringing": 3, "in-progress": 4,
	"completed": 5, "busy": 5, "failed": 5, "no-answer": 5, "canceled": 5,
}}
