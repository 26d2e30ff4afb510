package router

// AnyAccount as an Account's SID stands for every account that has no entry of
// its own: whoever knows the token is let in, whatever account it speaks for.
// It serves where only a token is known.
const AnyAccount = "*"

// Account is a Twilio account (or subaccount) whose requests are let in.
type Account struct {
	// Name is the table's name in the configuration: [account.NAME].
	Name string
	// SID is the account's SID (AC…), or AnyAccount.
	SID string
	// Tokens are its auth tokens, tried in order, so that a rotation has no gap.
	Tokens []Secret
	// SharedKeys sign in place of a token where a request names one of them in
	// X-Twilio-Signature-Key-Sid (Twilio's Webhooks configuration API).
	SharedKeys []SharedKey
}

// SharedKey is a signing key of Twilio's Webhooks configuration API. The
// algorithm comes from the configuration, never from the request.
type SharedKey struct {
	SID       string
	Algorithm string // "sha1" or "sha256"
	Secret    Secret
}
