package luaapi

import (
	"encoding/json"
	"testing"

	"twirouter/router"
)

func TestEventFields(t *testing.T) {
	full := &router.Event{
		ID: "01J", Kind: "message.failed", Product: "messaging", Status: "failed", SID: "SM1", Account: "AC1", Channel: "whatsapp",
		From: "+15550100", To: "+15550199", Wants: router.WantsNothing, Received: noon, Attempt: 2,
		Params: router.Params{{Key: "From", Value: "whatsapp:+15550100"}, {Key: "kind", Value: "mine"}, {Key: "custom", Value: "c"},
			{Key: "Twice", Value: "1"}, {Key: "Twice", Value: "2"}, {Key: "Empty", Value: ""}, {Key: "Task", Value: `{"a":[1,{"b":null}]}`}, {Key: "Bad", Value: "{"}},
		Query: router.Params{{Key: "q", Value: "1"}}, Headers: router.Params{{Key: "User-Agent", Value: "TwilioProxy/1.1"}},
		Data: json.RawMessage(`{"n":1.5}`), Media: []router.Media{{URL: "https://x/1", ContentType: "image/png"}},
		Fallback: &router.Fallback{Code: "11200", Message: "m", URL: "u"}, Error: &router.Fault{Code: "30003", Message: "Unreachable"},
		Pre: true, OptOut: "STOP", Batch: 3, Previous: "sent", Stale: true, BaseURL: "https://h", Path: "/p", Step: "s.t",
		Verified: router.VerifiedYes, Route: "r", Vars: map[string]any{"v": "x", "list": []any{1.0, "two"}},
		Parent: "01P", ReplayOf: "01R", Outcome: json.RawMessage(`{"verdict":"replied"}`),
	}
	bare := &router.Event{ID: "01K", Kind: "message.received", Wants: router.WantsMessaging, Received: noon, Verified: router.VerifiedOff, Params: router.Params{{Key: "From", Value: "1"}}}
	tests := []struct {
		ev         *router.Event
		code, want string
	}{
		{full, `event.kind, event.params.kind, event.custom, event.From, event.from`, "message.failed mine c whatsapp:+15550100 +15550100"},
		{full, `event.product, event.status, event.sid, event.account, event.channel, event.to, event.wants`, "messaging failed SM1 AC1 whatsapp +15550199 none"},
		{full, `event.Twice, event.Empty == "", event.Nothing, event[1], event.nothing`, "1 true nil nil nil"},
		{full, `event.stale, event.previous, event.attempt, event.id, event.received_at`, "true sent 2 01J 1772452800"},
		{full, `event.route, event.path, event.step, event.parent, event.replay_of, event.pre, event.opt_out, event.batch, event.verified`, "r /p s.t 01P 01R true STOP 3 yes"},
		{full, `event.error.code, event.error.message, event.fallback.code, event.fallback.url`, "30003 Unreachable 11200 u"},
		{full, `event.headers["user-agent"], event.headers["User-Agent"], event.query.q, event.data.n, event.outcome.verdict`, "TwilioProxy/1.1 TwilioProxy/1.1 1 1.5 replied"},
		{full, `#event.media, event.media[1].url, event.media[1].content_type, event.vars.v, event.vars.list[2]`, "1 https://x/1 image/png x two"},
		{full, `event:json("Task").a[1], event:json("Task").a[2] ~= nil, event:json("Nothing"), (event:json("Bad"))`, "1 true nil nil"},
		{full, `select(2, event:json("Bad")) ~= nil, pcall(event.json, "Task") == false`, "true true"},
		{full, `event == event, type(event), tostring(event), event.params == event.params, getmetatable(event)`, "true userdata event message.failed 01J true false"},
		{full, `pcall(setmetatable, event, {}) == false, rawequal(event, event)`, "true true"},
		{bare, `event.Body == "", event.error, event.fallback, event.previous, event.stale, event.status, event.sid, event.step`, "true nil nil nil false nil nil nil"},
		{bare, `#event.media, next(event.params), next(event.query), next(event.vars), next(event.data), event.outcome, event.batch, event.attempt`, "0 From nil nil nil nil nil 1"},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			src := "on('*', function(event) local p = {} local function take(...) for i = 1, select('#', ...) do p[i] = tostring((select(i, ...))) end end take(" + tt.code + ") error('\\n' .. table.concat(p, ' '), 0) end)"
			st := runIn(t, src, call1(tt.ev))
			if st.Error == nil || st.Error.Message != "\n"+tt.want {
				t.Errorf("got %q, want %q", st.Error, tt.want)
			}
		})
	}
	st := runIn(t, `on("*", function(event) local s = "" for k, v in pairs(event.params) do s = s .. k .. "=" .. v .. ";" end error("\n" .. s, 0) end)`, call1(sms("Zeta", "1", "Alpha", "2")))
	if want := "\nMessageSid=SM1;From=+15550100;To=+15550199;FromCountry=US;Zeta=1;Alpha=2;"; st.Error == nil || st.Error.Message != want {
		t.Errorf("pairs(event.params): %v", st.Error)
	}
}

func TestAt(t *testing.T) {
	src := `
step("choice", function() end)
step("Menu_2-b", function() end)
on("message.received", function(event)
  error("\n" .. table.concat({ at(), at"choice", at("Menu_2-b", { b = "x y&z", a = 1 }), at(nil, { lang = "en" }) }, "\n"), 0)
end)`
	scripts := compile(t, map[string]string{"support/30-ivr.lua": src})
	scripts[0].Name = "support/ivr"
	ev := sms()
	ev.BaseURL, ev.Path = "https://u:p@hooks.example.com/base", "/in%20bound"
	st := scripts[0].Runner.Run(t.Context(), call1(ev))
	base := "\nhttps://u:p@hooks.example.com/base/in%20bound"
	want := base + base + "?step=support%2F30-ivr.choice" + base + "?step=support%2F30-ivr.Menu_2-b&a=1&b=x+y%26z" + base + "?lang=en"
	if st.Error == nil || st.Error.Message != want {
		t.Errorf("got %v\nwant %s", st.Error, want)
	}
	ev.Overrides = "rc=2"
	if st = scripts[0].Runner.Run(t.Context(), call1(ev)); st.Error == nil || st.Error.Message != "\n"+
		"https://u:p@hooks.example.com/base/in%20bound#rc=2\n"+"https://u:p@hooks.example.com/base/in%20bound?step=support%2F30-ivr.choice#rc=2\n"+
		"https://u:p@hooks.example.com/base/in%20bound?step=support%2F30-ivr.Menu_2-b&a=1&b=x+y%26z#rc=2\n"+"https://u:p@hooks.example.com/base/in%20bound?lang=en#rc=2" {
		t.Errorf("with overrides: %v", st.Error)
	}
}
