package twilio

import (
	"strings"

	"twirouter/router"
)

// address sets Channel, From and To. Twilio writes the channel before the
// address ("whatsapp:+14155238886", "client:alice", "sip:bob@example.com");
// plain numbers are the channel of the row.
func (in *Input) address(ev *router.Event, t *kindTable, row *compiledRow, f *fields) {
	var from, to string
	from, ev.From = cutChannel(f.get(row.from))
	to, ev.To = cutChannel(f.get(row.to))
	switch {
	case from != "":
		ev.Channel = from
	case to != "":
		ev.Channel = to
	case row.Channel == "sms":
		if ev.Channel, _ = cutChannel(f.get(t.common.channel) + ":x"); ev.Channel == "" {
			ev.Channel = "sms"
			if n, counted := number(f.get(t.common.numMedia), 1<<20); n > 0 || !counted && strings.HasPrefix(ev.SID, "MM") {
				ev.Channel = "mms"
			}
		}
	default:
		ev.Channel = row.Channel
	}
}

// longestChannel is the longest word before a colon that is taken for a channel.
const longestChannel = 20

// cutChannel cuts the channel off an address. Any small word before the first
// colon is one, for Twilio's channels grow in number; sips is sip, and tel is
// what a plain number is.
func cutChannel(address string) (channel, rest string) {
	channel, rest, ok := strings.Cut(address, ":")
	if !ok || rest == "" || len(channel) < 2 || len(channel) > longestChannel {
		return "", address
	}
	for i := 0; i < len(channel); i++ {
		if c := channel[i]; (c < 'a' || c > 'z') && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '_') {
			return "", address
		}
	}
	switch channel {
	case "tel":
		return "", rest
	case "sips":
		return "sip", rest
	}
	return channel, rest
}
