package twilio

// commonSamples are lines that several samples share; see maker for the words.
var commonSamples = map[string]string{
	// The common parameters of voice requests, in the order of Twilio's own.
	"call": `
Called=<=To>
ToState=CA
CallerCountry=US
Direction=inbound
CallerState=CA
ToZip=94105
CallSid=<CA>
To=+14155550123
CallerZip=94103
ToCountry=US
CalledZip=94105
ApiVersion=2010-04-01
CalledCity=SAN FRANCISCO
CallStatus=in-progress
From=+14155550142
AccountSid=<AC>
CalledCountry=US
CallerCity=SAN FRANCISCO
ToCity=SAN FRANCISCO
FromCountry=US
Caller=<=From>
FromCity=SAN FRANCISCO
CalledState=CA
FromZip=94103
FromState=CA
`,
	"message": `
ToCountry=US
ToState=CA
SmsMessageSid=<=MessageSid>
NumMedia=0
ToCity=
FromZip=94103
SmsSid=<=MessageSid>
FromState=CA
SmsStatus=received
FromCity=SAN FRANCISCO
Body=Hello
FromCountry=US
To=+14155550123
ToZip=
NumSegments=1
MessageSid=<SM>
AccountSid=<AC>
From=+14155550142
ApiVersion=2010-04-01
`,
	"recording": `
RecordingSid=<RE>
RecordingUrl=https://api.twilio.com/2010-04-01/Accounts/<AC>/Recordings/<=RecordingSid>
`,
	"conversation": `
AccountSid=<AC>
ConversationSid=<CH>
ChatServiceSid=<IS>
RetryCount=0
Source=SDK
ClientIdentity=ann
EventType=<value>
`,
	"task": `
EventType=<value>
AccountSid=<AC>
WorkspaceSid=<WS>
WorkspaceName=Support
EventDescription=<value>
ResourceType=task
ResourceSid=<=TaskSid>
Timestamp=<unix>
TimestampMs=<unixms>
Sid=<EV>
TaskSid=<WT>
TaskAttributes={"call_sid":"<CA>","from":"+14155550142","called":"+14155550123"}
TaskAge=12
TaskPriority=0
TaskAssignmentStatus=pending
TaskVersion=0
TaskChannelSid=<TC>
TaskChannelUniqueName=voice
WorkflowSid=<WW>
WorkflowName=Default
TaskQueueSid=<WQ>
TaskQueueName=Everyone
`,
	"worker": `
WorkerSid=<WK>
WorkerName=alice
WorkerAttributes={"contact_uri":"client:alice"}
WorkerVersion=0
WorkerActivitySid=<WA>
WorkerActivityName=Available
`,
}

// samples are the parameters of the kinds, by the Kind of their row.
var samples = map[string]string{
	"message.received": "@message",
	"message.receiving": `
@message
SmsStatus=receiving
`,
	"message.{MessageStatus}": `
ApiVersion=2010-04-01
SmsSid=<=MessageSid>
SmsStatus=<=MessageStatus>
MessageStatus=<value>
To=+14155550142
MessageSid=<SM>
AccountSid=<AC>
From=+14155550123
[accepted] MessagingServiceSid=<MG>
[scheduled] MessagingServiceSid=<MG>
[delivered undelivered] RawDlrDoneDate=<dlr>
[failed undelivered] ErrorCode=30003
[read] To=whatsapp:+14155550142
[read] From=whatsapp:+14155550123
[read] ChannelPrefix=whatsapp
[read] EventType=READ
`,
	"sms-verb.finished": `
@call
MessageSid=<SM>
SmsSid=<=MessageSid>
SmsStatus=sent
MessageStatus=sent
`,

	"call.received": `
@call
CallStatus=ringing
StirVerstat=TN-Validation-Passed-A
CallToken={"parentCallInfoToken":"<uuid>"}
`,
	"call.twiml-requested": `
@call
Direction=outbound-api
`,
	"call.{CallStatus}": `
@call
CallStatus=<value>
Direction=outbound-api
Timestamp=<rfc>
CallbackSource=call-progress-events
SequenceNumber=0
[ringing] SequenceNumber=1
[in-progress] SequenceNumber=2
[completed busy failed no-answer canceled] SequenceNumber=3
[completed] Duration=1
[completed] CallDuration=42
[completed] SipResponseCode=200
[busy failed no-answer canceled] Duration=0
[busy failed no-answer canceled] CallDuration=0
[busy] SipResponseCode=486
[failed] SipResponseCode=404
[no-answer] SipResponseCode=487
[canceled] SipResponseCode=487
`,
	"gather.finished": `
@call
msg=Gather End
Digits=1
FinishedOnKey=
`,
	"gather.partial": `
@call
UnstableSpeechResult=I would like to
StableSpeechResult=
Stability=0.9
SequenceNumber=0
Language=en-US
`,
	"record.finished": `
@call
@recording
RecordingDuration=14
Digits=#
`,
	"recording.{RecordingStatus}": `
RecordingSource=RecordVerb
@recording
RecordingStatus=<value>
RecordingChannels=1
ErrorCode=0
CallSid=<CA>
RecordingStartTime=<rfc>
AccountSid=<AC>
RecordingTrack=both
[completed] RecordingDuration=14
`,
	"transcription.{TranscriptionStatus}": `
@call
CallStatus=completed
@recording
TranscriptionSid=<TR>
TranscriptionStatus=<value>
TranscriptionText=Please call me back.
TranscriptionType=fast
TranscriptionUrl=https://api.twilio.com/2010-04-01/Accounts/<AC>/Recordings/<=RecordingSid>/Transcriptions/<=TranscriptionSid>
`,
	"realtime-transcription.{TranscriptionEvent}": `
TranscriptionSid=<GT>
TranscriptionEvent=<value>
Timestamp=<iso>
CallSid=<CA>
AccountSid=<AC>
SequenceId=1
[transcription-content] SequenceId=2
[transcription-stopped transcription-error] SequenceId=3
[transcription-started transcription-content] LanguageCode=en-US
[transcription-started] Track=both_tracks
[transcription-started] TranscriptionEngine=google
[transcription-started] PartialResults=false
[transcription-content] Track=inbound_track
[transcription-content] Final=true
[transcription-content] TranscriptionData={"transcript":"Hello there.","confidence":0.99}
[transcription-error] TranscriptionErrorCode=32655
[transcription-error] TranscriptionError=Provider Unavailable
`,
	"stream.{StreamEvent}": `
AccountSid=<AC>
CallSid=<CA>
StreamSid=<MZ>
StreamName=<=StreamSid>
StreamEvent=<value>
Timestamp=<iso>
[stream-error] StreamError=connection closed
`,
	"dial.finished": `
@call
DialCallStatus=completed
DialCallSid=<CA2>
DialCallDuration=42
DialBridged=true
`,
	"conference.{StatusCallbackEvent}": `
ConferenceSid=<CF>
FriendlyName=Support
AccountSid=<AC>
SequenceNumber=1
Timestamp=<rfc>
StatusCallbackEvent=<value>
[!conference-start conference-end] CallSid=<CA>
[!conference-start conference-end] Muted=false
[!conference-start conference-end] Hold=false
[!conference-start conference-end] Coaching=false
[!conference-start conference-end] EndConferenceOnExit=false
[!conference-start conference-end] StartConferenceOnEnter=true
[participant-leave] ParticipantCallStatus=completed
[participant-leave] ReasonParticipantLeft=participant_hung_up
[conference-end] CallSidEndingConference=<CA>
[conference-end] ReasonConferenceEnded=last-participant-left
[conference-end] Reason=Last participant left conference
[announcement-end announcement-fail] AnnounceUrl=https://www.example.com/announcement
[announcement-fail] ReasonAnnouncementFailed=The URL could not be read
`,
	"conference.record-end": `
EventName=conference-record-end
ConferenceSid=<CF>
AccountSid=<AC>
RecordingUrl=https://api.twilio.com/2010-04-01/Accounts/<AC>/Recordings/<RE>
Duration=60
RecordingFileSize=960044
timestamp=<unix>
`,
	"conference.wait": `
@call
ConferenceSid=<CF>
FriendlyName=Support
`,
	"enqueue.wait": `
@call
QueueSid=<QU>
QueueTime=12
AvgQueueTime=30
QueuePosition=2
CurrentQueueSize=5
MaxQueueSize=100
`,
	"enqueue.finished": `
@call
QueueSid=<QU>
QueueTime=34
QueueResult=leave
`,
	"queue.dequeue": `
@call
QueueSid=<QU>
QueueTime=34
DequeingCallSid=<CA2>
`,
	"amd.detected": `
AccountSid=<AC>
CallSid=<CA>
AnsweredBy=human
MachineDetectionDuration=3200
`,
	"conversation-relay.finished": `
@call
SessionId=<VX>
SessionStatus=ended
SessionDuration=17
HandoffData={"reason":"live agent"}
`,
	"virtual-agent.finished": `
@call
VirtualAgentProvider=dialogflow
VirtualAgentProviderData={}
VirtualAgentStatus=complete
`,
	"refer.finished": `
@call
ReferCallStatus=completed
ReferSipResponseCode=202
NotifySipResponseCode=200
`,
	"refer.requested": `
@call
ReferTransferTarget=sip:carol@example.com
`,
	"pay.finished": `
@call
Result=success
PaymentMethod=credit-card
PaymentCardNumber=xxxxxxxxxxxx4242
PaymentCardType=visa
PaymentCardPostalCode=94103
ExpirationDate=1229
SecurityCode=xxx
PaymentConfirmationCode=ch_1
ProfileId=
`,
	"pay.status": `
AccountSid=<AC>
CallSid=<CA>
For=payment-card-number
Attempt=1
PaymentMethod=credit-card
ErrorType=
PaymentCardNumber=
PaymentCardType=
`,
	"payment.status": `
AccountSid=<AC>
CallSid=<CA>
PaymentSid=<PK>
PaymentMethod=credit-card
Capture=payment-card-number
PartialResult=true
PaymentCardNumber=xxxxxxxx
Required=security-code expiration-date
DateCreated=<iso>
`,
}
