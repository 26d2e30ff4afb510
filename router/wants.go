package router

// Wants is the reply that Twilio expects to a kind of event.
type Wants string

// The closed set of replies that Twilio's webhooks expect.
const (
	WantsNothing    Wants = "none"            // a fact: any 2xx will do
	WantsVoice      Wants = "twiml-voice"     // a <Response> of voice verbs
	WantsMessaging  Wants = "twiml-messaging" // a <Response> of messaging verbs
	WantsFax        Wants = "twiml-fax"       // a <Response> of <Receive> or <Reject>
	WantsHook       Wants = "json-hook"       // Conversations pre-hook: accept, change or reject
	WantsTaskRouter Wants = "json-taskrouter" // assignment instruction
	WantsFrontline  Wants = "json-frontline"  // Frontline callback
	WantsAutopilot  Wants = "json-autopilot"  // Autopilot actions
	WantsStatus     Wants = "http-status"     // the status code is the answer (Proxy intercept)
)

// Reply reports whether an answer of w's kind is expected at all.
func (w Wants) Reply() bool { return w != WantsNothing && w != "" }

// TwiML reports whether the answer is a TwiML document.
func (w Wants) TwiML() bool {
	return w == WantsVoice || w == WantsMessaging || w == WantsFax
}

// JSON reports whether the answer is a JSON document.
func (w Wants) JSON() bool {
	switch w {
	case WantsHook, WantsTaskRouter, WantsFrontline, WantsAutopilot:
		return true
	}
	return false
}
