package webhook

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"twirouter/router"
	"twirouter/router/twilio"
)

// request is one HTTP request on its way to becoming events.
type request struct {
	http *http.Request
	gen  *router.Generation
	prep *prepared
	site *router.Site
	uri  string // request target as sent, scheme and host cut off
	path string // its part before "?"
	body []byte
}

// refusal is a request that goes no further: status and one line for whoever
// sent it, which says nothing about the configuration.
type refusal struct {
	status int
	text   string
	header [2]string // one more header, if its name is not empty
}

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, text: fmt.Sprintf(format, args...)}
}

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

// read looks at everything that can be refused before anybody asks whose
// request it is, in this order: 404, 405, 413, 415.
func (d *Door) read(w http.ResponseWriter, r *http.Request) (*request, *refusal) {
	g := d.live.Load()
	if g == nil {
		return nil, refuse(http.StatusServiceUnavailable, "nothing is loaded yet").with("Retry-After", "1")
	}
	req := &request{http: r, gen: g, uri: twilio.CutURI(r.RequestURI)}
	req.path, _, _ = strings.Cut(req.uri, "?")
	if req.site = g.Site(req.path); req.site == nil {
		return nil, refuse(http.StatusNotFound, "no route has this path")
	}
	if methods := req.site.Methods(); !slices.Contains(methods, r.Method) {
		return nil, refuse(http.StatusMethodNotAllowed, "this path takes %s", strings.Join(methods, " and ")).
			with("Allow", strings.Join(methods, ", "))
	}
	var f *refusal
	if req.body, f = readBody(w, r, g.Server.MaxBody); f != nil {
		return nil, f
	}
	if twilio.IsMultipart(r.Header.Get("Content-Type")) {
		return nil, refuse(http.StatusUnsupportedMediaType, "Twilio sends forms and JSON, never multipart")
	}
	return req, nil
}

// readBody reads the whole body, at most most bytes of it.
func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, *refusal) {
	tooLarge := func() *refusal {
		return refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", most)
	}
	if r.ContentLength > most {
		return nil, tooLarge()
	}
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	var body []byte
	var err error
	if r.ContentLength > 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(r.Body)
	}
	if err != nil {
		if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
			return nil, tooLarge()
		}
		return nil, refuse(http.StatusBadRequest, "the body did not arrive whole")
	}
	return body, nil
}
