package fetch

// Kind says what sort of failure an [Error] is: a closed set, which scripts see
// as err.kind.
type Kind string

const (
	Invalid  Kind = "invalid"   // the request is not one: an unreadable URL, a line break in a header
	Denied   Kind = "denied"    // the policy forbids it: allow list, address, header, method
	Timeout  Kind = "timeout"   // not finished in the time there was
	DNS      Kind = "dns"       // the name has no address, or none could be found out
	Connect  Kind = "connect"   // no connection, or it was lost
	TLS      Kind = "tls"       // no trustworthy encryption: certificate, version, no TLS at all
	TooLarge Kind = "too_large" // the body or the headers of the answer exceed the cap
	Protocol Kind = "protocol"  // what came back is not HTTP, or not what it says it is
	Canceled Kind = "canceled"  // the caller gave up, or the client is closed
	Redirect Kind = "redirect"  // too many redirects, a circle, or from https to http
)

// Error is a call that brought no answer. An answer with a status of 400 or more
// is not an error here.
type Error struct {
	Kind Kind

	// Message is for the author of a script, in plain words. It names the origin
	// that was called and nothing that could be secret: no path, query or header,
	// and no address that a name resolved to.
	Message string

	// Status is that of the answer, where one had begun to arrive; otherwise 0.
	Status int

	// Retriable is true where the same call may succeed later. Whether it is safe
	// to repeat it is for the caller to know: the server may have acted on it.
	Retriable bool
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func invalid(message string) *Error { return &Error{Kind: Invalid, Message: message} }

func denied(message string) *Error { return &Error{Kind: Denied, Message: message} }
