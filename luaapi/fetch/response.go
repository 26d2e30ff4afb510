package fetch

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Response is an answer, whatever its status.
type Response struct {
	Status int

	// Header is the answer's, with canonical names. Where the body was decompressed,
	// Content-Encoding and Content-Length are gone. The caller owns it.
	Header http.Header

	// Body is complete and decompressed (gzip). The caller owns it.
	Body []byte

	// URL is where the answer came from, after redirects, without a fragment.
	URL string

	// Duration is the time of the call as a whole.
	Duration time.Duration
}

// wireSlack is how many bytes of a compressed body may be read beyond the cap: a
// body that does not shrink grows a little, and gzip can go on for ever without
// yielding a byte.
const wireSlack = 64 << 10

// firstBuffer is the most that is allocated on the word of a Content-Length.
const firstBuffer = 64 << 10

var errTooLarge = errors.New("the body exceeds the cap")

// wire counts what is read of a body as it was sent, and keeps how it ended.
type wire struct {
	body io.Reader
	left int64
	end  error
}

func (w *wire) Read(p []byte) (int, error) {
	if w.left <= 0 {
		return 0, errTooLarge
	}
	n, err := w.body.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	if err != nil {
		w.end = err
	}
	return n, err
}

// readBody reads and decompresses the body of resp up to limit bytes and changes
// its header to what the body then is. The error is an *Error where the answer is
// to blame, and else that of the connection.
func readBody(resp *http.Response, limit int64, origin string) ([]byte, error) {
	tooLarge := &Error{Kind: TooLarge, Status: resp.StatusCode,
		Message: fmt.Sprintf("the answer of %s is larger than %s", origin, bytesText(limit))}
	noBody := resp.Request.Method == http.MethodHead || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified
	zipped := !noBody && isGzip(resp.Header)
	if !noBody && !zipped && resp.ContentLength > limit {
		return nil, tooLarge
	}
	w := &wire{body: resp.Body, left: limit + 1}
	var body io.Reader = w
	if zipped {
		w.left += wireSlack
		plain, err := gzip.NewReader(w)
		switch {
		case err == io.EOF && w.end == io.EOF:
			body = w
		case err != nil:
			return nil, bodyFault(w, err, tooLarge, origin, resp.StatusCode)
		default:
			body = plain
		}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
	}
	data := make([]byte, 0, min(max(resp.ContentLength, 512), limit, firstBuffer-1)+1)
	for {
		n, err := body.Read(data[len(data):min(int64(cap(data)), limit+1)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, tooLarge
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, bodyFault(w, err, tooLarge, origin, resp.StatusCode)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// bodyFault tells a body that is not what it says from a connection that broke: a
// gzip reader reports both as an unexpected end.
func bodyFault(w *wire, err error, tooLarge *Error, origin string, status int) error {
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge
	case w.end != nil && w.end != io.EOF:
		return w.end
	case errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || w.end == io.EOF || isCorrupt(err):
		return &Error{Kind: Protocol, Message: "the answer of " + origin + " says it is compressed with gzip, but cannot be decompressed", Status: status}
	}
	return err
}

func isGzip(header http.Header) bool {
	encodings := header.Values("Content-Encoding")
	return len(encodings) == 1 && (strings.EqualFold(encodings[0], "gzip") || strings.EqualFold(encodings[0], "x-gzip"))
}

func bytesText(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
