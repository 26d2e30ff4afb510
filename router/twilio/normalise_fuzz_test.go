package twilio

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"twirouter/router"
)

// checkEvent holds what is true of every event, whatever was sent.
func checkEvent(t *testing.T, ev *router.Event) {
	t.Helper()
	if !kindName.MatchString(ev.Kind) || len(ev.Kind) > longestName+64 {
		t.Errorf("kind %q", ev.Kind)
	}
	if !slices.Contains(everyWant, ev.Wants) || ev.Product == "" {
		t.Errorf("%s of %q wants %q", ev.Kind, ev.Product, ev.Wants)
	}
	if len(ev.Key) > longestKey || len(ev.Order) > longestKey || ev.Rank < 0 || ev.Rank != 0 && ev.Track == "" {
		t.Errorf("%s: key of %d bytes, order of %d, track %q, rank %d", ev.Kind, len(ev.Key), len(ev.Order), ev.Track, ev.Rank)
	}
	if ev.Key == "" {
		t.Errorf("%s has no key, in spite of the token", ev.Kind)
	}
	if failure(ev.Kind) && ev.Error == nil {
		t.Errorf("%s has no error", ev.Kind)
	}
	if ev.Pre && ev.Wants != router.WantsHook {
		t.Errorf("%s is a pre-hook and wants %s", ev.Kind, ev.Wants)
	}
	info, known := KindInfo(ev.Kind)
	if !known || info.Product != ev.Product {
		t.Errorf("KindInfo(%s) is %+v", ev.Kind, info)
	}
	if ev.Data != nil && !json.Valid(ev.Data) {
		t.Errorf("%s: data is no JSON: %q", ev.Kind, ev.Data)
	}
	for _, s := range []string{ev.Kind, ev.SID, ev.Status, ev.Key, string(ev.Data)} {
		if !utf8.ValidString(s) {
			t.Errorf("%s holds ill-formed UTF-8: %q", ev.Kind, s)
		}
	}
}

func FuzzNormaliseForm(f *testing.F) {
	f.Add("MessageSid=SM1&SmsStatus=received&NumMedia=1&MediaUrl0=u&MediaContentType0=a&From=whatsapp:%2B1", "a=b")
	f.Add("CallSid=CA1&CallStatus=completed&CallbackSource=call-progress-events&SequenceNumber=3", "")
	f.Add("WorkspaceSid=WS1&EventType=task.created&TimestampMs=1732172281123&TaskSid=WT1&Sid=EV1", "step=a.b")
	f.Add("Payload=%7B%22error_code%22:%2211200%22%7D&Level=ERROR&Sid=NO1", "")
	f.Add("EventType=onMessageAdd&ConversationSid=CH1&RetryCount=0", "")
	f.Add("StatusCallbackEvent=a/b&RoomSid=RM1", "%")
	f.Add("FaxSid=&FaxStatus=%ff", "")
	for _, row := range forms.rows {
		if d, err := Build(row.Kind, nil, seeded()); err == nil {
			f.Add(EncodeForm(d.Params), "")
		}
	}
	f.Fuzz(func(t *testing.T, form, query string) {
		in := &Input{Method: "POST", Path: "/p", RawQuery: query, ContentType: "application/x-www-form-urlencoded", Idempotency: "t", NewID: func() string { return "id" }}
		var err error
		if in.Params, err = ParseForm(form, Limits{}); err != nil {
			return
		}
		events := Normalise(in)
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		ev := events[0]
		checkEvent(t, ev)

		// The order of different parameters changes nothing.
		if names := map[string]bool{}; !slices.ContainsFunc(in.Params, func(p router.Param) bool { twice := names[p.Key]; names[p.Key] = true; return twice }) {
			turned := *in
			turned.Params = slices.Clone(in.Params)
			slices.Reverse(turned.Params)
			other := Normalise(&turned)[0]
			if other.Kind != ev.Kind || other.Key != ev.Key || other.SID != ev.SID || other.Track != ev.Track || other.Rank != ev.Rank {
				t.Errorf("in another order %s %q became %s %q", ev.Kind, ev.Key, other.Kind, other.Key)
			}
		}
		// A GET of the same parameters is the same event.
		get := *in
		get.Method, get.ContentType, get.RawQuery = "GET", "", form
		if other := Normalise(&get)[0]; other.Kind != ev.Kind || other.SID != ev.SID || other.Wants != ev.Wants {
			t.Errorf("by GET %s became %s", ev.Kind, other.Kind)
		}
	})
}

func FuzzNormaliseJSON(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","type":"com.twilio.messaging.message.sent","id":"EZ1","data":{"messageSid":"SM1","errorCode":1e400}}`), "application/json")
	f.Add([]byte(`[{"specversion":"1.0","type":"com.twilio.x.y","data":{"payload":"{\"error_code\":1}"}},7]`), "application/json")
	f.Add([]byte(`{"operatorResults":[{"id":"a"},{"id":7}],"conversationId":"c"}`), "")
	f.Add([]byte(`{"eventType":"X_Y","data":{"id":"1","status":"\ud800"}}`), "text/plain")
	f.Add([]byte("\xef\xbb\xbf[[[[{\"\\u0000\":\"\xff\"}]]]]"), "application/json")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		if IsForm(contentType) {
			return
		}
		in := &Input{Method: "POST", Path: "/p", ContentType: contentType, Body: body, Idempotency: "t", NewID: func() string { return "id" }}
		events := Normalise(in)
		if len(events) == 0 || len(events) > mostBatched {
			t.Fatalf("%d events", len(events))
		}
		keys := map[string]bool{}
		for _, ev := range events {
			checkEvent(t, ev)
			if ev.Batch != 0 && ev.Batch != len(events) {
				t.Errorf("batch of %d in %d events", ev.Batch, len(events))
			}
			if ev.Product == "twilio" && keys[ev.Key] {
				t.Errorf("two unknown events share the key %q", ev.Key)
			}
			keys[ev.Key] = true
		}
	})
}

func FuzzBuild(f *testing.F) {
	f.Add("message.received", "Body", "<SM>")
	f.Add("eventstreams.x.y", "data.a.b", "{")
	f.Add("conversations.a--b", "From", "whatsapp:+1")
	f.Add("taskrouter.a.b", "EventType", "")
	f.Fuzz(func(t *testing.T, kind, name, value string) {
		d, err := Build(kind, router.Params{{Key: name, Value: value}}, seeded())
		if err != nil {
			return
		}
		if d.JSON != nil && !json.Valid(d.JSON) {
			t.Errorf("%s: no JSON: %s", kind, d.JSON)
		}
		if d.JSON == nil && d.Params.Get(name) != value {
			t.Errorf("%s: %q is %q, want %q", kind, name, d.Params.Get(name), value)
		}
		plain, err := Build(kind, nil, seeded())
		if err != nil {
			t.Fatal(err)
		}
		if ev := Normalise(arrived(t, plain))[0]; ev.Kind != plain.Kind {
			t.Errorf("%s was built and is %s", plain.Kind, ev.Kind)
		}
	})
}
