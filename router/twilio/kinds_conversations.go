package twilio

import "twirouter/router"

// conversationKinds follow https://www.twilio.com/docs/conversations/conversations-webhooks.
// "onMessageAdd" asks before it happens and can be changed or refused;
// "onMessageAdded" tells that it did. Of Programmable Chat, which ended in 2022,
// the names are alike.
var conversationKinds = []kindRow{
	{
		Kind: "chat.{EventType}", When: "EventType=on[A-Z]* InstanceSid|ChannelSid EventType=*ed,*Sent",
		About: "something happened in a chat", Spell: spellCamel, Cut: "on",
		Values: `
onMessageSent         a message was sent
onMessageUpdated      a message was changed
onMessageRemoved      a message was removed
onMediaMessageSent    a message with media was sent
onChannelAdded        a channel was made
onChannelUpdated      a channel was changed
onChannelDestroyed    a channel was removed
onMemberAdded         somebody joined
onMemberUpdated       a member was changed
onMemberRemoved       somebody left
onUserAdded           a user was made
onUserUpdated         a user was changed
`,
		Product: "chat", SID: conversationSIDs, Status: "EventType", From: "From", To: "To",
	},
	{
		Kind: "chat.{EventType}", When: "EventType=on[A-Z]* InstanceSid|ChannelSid",
		About: "something is about to happen in a chat", Spell: spellCamel, Cut: "on",
		Values: `
onMessageSend     a message is about to be sent
onMessageUpdate   a message is about to be changed
onMessageRemove   a message is about to be removed
onChannelAdd      a channel is about to be made
onChannelUpdate   a channel is about to be changed
onChannelDestroy  a channel is about to be removed
onMemberAdd       somebody is about to join
onMemberRemove    somebody is about to leave
onUserUpdate      a user is about to be changed
`,
		Product: "chat", SID: conversationSIDs, Status: "EventType", From: "From", To: "To",
		Wants: router.WantsHook, Pre: true,
	},
	{
		Kind: "conversations.{EventType}", When: "EventType=on[A-Z]* EventType=*Updated",
		About: "something changed in a conversation", Spell: spellCamel, Cut: "on",
		Values: `
onMessageUpdated            a message was changed
onConversationUpdated       a conversation was changed
onConversationStateUpdated  a conversation became active, inactive or closed
onParticipantUpdated        a participant was changed
onDeliveryUpdated           a message's delivery went on
onUserUpdated               a user was changed
`,
		Product: "conversations", SID: conversationSIDs, Status: "EventType", Order: conversationOrder,
		From: "From", To: "To",
	},
	{
		Kind: "conversations.{EventType}", When: "EventType=on[A-Z]* EventType=*ed,*Sent",
		About: "something happened in a conversation", Spell: spellCamel, Cut: "on",
		Values: `
onMessageAdded         a message was added
onMessageRemoved       a message was removed
onConversationAdded    a conversation was made
onConversationRemoved  a conversation was removed
onParticipantAdded     somebody joined
onParticipantRemoved   somebody left
onUserAdded            a user was made
`,
		Product: "conversations", SID: conversationSIDs, Status: "EventType", Order: conversationOrder,
		Key: "EventType MessageSid/ParticipantSid", From: "From", To: "To",
	},
	{
		// Before a message is added it has no SID, and the next one of the same
		// conversation looks like it: only the request tells them apart.
		Kind: "conversations.{EventType}", When: "EventType=on[A-Z]*",
		About: "something is about to happen in a conversation", Spell: spellCamel, Cut: "on",
		Values: `
onMessageAdd          a message is about to be added
onMessageUpdate       a message is about to be changed
onMessageRemove       a message is about to be removed
onConversationAdd     a conversation is about to be made
onConversationUpdate  a conversation is about to be changed
onConversationRemove  a conversation is about to be removed
onParticipantAdd      somebody is about to join
onParticipantUpdate   a participant is about to be changed
onParticipantRemove   somebody is about to leave
onUserUpdate          a user is about to be changed
`,
		Product: "conversations", SID: conversationSIDs, Status: "EventType", Order: conversationOrder,
		Key: "ConversationSid MessageSid/request RetryCount", From: "From", To: "To",
		Wants: router.WantsHook, Pre: true,
	},
}

const (
	conversationSIDs  = "MessageSid ParticipantSid MemberSid ConversationSid ChannelSid UserSid"
	conversationOrder = "ConversationSid " + conversationSIDs
)
