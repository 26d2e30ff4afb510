// Package webhook is the door that Twilio knocks on: it verifies, normalises,
// accepts, runs or queues, and answers.
//
// Read [Door] first, then request.go (what is refused before anybody looks at
// it), verify.go (whose request it is), accept.go (what happens to an event:
// recorded, run, answered) and run.go (the guard that answers in time whatever
// a script does).
package webhook
