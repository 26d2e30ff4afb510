package twilio

import (
	"slices"

	"twirouter/router"
)

// A kindRow is one line of the table by which Twilio's requests are recognised.
// The rows are tried in order and the first whose When holds names the event,
// so a row that asks for more stands above one that asks for less.
//
// To teach the router a new webhook, add a row where it belongs in the order,
// and a sample of the request under the same Kind in one of the build_ files.
// The texts are read once, when the program starts, by kinds_compile.go:
//
//	When    terms, all of which hold; "A|B" holds if either does
//	          Name          the parameter was sent, be it empty
//	          Name=a,b*     it has one of these values; *, ? and [A-Z] as in path.Match
//	          !term         the term does not hold
//	          Name*         some parameter was sent whose name begins so
//	SID, Order, Track, From, To, Code, Account
//	        names; the first that was sent and is not empty counts
//	        The value of "Name:lower" is in lower case, that of "Name:last" is what
//	        follows the last dot, that of "Name:member" a member of the JSON in it.
//	Status  the same, and 'text' is itself
//	Key     names that identify the fact, all of which must have been sent; "?" may be
//	        absent, "A/B" is either; "request" is the request itself
//
// Names of JSON rows are paths: "data.sid"; "data{}" is there if it is an object;
// "results[].id" is the id of every element.
type kindRow struct {
	// Kind is the name; "{Name}" in it is that parameter's value as Spell writes
	// it, "{A|B}" that of the first which is not empty.
	Kind  string
	When  string
	About string // what happened, in one line
	// Values are the values known to take the place of "{Name}", each on a line as
	// Twilio writes it, with what it means. Others pass all the same.
	Values  string
	Spell   nameStyle
	Cut     string // what a value loses from its front before it becomes part of a name
	Product string
	SID     string
	Status  string
	Key     string
	Order   string // "" is the SID
	Track   string // "" is Order
	Rank    ranking
	Wants   router.Wants // "" is WantsNothing
	Pre     bool
	Channel string // where no address says better: "sms", "voice" or none
	From    string
	To      string
	Code    string // where the error code is; "" is ErrorCode
	Data    string // JSON rows: what becomes event.data; "" is the whole body
}

// formKinds are the rows for parameters, of a form or of the query of a GET.
//
// The order is part of the table: what names itself comes first; status
// callbacks of calls come before everything that a call may carry besides
// (digits, recordings), and plain calls, which every voice request resembles,
// last. A plain CallStatus never decides alone before that.
var formKinds = slices.Concat(
	videoKinds,
	conferenceKinds,
	realtimeKinds,
	monitorKinds,
	taskRouterKinds,
	conversationKinds,
	syncKinds,
	proxyKinds,
	frontlineKinds,
	faxKinds,
	numberKinds,
	deviceKinds,
	accountKinds,
	voiceKinds,
	messageKinds,
	callKinds,
)
