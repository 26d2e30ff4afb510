// Package fetch is outbound HTTP that may be handed to a stranger's script: it
// calls what an allow list names and nothing else, reaches no private address
// whatever a name resolves to, and takes no more time and memory than it was
// given.
//
// Read in this order: [Policy] (what may be called), [Pattern] (one line of the
// allow list and how a URL is compared with it), guard in address.go (which
// addresses are refused), dialer (where the address that is really connected is
// checked), [Client.Do] (one call, its redirects and its caps), [Error] (how a
// failure is told).
//
// Three rules hold it together. What was compared is what is sent: a URL that
// two programs could read differently is refused, never repaired. The address is
// checked after the name was resolved and on the very connection that is used,
// so that a name which changes its address gains nothing. And no text of net,
// crypto/tls or net/http reaches a caller: every failure is told in the words of
// this package, without addresses of resolvers, paths, queries or header values.
//
// The package knows no Lua and nothing of the rest of the program.
package fetch
