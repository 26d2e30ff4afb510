// Package webhook is the door that Twilio knocks on: it verifies, normalises,
// accepts, runs or queues, and answers.
//
// Read [Door] first, then request.go (what is refused before anybody looks at
// it), verify.go (whose request it is), refused.go (what is kept of those that
// were turned away), accept.go (one request's whole way), answer.go (an event
// that is answered by what its scripts say, in time whatever they or the store
// do), duplicate.go (one that was here before) and record.go (what the store is
// told, if need be after the answer has left).
package webhook
