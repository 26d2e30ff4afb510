package twilio

import "maps"

func init() { maps.Copy(samples, platformSamples) }

// platformSamples are the samples of what is neither a call nor a message.
var platformSamples = map[string]string{
	"video.{StatusCallbackEvent}": `
AccountSid=<AC>
RoomSid=<RM>
[!composition-enqueued composition-started composition-progress composition-available composition-failed] RoomName=Standup
[!composition-enqueued composition-started composition-progress composition-available composition-failed] RoomStatus=in-progress
[!composition-enqueued composition-started composition-progress composition-available composition-failed] RoomType=group
[!composition-enqueued composition-started composition-progress composition-available composition-failed] SequenceNumber=0
[composition-enqueued composition-started composition-progress composition-available composition-failed] CompositionSid=<CJ>
Timestamp=<iso>
StatusCallbackEvent=<value>
[room-ended] RoomStatus=completed
[room-ended] RoomDuration=61
[participant-connected participant-disconnected track-added track-removed track-enabled track-disabled recording-started recording-completed recording-failed] ParticipantSid=<PA>
[participant-connected participant-disconnected track-added track-removed track-enabled track-disabled recording-started recording-completed recording-failed] ParticipantIdentity=ann
[participant-connected track-added track-removed track-enabled track-disabled] ParticipantStatus=connected
[participant-disconnected] ParticipantStatus=disconnected
[participant-disconnected] ParticipantDuration=60
[track-added track-removed track-enabled track-disabled] TrackSid=<MT>
[track-added track-removed track-enabled track-disabled] TrackKind=video
[track-added track-removed track-enabled track-disabled] TrackName=camera
[recording-started recording-completed recording-failed] RecordingSid=<RT>
[recording-started recording-completed recording-failed] SourceSid=<MT>
[recording-completed composition-available] MediaUri=/v1/Media
[composition-available] Duration=60
[composition-available] Size=1048576
[composition-progress] PercentageDone=48
[composition-progress] SecondsRemaining=12
[composition-failed] FailedOperation=encode
[composition-failed] ErrorMessage=The composition has no media
`,
	"debugger.{Level}": `
AccountSid=<AC>
ParentAccountSid=
Sid=<NO>
Timestamp=<iso>
Level=<value>
PayloadType=application/json
Payload={"resource_sid":"<CA>","service_sid":null,"error_code":"11200","more_info":{"Msg":"Bad Gateway","ErrorCode":"11200","LogLevel":"<value>"},"webhook":{"type":"application/json","request":{"url":"https://www.example.com/voice","method":"POST","headers":{},"parameters":{}},"response":{"status_code":502,"headers":{},"body":""}}}
`,
	"usage-trigger.fired": `
AccountSid=<AC>
UsageTriggerSid=<UT>
DateFired=<rfc>
Recurring=monthly
UsageCategory=totalprice
TriggerBy=price
TriggerValue=60
CurrentValue=60.52
UsageRecordUri=/2010-04-01/Accounts/<AC>/Usage/Records.json?Category=totalprice
IdempotencyToken=<uuid>
`,
	"taskrouter.assignment": `
AccountSid=<AC>
WorkspaceSid=<WS>
WorkflowSid=<WW>
TaskQueueSid=<WQ>
TaskSid=<WT>
TaskAge=1
TaskPriority=0
TaskAttributes={"call_sid":"<CA>","from":"+14155550142","called":"+14155550123"}
WorkerSid=<WK>
WorkerName=alice
WorkerAttributes={"contact_uri":"client:alice"}
ReservationSid=<WR>
`,
	"taskrouter.{EventType}": `
@task
@worker
[reservation.created reservation.accepted reservation.rejected reservation.timeout reservation.canceled reservation.rescinded reservation.wrapup reservation.completed reservation.failed] ReservationSid=<WR>
[reservation.created reservation.accepted reservation.rejected reservation.timeout reservation.canceled reservation.rescinded reservation.wrapup reservation.completed reservation.failed] ReservationVersion=0
[reservation.created reservation.accepted reservation.rejected reservation.timeout reservation.canceled reservation.rescinded reservation.wrapup reservation.completed reservation.failed] ResourceType=reservation
[reservation.created reservation.accepted reservation.rejected reservation.timeout reservation.canceled reservation.rescinded reservation.wrapup reservation.completed reservation.failed] ResourceSid=<=ReservationSid>
[worker.created worker.activity.update worker.attributes.update worker.capacity.update worker.channel.availability.update worker.deleted] ResourceType=worker
[worker.created worker.activity.update worker.attributes.update worker.capacity.update worker.channel.availability.update worker.deleted] ResourceSid=<=WorkerSid>
[worker.activity.update] WorkerPreviousActivitySid=<WA2>
[worker.activity.update] WorkerPreviousActivityName=Offline
[worker.activity.update] WorkerTimeInPreviousActivity=60
`,
	"conversations.{EventType}": `
@conversation
[onMessageAdd onMessageAdded onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] ParticipantSid=<MB>
[onMessageAdd onMessageAdded onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] Author=ann
[onMessageAdd onMessageAdded onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] Body=Hello
[onMessageAdd onMessageAdded onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] Attributes={}
[onMessageAdded onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved onDeliveryUpdated] MessageSid=<IM>
[onMessageAdded onMessageUpdated] Index=0
[onMessageAdded onConversationAdded onParticipantAdded onUserAdded] DateCreated=<iso>
[onMessageUpdated onConversationUpdated onParticipantUpdated onUserUpdated] DateUpdated=<iso>
[onMessageRemoved onConversationRemoved onParticipantRemoved] DateRemoved=<iso>
[onParticipantAdded onParticipantUpdate onParticipantUpdated onParticipantRemove onParticipantRemoved] ParticipantSid=<MB>
[onParticipantAdd onParticipantAdded onParticipantUpdate onParticipantUpdated] Identity=ann
[onConversationAdd onConversationAdded onConversationUpdate onConversationUpdated] FriendlyName=Support
[onConversationStateUpdated] StateFrom=active
[onConversationStateUpdated] StateTo=closed
[onConversationStateUpdated] StateUpdated=<iso>
[onConversationStateUpdated] Reason=API
[onDeliveryUpdated] ChannelMessageSid=<SM>
[onDeliveryUpdated] DeliveryReceiptSid=<DY>
[onDeliveryUpdated] Status=delivered
[onDeliveryUpdated] ErrorCode=0
[onUserAdded onUserUpdate onUserUpdated] UserSid=<US>
[onUserAdded onUserUpdate onUserUpdated] Identity=ann
`,
	"chat.{EventType}": `
EventType=<value>
InstanceSid=<IS>
ChannelSid=<CH>
AccountSid=<AC>
ClientIdentity=ann
RetryCount=0
[onMessageSend onMessageSent onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] From=ann
[onMessageSend onMessageSent onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] Body=Hello
[onMessageSend onMessageSent onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved] Attributes={}
[onMessageSent onMessageUpdate onMessageUpdated onMessageRemove onMessageRemoved onMediaMessageSent] MessageSid=<IM>
[onMemberAdded onMemberUpdated onMemberRemoved onMemberRemove] MemberSid=<MB>
[onUserAdded onUserUpdate onUserUpdated] UserSid=<US>
[onChannelAdd onChannelAdded onChannelUpdate onChannelUpdated] FriendlyName=General
`,
	"sync.{EventType}": `
EventType=<value>
AccountSid=<AC>
ServiceSid=<IS>
[document_created document_updated document_removed] DocumentSid=<ET>
[document_created document_updated] DocumentRevision=1
[document_created document_updated] DocumentData={"a":1}
[list_created list_removed list_item_added list_item_updated list_item_removed] ListSid=<ES>
[list_item_added list_item_updated list_item_removed] ItemIndex=4
[map_created map_removed map_item_added map_item_updated map_item_removed] MapSid=<MP>
[map_item_added map_item_updated map_item_removed] ItemKey=k
[list_item_added list_item_updated list_item_removed map_item_added map_item_updated map_item_removed] ItemRevision=1
[list_item_added list_item_updated map_item_added map_item_updated] ItemData={}
[stream_message_published] StreamSid=<TO>
[stream_message_published] MessageSid=<TZ>
[stream_message_published] MessageData={}
[endpoint_connected endpoint_disconnected] EndpointId=phone
[endpoint_connected endpoint_disconnected] Identity=ann
`,
	"proxy.intercept": `
interactionSid=<KI>
interactionServiceSid=<KS>
interactionSessionSid=<KC>
interactionAccountSid=<AC>
interactionType=Message
interactionData={"body":"Hello"}
interactionDateCreated=<iso>
inboundParticipantSid=<KP>
inboundResourceSid=<SM>
inboundResourceStatus=received
inboundResourceType=Message
inboundResourceUrl=https://api.twilio.com/2010-04-01/Accounts/<AC>/Messages/<=inboundResourceSid>
`,
	"proxy.callback": `
interactionSid=<KI>
interactionServiceSid=<KS>
interactionSessionSid=<KC>
interactionAccountSid=<AC>
interactionType=Message
interactionData={"body":"Hello"}
interactionDateCreated=<iso>
inboundParticipantSid=<KP>
inboundResourceSid=<SM>
inboundResourceStatus=received
inboundResourceType=Message
outboundParticipantSid=<KP2>
outboundResourceSid=<SM2>
outboundResourceStatus=sent
outboundResourceType=Message
outboundResourceUrl=https://api.twilio.com/2010-04-01/Accounts/<AC>/Messages/<=outboundResourceSid>
`,
	"proxy.out-of-session": `
@message
sessionServiceSid=<KS>
sessionSid=<KC>
sessionUniqueName=ride-1
sessionAccountSid=<AC>
sessionStatus=closed
sessionMode=message-only
sessionDateCreated=<iso>
sessionClosedReason=api
`,
	"frontline.{Location}": `
Location=<value>
Worker=ann@example.com
[!GetCustomersList] CustomerId=1
[GetCustomersList] PageSize=30
[GetCustomersList] Query=
[GetProxyAddress] ChannelType=sms
[GetProxyAddress] ChannelValue=+14155550142
`,
	"fax.incoming": `
FaxSid=<FX>
AccountSid=<AC>
From=+14155550142
To=+14155550123
RemoteStationId=STATION
ApiVersion=v1
`,
	"fax.{FaxStatus|Status}": `
FaxSid=<FX>
AccountSid=<AC>
From=+14155550142
To=+14155550123
RemoteStationId=STATION
FaxStatus=<value>
ApiVersion=v1
[received delivered] NumPages=1
[received] MediaSid=<ME>
[received] MediaUrl=https://media.twiliocdn.com/fax/<=MediaSid>
[failed] ErrorCode=35019
[failed] ErrorMessage=The other side does not answer as a fax
`,
	"caller-id.verification": `
AccountSid=<AC>
VerificationStatus=success
OutgoingCallerIdSid=<PN>
CallSid=<CA>
To=+14155550142
Called=<=To>
`,
	"regulatory-bundle.{Status}": `
AccountSid=<AC>
BundleSid=<BU>
Status=<value>
[twilio-rejected] FailureReason=The address cannot be read
`,
	"trusthub.customer-profile.{Status}": `
AccountSid=<AC>
CustomerProfileSid=<BU>
Status=<value>
[twilio-rejected] FailureReason=The address cannot be read
`,
	"trusthub.trust-product.{Status}": `
AccountSid=<AC>
TrustProductSid=<BU>
Status=<value>
[twilio-rejected] FailureReason=The address cannot be read
`,
	"hosted-number-order.{Status}": `
AccountSid=<AC>
HostedNumberOrderSid=<HR>
Status=<value>
PhoneNumber=+14155550123
`,
	"verify.{type}": `
uid=<uuid>
type=<value>
account_sid=<AC>
service_sid=<VA>
webhook_sid=<YW>
entity_sid=<YE>
entity_identity=user-1
factor_sid=<YF>
factor_type=push
factor_friendly_name=phone
[challenge.approved challenge.denied] challenge_sid=<YC>
[challenge.approved challenge.denied] challenge_details={"message":"Sign in?","fields":[]}
`,
	"supersim.sms-command.{Status}": `
AccountSid=<AC>
SmsCommandSid=<HC>
SimSid=<HS>
SimUniqueName=meter-1
Payload=temp=21
Direction=to_sim
[received] Direction=from_sim
Status=<value>
`,
	"supersim.ip-command.{Status}": `
AccountSid=<AC>
IpCommandSid=<HG>
SimSid=<HS>
SimUniqueName=meter-1
Payload=temp=21
PayloadType=text
DeviceIp=100.64.0.1
DevicePort=7
Direction=to_sim
[received] Direction=from_sim
Status=<value>
`,
	"wireless.command.{Status}": `
Status=<value>
ApiVersion=v1
Command=ping
SimUniqueName=meter-1
Payload=ping
SimSid=<DE>
Direction=to_sim
[received] Direction=from_sim
CommandSid=<DC>
AccountSid=<AC>
PayloadType=text
`,
	"autopilot.task": `
AccountSid=<AC>
AssistantSid=<UA>
DialogueSid=<UK>
CurrentTask=greeting
CurrentInput=Hello
CurrentTaskConfidence=1.0
DialoguePayloadUrl=https://autopilot.twilio.com/v1/Assistants/<UA>/Dialogues/<=DialogueSid>
Channel=sms
UserIdentifier=+14155550142
Memory={}
`,
	"connect-app.deauthorized": `
AccountSid=<AC>
ConnectAppSid=<CN>
`,
}
