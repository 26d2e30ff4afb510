package luaapi

import (
	"strings"
	"testing"

	"twirouter/router"
)

// ivrScript is a menu with steps, opening hours and an event of its own.
const ivrScript = `
local function welcome()
  if not time.within("Mon-Fri 09:00-17:00", settings.zone) then return { Say"We are closed.", Redirect(at"voicemail") } end
  return {
    Gather{ numDigits = 1, timeout = 5, action = at"choice", Say"For sales, press 1. To leave a message, press 2." },
    Redirect(at"voicemail"),
  }
end
on("call.received", welcome)
step("choice", function(event)
  if event.Digits == "1" then return Dial{ action = at"dialed", timeout = 20, Number(settings.sales) } end
  return Redirect(at"voicemail")
end)
step("dialed", function(event)
  if event.DialCallStatus == "completed" then return Hangup() end
  emit("app.missed", { caller = event.From, line = event.To }, { key = event.CallSid })
  return Redirect(at"voicemail")
end)
step("voicemail", function() return { Say"Leave a message.", Record{ maxLength = 120, action = at"bye", recordingStatusCallback = at() } } end)
step("bye", function() return { Say"Goodbye.", Hangup() } end)
`

func TestMenuWithSteps(t *testing.T) {
	const base = "https://hooks.example.com/twilio"
	for _, c := range []struct {
		step, params, want string
	}{
		{"", "", `<Gather action="` + base + `?step=test.choice" numDigits="1" timeout="5"><Say>For sales, press 1. To leave a message, press 2.</Say></Gather><Redirect>` + base + `?step=test.voicemail</Redirect>`},
		{"choice", "Digits=1", `<Dial action="` + base + `?step=test.dialed" timeout="20"><Number>+15550123</Number></Dial>`},
		{"choice", "Digits=7", `<Redirect>` + base + `?step=test.voicemail</Redirect>`},
		{"dialed", "DialCallStatus=completed", `<Hangup/>`},
		{"dialed", "DialCallStatus=no-answer", `<Redirect>` + base + `?step=test.voicemail</Redirect>`},
		{"voicemail", "", `<Say>Leave a message.</Say><Record action="` + base + `?step=test.bye" maxLength="120" recordingStatusCallback="` + base + `"/>`},
		{"bye", "", `<Say>Goodbye.</Say><Hangup/>`},
	} {
		ev := voice()
		ev.Params = append(ev.Params, router.Param{Key: "CallSid", Value: "CA1"})
		if k, v, ok := strings.Cut(c.params, "="); ok {
			ev.Params = append(ev.Params, router.Param{Key: k, Value: v})
		}
		w := workbench{event: ev, call: func(call *router.Call) { call.Step = c.step },
			grant: router.Grant{Settings: map[string]any{"zone": "Europe/Vienna", "sales": "+15550123"}}}
		st := w.file(t, ivrScript)
		if got := strings.TrimPrefix(bodyText(t, st), declaration); got != "<Response>"+c.want+"</Response>" {
			t.Errorf("step %q with %s:\n%s\nwant\n%s", c.step, c.params, got, c.want)
		}
		if emits := c.params == "DialCallStatus=no-answer"; emits != (len(st.Emits) == 1) {
			t.Errorf("step %q with %s emitted %+v", c.step, c.params, st.Emits)
		}
		if len(st.Warnings) != 0 {
			t.Errorf("step %q with %s: warnings %q", c.step, c.params, st.Warnings)
		}
	}
}
