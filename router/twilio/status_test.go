package twilio

import "testing"

// TestRanks has pairs of requests of one resource: the second is older than the
// first, equal, newer, or not comparable with it.
func TestRanks(t *testing.T) {
	const call = "CallSid=CA1&CallbackSource=call-progress-events&CallStatus="
	const task = "WorkspaceSid=WS1&TaskSid=WT1&Sid=EV1&EventType="
	for _, c := range []struct{ seen, next, is string }{
		{"MessageSid=SM1&MessageStatus=delivered", "MessageSid=SM1&MessageStatus=sent", "older"},
		{"MessageSid=SM1&MessageStatus=queued", "MessageSid=SM1&MessageStatus=sent", "newer"},
		{"MessageSid=SM1&MessageStatus=accepted", "MessageSid=SM1&MessageStatus=scheduled", "newer"},
		{"MessageSid=SM1&MessageStatus=sending", "MessageSid=SM1&MessageStatus=queued", "older"},
		{"MessageSid=SM1&MessageStatus=delivered", "MessageSid=SM1&MessageStatus=undelivered", "equal"},
		{"MessageSid=SM1&MessageStatus=partially_delivered", "MessageSid=SM1&MessageStatus=read", "newer"},
		{"MessageSid=SM1&MessageStatus=failed", "MessageSid=SM1&SmsStatus=canceled", "equal"},
		{"MessageSid=SM1&SmsStatus=receiving", "MessageSid=SM1&SmsStatus=received", "newer"},
		{"MessageSid=SM1&MessageStatus=sent", "MessageSid=SM2&MessageStatus=queued", "incomparable"},
		{"MessageSid=SM1&MessageStatus=sent", "MessageSid=SM1&MessageStatus=huh", "incomparable"},

		{call + "completed", call + "ringing", "older"},
		{call + "completed&SequenceNumber=0", call + "in-progress&SequenceNumber=2", "older"},
		{call + "queued", call + "initiated", "newer"},
		{call + "ringing", call + "in-progress", "newer"},
		{call + "busy", call + "completed", "equal"},
		{call + "ringing", "CallSid=CA1&CallStatus=completed", "newer"},
		{call + "ringing", "CallSid=CA2&CallStatus=completed", "incomparable"},
		{call + "ringing", "CallSid=CA1&CallStatus=in-progress", "incomparable"},

		{"RecordingSid=RE1&RecordingStatus=completed", "RecordingSid=RE1&RecordingStatus=in-progress", "older"},
		{"RecordingSid=RE1&RecordingStatus=in-progress", "RecordingSid=RE1&RecordingStatus=absent", "newer"},
		{"StatusCallbackEvent=participant-join&ConferenceSid=CF1&SequenceNumber=9", "StatusCallbackEvent=conference-start&ConferenceSid=CF1&SequenceNumber=10", "newer"},
		{"StatusCallbackEvent=participant-join&ConferenceSid=CF1&SequenceNumber=9", "StatusCallbackEvent=conference-start&ConferenceSid=CF1", "incomparable"},
		{"StatusCallbackEvent=track-added&RoomSid=RM1&SequenceNumber=3", "StatusCallbackEvent=room-created&RoomSid=RM1&SequenceNumber=0", "older"},
		{"TranscriptionEvent=transcription-stopped&TranscriptionSid=GT1&CallSid=CA1&SequenceId=3", "TranscriptionEvent=transcription-content&TranscriptionSid=GT1&CallSid=CA1&SequenceId=2", "older"},
		{"TranscriptionEvent=transcription-stopped&TranscriptionSid=GT1&CallSid=CA1&SequenceId=3", "TranscriptionEvent=transcription-content&TranscriptionSid=GT2&CallSid=CA1&SequenceId=2", "incomparable"},

		{task + "task.completed", task + "task.created", "older"},
		{task + "task.completed", task + "task.canceled", "equal"},
		{task + "task.created&TimestampMs=1732172281124", task + "task.completed&TimestampMs=1732172281123", "older"},
		{task + "task.completed&TimestampMs=1732172281123", task + "task.created&TimestampMs=1732172281123", "older"},
		{task + "task.wrapup&TimestampMs=1732172281123&TaskVersion=2", task + "task.created&TimestampMs=1732172281123&TaskVersion=3", "newer"},
		{task + "task.updated&TimestampMs=2", task + "task.created&TimestampMs=1", "incomparable"},
		{task + "task.updated&TimestampMs=2", task + "task.updated&TimestampMs=1", "older"},
		{task + "reservation.timeout&ReservationSid=WR1", task + "reservation.created&ReservationSid=WR2", "incomparable"},
		{task + "reservation.completed&ReservationSid=WR1", task + "reservation.accepted&ReservationSid=WR1", "older"},
		{task + "reservation.accepted&ReservationSid=WR1", task + "reservation.rescinded&ReservationSid=WR1", "equal"},
		{"EventType=worker.activity.update&WorkerSid=WK1&TimestampMs=5", "EventType=worker.activity.update&WorkerSid=WK1&TimestampMs=4", "older"},
	} {
		seen, next := formEvent(t, c.seen), formEvent(t, c.next)
		is := "equal"
		switch {
		case seen.Track == "" || seen.Track != next.Track:
			is = "incomparable"
		case next.Rank < seen.Rank:
			is = "older"
		case next.Rank > seen.Rank:
			is = "newer"
		}
		if is != c.is {
			t.Errorf("%s after %s is %s, want %s (%q %d, %q %d)", c.next, c.seen, is, c.is, next.Track, next.Rank, seen.Track, seen.Rank)
		}
	}
	// Another callback URL counts for itself.
	a := Normalise(received(t, "POST", "https://h/a", "application/x-www-form-urlencoded", call+"ringing"))[0]
	b := Normalise(received(t, "POST", "https://h/b", "application/x-www-form-urlencoded", call+"ringing"))[0]
	if a.Track == b.Track {
		t.Errorf("two paths share the track %q", a.Track)
	}
}

func TestRankBounds(t *testing.T) {
	const task = "EventType=task.created&TaskSid=WT1&TimestampMs="
	for _, odd := range []string{"-1", "1e9", "99999999999999999999999", "", "x"} {
		if ev := formEvent(t, task+odd); ev.Rank != 1 {
			t.Errorf("TimestampMs=%s gives rank %d", odd, ev.Rank)
		}
	}
	if ev := formEvent(t, task+"999999999999999&TaskVersion=999999999999999"); ev.Rank <= 0 {
		t.Errorf("the greatest rank is %d", ev.Rank)
	}
}

func TestOrderKeys(t *testing.T) {
	for form, want := range map[string]string{
		"MessageSid=SM1&MessageStatus=sent":                                         "SM1",
		"SmsSid=SM1&SmsStatus=sent":                                                 "SM1",
		"RecordingStatus=completed&RecordingSid=RE1&CallSid=CA1":                    "RE1",
		"StatusCallbackEvent=conference-end&ConferenceSid=CF1&CallSid=CA1":          "CF1",
		"EventType=onMessageAdded&MessageSid=IM1&ConversationSid=CH1":               "CH1",
		"EventType=onUserUpdated&UserSid=US1":                                       "US1",
		"StatusCallbackEvent=composition-failed&RoomSid=RM1&CompositionSid=CJ1":     "RM1",
		"StatusCallbackEvent=composition-failed&CompositionSid=CJ1":                 "CJ1",
		"EventType=reservation.created&TaskSid=WT1&WorkerSid=WK1&Sid=EV1":           "WT1",
		"EventType=worker.deleted&WorkerSid=WK1&Sid=EV1":                            "WK1",
		"EventType=workspace.deleted&Sid=EV1":                                       "EV1",
		"CallSid=CA2&ParentCallSid=CA1&CallStatus=completed":                        "CA2",
		"TranscriptionStatus=failed&TranscriptionSid=TR1&CallSid=CA1":               "CA1",
		"TranscriptionStatus=failed&TranscriptionSid=TR1":                           "TR1",
		"TranscriptionEvent=transcription-started&TranscriptionSid=GT1&CallSid=CA1": "CA1",
		"StreamEvent=stream-started&StreamSid=MZ1&CallSid=CA1":                      "CA1",
		"PaymentSid=PK1&CallSid=CA1":                                                "CA1",
		"Sid=NO1&Level=ERROR&Payload=x":                                             "NO1",
		"EventType=onMessageSent&MessageSid=IM1&ChannelSid=CH1&InstanceSid=IS1":     "IM1",
		"CallStatus=completed":                                                      "",
		"Unheard=of":                                                                "",
	} {
		if got := formEvent(t, form).Order; got != want {
			t.Errorf("order key of %s is %q, want %q", form, got, want)
		}
	}
}
