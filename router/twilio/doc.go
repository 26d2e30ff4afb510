// Package twilio is Twilio's wire, and pure: bytes in, verdicts and parameters
// out, no I/O and no clock.
//
// Read [ParseForm] first (what a body says, odd bytes and all), then
// [Request] and [Keyring.Verify] (whether Twilio said it), then [Target] (under
// which URLs Twilio may have signed it). [Explain] says why a request was
// refused and which setting mends it; [Credential] signs, for tests and for
// people who try their server by hand.
//
// Then [Normalise] (what Twilio said: one [router.Event] or many), the table of
// kinds behind it in kinds.go and the files beside it ([Kinds] lists them), and
// [Build], which makes the request that Twilio would send for a kind.
//
// The rule of the signature: S is the URL, then for every unique key, sorted,
// and every unique value of that key, sorted, the key and the value. The
// signature is the padded standard base64 of HMAC-SHA1(auth token, S). A GET
// and a WebSocket handshake sign the URL alone; so does a body that is no form,
// whose SHA-256 the URL then carries as bodySHA256.
// See https://www.twilio.com/docs/usage/security.
package twilio
