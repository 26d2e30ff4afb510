package twilio

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"twirouter/router"
)

// UserAgent is how Twilio's requests name themselves.
const UserAgent = "TwilioProxy/1.1"

// Draft is a request as Twilio would send it, not yet signed: Credential signs
// it with SignForm, or with SignJSON if JSON is set.
type Draft struct {
	Kind    string
	Params  router.Params // of a form; nil if there is JSON
	JSON    []byte
	Headers router.Params // Content-Type and all that Twilio adds, but no signature
}

// BuildOptions are what a Draft is made from.
type BuildOptions struct {
	Account string // AccountSid; "" makes one up
	Now     time.Time
	Rand    io.Reader // for SIDs and the idempotency token
}

// KindError says that there is no request of a kind: nothing known by that name,
// or nothing that Twilio sends.
type KindError struct {
	Kind    string
	Nearest string // what was meant, perhaps; "" if nothing is near
}

func (e *KindError) Error() string {
	if e.Nearest != "" && e.Nearest != e.Kind {
		return fmt.Sprintf("Twilio sends no %s; did you mean %s?", e.Kind, e.Nearest)
	}
	return fmt.Sprintf("Twilio sends no %s", e.Kind)
}

// Build makes the request that Twilio would send for a kind: all its parameters
// with plausible values, the empty ones too. What set names replaces them or
// stands behind them; parameters that repeat another (SmsSid, Caller …) follow
// it. In a JSON body a name is a path of members with dots between; in a
// CloudEvent it is one of data, unless it is an attribute of the event itself.
//
// The error is a *KindError, or says that randomness failed or that a path leads
// nowhere.
func Build(kind string, set router.Params, o BuildOptions) (*Draft, error) {
	info, ok := KindInfo(kind)
	if !ok || info.row == nil {
		return nil, &KindError{Kind: kind, Nearest: NearestKind(kind)}
	}
	value := info.value
	if value == "" && info.row.tail != nil {
		value, _ = info.row.valueOf(info.Kind)
		if kind == "call.answered" {
			kind, value = "call.in-progress", "in-progress"
		}
	}
	m := maker{o: o, value: value, made: map[string]string{}}
	d := &Draft{Kind: kind}
	contentType := "application/x-www-form-urlencoded; charset=UTF-8"
	if text, ok := jsonSamples[info.row.Kind]; ok {
		contentType = "application/json"
		d.JSON = m.json(text, set)
	} else {
		d.Params = m.form(samples[info.row.Kind], set)
	}
	d.Headers = router.Params{
		{Key: "Accept", Value: "*/*"},
		{Key: "Content-Type", Value: contentType},
		{Key: "I-Twilio-Idempotency-Token", Value: m.fill("<uuid>", nil)},
		{Key: "User-Agent", Value: UserAgent},
		{Key: "X-Home-Region", Value: "us1"},
	}
	if m.err != nil {
		return nil, m.err
	}
	return d, nil
}

// maker fills the samples. Their texts are lines "Name=value"; "@name" stands for
// the lines of a common sample, and "[a b] Name=value" is there only for these
// values of the kind, "[!a b]" only for others. A later line of the same name
// replaces an earlier one where it stands.
//
// In a value, "<XX>" is a SID of that prefix, the same wherever it stands in the
// request ("<XX2>" is another), "<=Name>" the value of that parameter, "<value>"
// what Twilio writes for the kind, "<rfc>", "<iso>", "<unix>", "<unixms>" and
// "<dlr>" the time in the notations that Twilio uses, "<uuid>" a new UUID and
// "<upper>" the last word of a CloudEvent's type in capitals.
type maker struct {
	o     BuildOptions
	value string
	made  map[string]string
	err   error
}

// sampleParam is one parameter before it is filled.
type sampleParam struct {
	name, value string
	set         bool // by the caller: it is taken as it stands
}

func (m *maker) form(sample string, set router.Params) router.Params {
	list := m.lines(nil, sample)
	var replaced []string
	for _, p := range set {
		if slices.Contains(replaced, p.Key) { // given twice, sent twice
			list = append(list, sampleParam{p.Key, p.Value, true})
			continue
		}
		replaced = append(replaced, p.Key)
		list = putParam(list, sampleParam{p.Key, p.Value, true})
	}
	list = adaptChannel(adaptMedia(list))
	params := make(router.Params, 0, len(list))
	for _, p := range list {
		params = append(params, router.Param{Key: p.name, Value: m.param(list, p)})
	}
	return params
}

func (m *maker) lines(list []sampleParam, sample string) []sampleParam {
	for line := range strings.Lines(sample) {
		line = strings.TrimSpace(line)
		if only, rest, ok := strings.Cut(line, "] "); ok && line[0] == '[' {
			only, not := strings.CutPrefix(only[1:], "!")
			if slices.Contains(strings.Fields(only), m.value) == not {
				continue
			}
			line = rest
		}
		if name, ok := strings.CutPrefix(line, "@"); ok {
			list = m.lines(list, commonSamples[name])
		} else if name, value, ok := strings.Cut(line, "="); ok {
			list = putParam(list, sampleParam{name: name, value: value})
		}
	}
	return list
}

func putParam(list []sampleParam, p sampleParam) []sampleParam {
	if i := slices.IndexFunc(list, func(o sampleParam) bool { return o.name == p.name }); i >= 0 {
		list[i] = p
		return list
	}
	return append(list, p)
}

func (m *maker) param(list []sampleParam, p sampleParam) string {
	if p.set {
		return p.value
	}
	return m.fill(p.value, func(name string) string {
		i := slices.IndexFunc(list, func(o sampleParam) bool { return o.name == name })
		if i < 0 {
			return ""
		}
		return m.param(list, list[i])
	})
}

// fill replaces what stands between "<" and ">".
func (m *maker) fill(text string, param func(name string) string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "<")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		word, after, ok := strings.Cut(rest, ">")
		if !ok {
			b.WriteString("<" + rest)
			return b.String()
		}
		if name, ok := strings.CutPrefix(word, "="); ok && param != nil {
			b.WriteString(param(name))
		} else {
			b.WriteString(m.word(word))
		}
		text = after
	}
}

func (m *maker) word(word string) string {
	now := m.o.Now.UTC()
	switch word {
	case "value":
		return m.value
	case "upper":
		return strings.ToUpper(m.value[strings.LastIndexByte(m.value, '.')+1:])
	case "rfc":
		return now.Format("Mon, 02 Jan 2006 15:04:05 -0700")
	case "iso":
		return now.Format("2006-01-02T15:04:05.000Z")
	case "unix":
		return strconv.FormatInt(now.Unix(), 10)
	case "unixms":
		return strconv.FormatInt(now.UnixMilli(), 10)
	case "dlr":
		return now.Format("0601021504")
	case "uuid":
		id := m.random(16)
		id[6], id[8] = id[6]&0x0F|0x40, id[8]&0x3F|0x80
		h := hex.EncodeToString(id)
		return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	case "AC":
		if m.o.Account != "" {
			return m.o.Account
		}
	}
	if m.made[word] == "" {
		m.made[word] = word[:min(2, len(word))] + hex.EncodeToString(m.random(16))
	}
	return m.made[word]
}

func (m *maker) random(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(m.o.Rand, b); err != nil && m.err == nil {
		m.err = fmt.Errorf("no randomness for a SID: %w", err)
	}
	return b
}

// adaptMedia adds the attachments of a message whose NumMedia was set.
func adaptMedia(list []sampleParam) []sampleParam {
	i := slices.IndexFunc(list, func(p sampleParam) bool { return p.name == "NumMedia" && p.set })
	if i < 0 {
		return list
	}
	n, _ := number(list[i].value, 10)
	for n := range n {
		for _, p := range []sampleParam{
			{name: mediaURL + strconv.Itoa(n), value: "https://api.twilio.com/2010-04-01/Accounts/<AC>/Messages/<=MessageSid>/Media/<ME" + strconv.Itoa(n) + ">"},
			{name: mediaContentType + strconv.Itoa(n), value: "image/jpeg"},
		} {
			if !slices.ContainsFunc(list, func(o sampleParam) bool { return o.name == p.name }) {
				list = append(list, p)
			}
		}
	}
	if n > 0 {
		for i := range list {
			if list[i].value == "<SM>" {
				list[i].value = "<MM>"
			}
		}
	}
	return list
}

// adaptChannel gives both ends of a message the channel of the one that was set,
// and leaves out or adds what only one kind of channel has.
func adaptChannel(list []sampleParam) []sampleParam {
	channel := ""
	for _, p := range list {
		if p.set && (p.name == "From" || p.name == "To") {
			if c, _ := cutChannel(p.value); c != "" {
				channel = c
			}
		}
	}
	inbound := slices.ContainsFunc(list, func(p sampleParam) bool { return p.name == "SmsMessageSid" })
	if channel == "" || !slices.ContainsFunc(list, func(p sampleParam) bool { return p.name == "MessageSid" }) {
		return list
	}
	for i := range list {
		if p := &list[i]; !p.set && (p.name == "From" || p.name == "To") {
			p.value = channel + ":" + p.value
		}
	}
	if !inbound {
		return putParam(list, sampleParam{name: "ChannelPrefix", value: channel})
	}
	list = slices.DeleteFunc(list, func(p sampleParam) bool {
		_, geo := strings.CutPrefix(p.name, "From")
		if !geo {
			_, geo = strings.CutPrefix(p.name, "To")
		}
		return geo && !p.set && p.name != "From" && p.name != "To"
	})
	for _, p := range []sampleParam{{name: "ProfileName", value: "Ann"}, {name: "MessageType", value: "text"}, {name: "WaId", value: "14155550142"}} {
		if p.name == "WaId" && channel != "whatsapp" || slices.ContainsFunc(list, func(o sampleParam) bool { return o.name == p.name }) {
			continue
		}
		list = append(list, p)
	}
	return list
}
