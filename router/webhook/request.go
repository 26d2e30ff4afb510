package webhook

import (
	"errors"
	"io"
	"net/http"
	"os"
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
		return nil, refuse(http.StatusMethodNotAllowed, "this path takes "+strings.Join(methods, " and ")).
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

// firstRead is how much room a body gets before any of it is there: what a
// client says of its length costs no memory until it sends so much.
const firstRead = 8 << 10

// readBody reads the whole body, at most most bytes of it.
func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, *refusal) {
	switch {
	case r.ContentLength > most:
		return nil, tooLarge(most)
	case r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody:
		return nil, nil
	}
	var body []byte
	var err error
	if r.ContentLength > 0 {
		body, err = readExactly(r.Body, int(r.ContentLength))
	} else {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	}
	switch {
	case err == nil:
		return body, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLarge(most)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refuse(http.StatusRequestTimeout, "the body did not arrive in time")
	}
	return nil, refuse(http.StatusBadRequest, "the body did not arrive whole")
}

func tooLarge(most int64) *refusal {
	return refuse(http.StatusRequestEntityTooLarge, "the body is larger than "+strconv.FormatInt(most, 10)+" bytes")
}

// readExactly reads n bytes, in room that grows as they come.
func readExactly(r io.Reader, n int) ([]byte, error) {
	body := make([]byte, 0, min(n, firstRead))
	for len(body) < n {
		if len(body) == cap(body) {
			body = slices.Grow(body, min(cap(body), n-len(body)))
		}
		got, err := r.Read(body[len(body):min(cap(body), n)])
		body = body[:len(body)+got]
		if err != nil && len(body) < n {
			return nil, err
		}
	}
	return body, nil
}
