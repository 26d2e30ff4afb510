package webhook

import (
	"io"
	"net/http"
	"strconv"

	"twirouter/router"
)

// refusal is a request that goes no further: status and one line for whoever
// sent it, which says nothing about the configuration.
type refusal struct {
	status int
	text   string
	header [2]string // one more header, if its name is not empty
}

func refuse(status int, text string) *refusal { return &refusal{status: status, text: text} }

func (f *refusal) with(name, value string) *refusal {
	f.header = [2]string{name, value}
	return f
}

func (f *refusal) write(w http.ResponseWriter) {
	if f.header[0] != "" {
		w.Header().Set(f.header[0], f.header[1])
	}
	body := strconv.Itoa(f.status) + " " + f.text + "\n"
	w.Header().Set("Content-Type", router.TypeText)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, body) // the client may be gone: nothing to do about it
}

// typeUnknown keeps a body of no given type from being guessed at: what looks
// like text would be read aloud to a caller, or sent as a message.
const typeUnknown = "application/octet-stream"

// write sends the answer, whole and with its length.
func write(w http.ResponseWriter, reply *router.Reply) {
	status, body := reply.Status, reply.Body
	if status < 200 || status > 599 { // no final status, or none at all
		status, body = http.StatusInternalServerError, nil
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		body = nil
	}
	h := w.Header()
	for i := range reply.Headers {
		h.Add(reply.Headers[i].Key, reply.Headers[i].Value)
	}
	if len(body) > 0 {
		if reply.Type != "" {
			h["Content-Type"] = []string{reply.Type}
		} else if len(h["Content-Type"]) == 0 {
			h["Content-Type"] = []string{typeUnknown}
		}
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	if len(body) > 0 {
		_, _ = w.Write(body) // the client may be gone: nothing to do about it
	}
}
