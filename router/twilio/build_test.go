package twilio

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"twirouter/router"
)

// seeded is randomness that is the same in every run.
func seeded() BuildOptions {
	return BuildOptions{Now: time.Date(2026, 11, 21, 10, 0, 0, 123e6, time.UTC), Rand: rand.NewChaCha8([32]byte{1})}
}

// arrived is a draft as the door hands it over.
func arrived(t testing.TB, d *Draft) *Input {
	t.Helper()
	in := received(t, "POST", "https://hooks.example.com/twilio", d.Headers.Get("Content-Type"), EncodeForm(d.Params))
	if d.JSON != nil {
		in.Body = d.JSON
	}
	in.Idempotency = d.Headers.Get("I-Twilio-Idempotency-Token")
	return in
}

func TestBuildEveryKind(t *testing.T) {
	sid := regexp.MustCompile(`^[A-Z]{2}[0-9a-f]{32}$`)
	for _, info := range Kinds() {
		if info.Product == "twilio" || info.Product == "router" {
			continue
		}
		t.Run(info.Kind, func(t *testing.T) {
			d, err := Build(info.Kind, nil, seeded())
			if err != nil {
				t.Fatal(err)
			}
			ev := Normalise(arrived(t, d))[0]
			if ev.Kind != info.Kind || ev.Wants != info.Wants || ev.Product != info.Product || ev.Pre != info.Pre {
				t.Fatalf("%s of %s, wants %s, pre %v; listed of %s, wants %s, pre %v", ev.Kind, ev.Product, ev.Wants, ev.Pre, info.Product, info.Wants, info.Pre)
			}
			if named := info.Product != "frontline" && info.Kind != "eventstreams.eventstreams.test-event"; named && !sid.MatchString(ev.Account) {
				t.Errorf("account %q", ev.Account)
			}
			if ev.SID == "" && info.Kind != "frontline.get-customers-list" {
				t.Error("no SID")
			}
			if ev.Fallback != nil {
				t.Error("it is a fallback")
			}
			if ev.Key == "" || ev.Order == "" && info.Kind != "frontline.get-customers-list" {
				t.Errorf("key %q, order %q", ev.Key, ev.Order)
			}
			for _, p := range d.Params {
				if strings.HasSuffix(p.Key, "Sid") && p.Value != "" && !sid.MatchString(p.Value) {
					t.Errorf("%s=%s is no SID", p.Key, p.Value)
				}
				if strings.ContainsAny(p.Value, "<>") {
					t.Errorf("%s=%s is not filled", p.Key, p.Value)
				}
			}
			if bytes.ContainsAny(d.JSON, "<>") {
				t.Errorf("not filled: %s", d.JSON)
			}
		})
	}
}

func TestBuildOverrides(t *testing.T) {
	build := func(kind string, set ...string) *router.Event {
		t.Helper()
		var params router.Params
		for _, s := range set {
			k, v, _ := strings.Cut(s, "=")
			params = append(params, router.Param{Key: k, Value: v})
		}
		d, err := Build(kind, params, seeded())
		if err != nil {
			t.Fatal(err)
		}
		return Normalise(arrived(t, d))[0]
	}

	ev := build("message.received", "Body=<b>1 + 1 = 2</b>", "MessageSid=SM1", "Colour=red", "Colour=blue")
	if got := ev.Params.Get("Body"); got != "<b>1 + 1 = 2</b>" {
		t.Errorf("Body is %q", got)
	}
	if ev.SID != "SM1" || ev.Params.Get("SmsSid") != "SM1" || ev.Params.Get("SmsMessageSid") != "SM1" {
		t.Errorf("the SIDs do not follow MessageSid: %v", ev.Params)
	}
	colours := 0
	for _, p := range ev.Params {
		if p.Key == "Colour" {
			colours++
		}
	}
	if colours != 2 {
		t.Errorf("Colour was sent %d times", colours)
	}

	ev = build("message.received", "NumMedia=2")
	if len(ev.Media) != 2 || ev.Channel != "mms" || !strings.HasPrefix(ev.SID, "MM") || ev.Media[1].ContentType != "image/jpeg" {
		t.Errorf("with media: channel %s, %s, %v", ev.Channel, ev.SID, ev.Media)
	}
	ev = build("message.received", "From=whatsapp:+14155550199")
	if ev.Channel != "whatsapp" || ev.From != "+14155550199" || !strings.HasPrefix(ev.Params.Get("To"), "whatsapp:") || ev.Params.Has("FromCity") || !ev.Params.Has("WaId") {
		t.Errorf("by WhatsApp: %v", ev.Params)
	}
	ev = build("call.received", "From=client:alice")
	if ev.Channel != "client" || ev.From != "alice" || ev.Params.Get("Caller") != "client:alice" {
		t.Errorf("of a client: %v", ev.Params)
	}
	if ev = build("call.received", "ErrorCode=11200", "ErrorUrl=https://x"); ev.Fallback == nil || ev.Fallback.Message != "HTTP retrieval failure" {
		t.Errorf("fallback is %v", ev.Fallback)
	}
	if ev = build("call.answered"); ev.Kind != "call.in-progress" {
		t.Errorf("call.answered gave %s", ev.Kind)
	}
	for _, kind := range []string{"message.huh", "call.huh", "taskrouter.task.huh", "conversations.thing-added", "conversations.thing-add", "sync.document-huh", "eventstreams.new.thing", "orchestrator.new-thing", "conference.huh", "frontline.get-thing"} {
		if ev = build(kind); ev.Kind != kind {
			t.Errorf("%s gave %s", kind, ev.Kind)
		}
	}

	ev = build("eventstreams.messaging.message.sent", "messageSid=SM2", "numSegments=2", "id=EZ1", "data.extra.deep=x")
	if ev.SID != "SM2" || ev.Key != "EZ1" || !strings.Contains(string(ev.Data), `"deep":"x"`) || !strings.Contains(string(ev.Data), `"numSegments":"2"`) {
		t.Errorf("the CloudEvent is %s, %s", ev.Key, ev.Data)
	}
	if ev = build("eventstreams.messaging.inbound-message.received", "numMedia=3"); !strings.Contains(string(ev.Data), `"numMedia":3`) {
		t.Errorf("a number became text: %s", ev.Data)
	}
	if _, err := Build("eventstreams.messaging.message.sent", router.Params{{Key: "messageSid.x", Value: "1"}}, seeded()); err == nil {
		t.Error("a path through a string was taken")
	}
}

func TestBuildRefuses(t *testing.T) {
	for kind, nearest := range map[string]string{
		"message.recieved": "message.received", "call.recived": "call.received", "Message.Received": "message.received",
		"app.x": "", "router.dead": "router.dead", "twilio.unknown": "twilio.unknown", "nonsense": "", "": "", "message.": "",
		"recording": "", "message.par*": "",
	} {
		_, err := Build(kind, nil, seeded())
		var no *KindError
		if !errors.As(err, &no) {
			// message.recieved fits a pattern: it could be a status of Twilio's.
			if kind == "message.recieved" || kind == "call.recived" {
				if near := NearestKind(kind); near != nearest {
					t.Errorf("near %s is %q", kind, near)
				}
				continue
			}
			t.Errorf("%s was built: %v", kind, err)
			continue
		}
		if no.Nearest != nearest && nearest != "" {
			t.Errorf("near %s is %q, want %q", kind, no.Nearest, nearest)
		}
	}
	if _, err := Build("message.received", nil, BuildOptions{Rand: strings.NewReader("")}); err == nil {
		t.Error("built without randomness")
	}
}

// A draft that is signed is a request that the keyring lets in.
func TestBuildSigned(t *testing.T) {
	for _, kind := range []string{"message.received", "eventstreams.messaging.message.sent"} {
		o := seeded()
		o.Account = "AC00000000000000000000000000000001"
		d, err := Build(kind, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		credential := Credential{Secret: "token"}
		sign := func() (Message, error) { return credential.SignForm(inboundURL, d.Params) }
		if d.JSON != nil {
			sign = func() (Message, error) { return credential.SignJSON(inboundURL, d.JSON) }
		}
		m, err := sign()
		if err != nil {
			t.Fatal(err)
		}
		req := requestOf(t, m)
		if v := ring1(t, req, "token").Verify(req); !v.OK() {
			t.Errorf("%s: %s", kind, v.Reason)
		}
		if u, err := url.Parse(m.URL); err != nil || u.Host != "hooks.example.com" {
			t.Errorf("%s goes to %s", kind, m.URL)
		}
	}
}
