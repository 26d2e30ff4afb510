package memory

import "twirouter/router"

// Sizes are estimates in bytes of what the heap holds.
const (
	eventSize   = 1500 // the structures of an event without its texts
	outcomeSize = 400
	stepSize    = 400
	stringSize  = 32 // a param's two headers, or a log line's
)

func sizeOfEvent(ev *router.Event) int64 {
	n := eventSize + len(ev.Data) + len(ev.Outcome) + len(ev.BaseURL) + len(ev.Path) + len(ev.Key)
	for _, ps := range [...]router.Params{ev.Params, ev.Query, ev.Headers} {
		for i := range ps {
			n += stringSize + len(ps[i].Key) + len(ps[i].Value)
		}
	}
	for _, m := range ev.Media {
		n += stringSize + len(m.URL) + len(m.ContentType)
	}
	for _, note := range ev.Notes {
		n += stringSize + len(note)
	}
	for name, val := range ev.Vars {
		n += 2*stringSize + len(name) + sizeOfValue(val)
	}
	return int64(n)
}

func sizeOfValue(v any) int {
	n := stringSize
	switch v := v.(type) {
	case string:
		n += len(v)
	case []any:
		for _, e := range v {
			n += sizeOfValue(e)
		}
	case map[string]any:
		for k, e := range v {
			n += stringSize + len(k) + sizeOfValue(e)
		}
	}
	return n
}

func sizeOfOutcome(out *router.Outcome) int64 {
	if out == nil {
		return 0
	}
	n := outcomeSize + len(out.Reason) + sizeOfReply(out.Reply)
	for _, w := range out.Warnings {
		n += stringSize + len(w)
	}
	for i := range out.Steps {
		st := &out.Steps[i]
		n += stepSize + len(st.Reason) + sizeOfReply(st.Reply)
		if e := st.Error; e != nil {
			n += stringSize + len(e.Message) + len(e.Source) + len(e.Traceback)
		}
		for _, l := range st.Logs {
			n += 2*stringSize + len(l.Message) + sizeOfValue(l.Fields)
		}
		for _, w := range st.Warnings {
			n += stringSize + len(w)
		}
		for _, r := range st.Requests {
			n += 3*stringSize + len(r.URL) + len(r.Error)
		}
		for _, w := range st.Writes {
			n += 4*stringSize + len(w.Key) + len(w.Val)
		}
		for _, e := range st.Emits {
			n += 4*stringSize + len(e.Key) + len(e.Data)
		}
	}
	return int64(n)
}

func sizeOfReply(reply *router.Reply) int {
	if reply == nil {
		return 0
	}
	n := 3*stringSize + len(reply.Body)
	for _, h := range reply.Headers {
		n += stringSize + len(h.Key) + len(h.Value)
	}
	return n
}
