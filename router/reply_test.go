package router_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"twirouter/router"
)

// allWants are the replies that there are.
var allWants = []router.Wants{
	router.WantsNothing, router.WantsVoice, router.WantsMessaging, router.WantsFax, router.WantsHook,
	router.WantsTaskRouter, router.WantsFrontline, router.WantsAutopilot, router.WantsStatus,
}

func TestWants(t *testing.T) {
	for _, w := range allWants {
		kinds := 0
		for _, is := range []bool{w.TwiML(), w.JSON(), w == router.WantsStatus, !w.Reply()} {
			if is {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("%s is of %d kinds", w, kinds)
		}
		if w.TwiML() != strings.HasPrefix(string(w), "twiml-") || w.JSON() != strings.HasPrefix(string(w), "json-") {
			t.Errorf("%s: TwiML %v, JSON %v", w, w.TwiML(), w.JSON())
		}
	}
	if router.Wants("").Reply() {
		t.Error("an unset Wants wants a reply")
	}
}

func TestEmptyReply(t *testing.T) {
	for _, w := range allWants {
		r := router.Empty(w)
		switch {
		case w.TwiML():
			if r.Status != 200 || !r.IsTwiML() || xml.Unmarshal(r.Body, new(struct{ XMLName xml.Name })) != nil || !strings.HasSuffix(string(r.Body), "<Response/>") {
				t.Errorf("%s: %+v %s", w, r, r.Body)
			}
		case w.JSON():
			if r.Status != 200 || r.Type != router.TypeJSON || string(r.Body) != "{}" {
				t.Errorf("%s: %+v %s", w, r, r.Body)
			}
		default:
			if r.Status != 204 || r.Type != "" || r.Body != nil {
				t.Errorf("%s: %+v", w, r)
			}
		}
		if !r.Answers() {
			t.Errorf("%s: the empty answer does not answer", w)
		}
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		kind   string
		wants  router.Wants
		status int
		want   string
		err    string
	}{
		{"call.received", router.WantsVoice, 0, `200 <?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>`, ""},
		{"call.received", router.WantsVoice, 404, `200 <?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>`, ""},
		{"call.twiml-requested", router.WantsVoice, 0, "", "call.twiml-requested cannot be refused"},
		{"message.received", router.WantsMessaging, 0, "", "message.received cannot be refused"},
		{"taskrouter.assignment", router.WantsTaskRouter, 0, `200 {"instruction":"reject"}`, ""},
		{"conversations.message-add", router.WantsHook, 0, "403 ", ""},
		{"conversations.message-add", router.WantsHook, 400, "400 ", ""},
		{"conversations.message-add", router.WantsHook, 499, "499 ", ""},
		{"conversations.message-add", router.WantsHook, 200, "", "refuse(200) does not refuse"},
		{"conversations.message-add", router.WantsHook, 500, "", "refuse(500) does not refuse"},
		{"proxy.intercept", router.WantsStatus, 0, "403 ", ""},
		{"message.sent", router.WantsNothing, 0, "", "message.sent cannot be refused"},
		{"frontline.crm", router.WantsFrontline, 0, "", "cannot be refused"},
	} {
		r, err := router.Refuse(&router.Event{Kind: c.kind, Wants: c.wants}, c.status)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) || r != nil {
				t.Errorf("%s, %d: %v, %v, want error %q", c.kind, c.status, r, err, c.err)
			}
		case err != nil || body(r) != c.want:
			t.Errorf("%s, %d: %s, %v, want %s", c.kind, c.status, body(r), err, c.want)
		}
	}
}

func TestFallbacks(t *testing.T) {
	full := router.Fallbacks{Voice: []byte("voice"), Messaging: []byte("messaging"), JSON: []byte("json")}
	for _, w := range allWants {
		ev := &router.Event{Wants: w}
		for _, rt := range []*router.Route{{}, {Fallback: full}} {
			want, kind := "", ""
			if rt.Fallback.Voice != nil {
				switch {
				case w == router.WantsVoice:
					want, kind = "200 voice", router.TypeTwiML
				case w == router.WantsMessaging:
					want, kind = "200 messaging", router.TypeTwiML
				case w.JSON():
					want, kind = "200 json", router.TypeJSON
				}
			}
			failure, saturated := router.Failure(rt, ev), router.Saturated(rt, ev)
			if want != "" {
				for _, r := range []*router.Reply{failure, saturated} {
					if body(r) != want || r.Type != kind || !r.Answers() {
						t.Errorf("%s: %s as %s, want %s as %s", w, body(r), r.Type, want, kind)
					}
				}
				continue
			}
			if body(failure) != "500 " || failure.Answers() {
				t.Errorf("%s: a failure is %s", w, body(failure))
			}
			if body(saturated) != "503 " || saturated.Headers.Get("Retry-After") == "" || saturated.Answers() {
				t.Errorf("%s: saturated is %s, %v", w, body(saturated), saturated.Headers)
			}
		}
	}
	var none *router.Reply
	if none.Answers() || none.IsTwiML() {
		t.Error("no reply answers")
	}
}
