package fetch

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSizes(t *testing.T) {
	const limit = 10_000
	kilo := strings.Repeat("x", limit)
	noise := make([]byte, limit)
	for i, x := 0, uint32(1); i < limit; i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		gz := func(b []byte) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(b)
		}
		switch r.URL.Path {
		case "/fits":
			io.WriteString(w, kilo)
		case "/fits-chunked":
			w.(http.Flusher).Flush()
			io.WriteString(w, kilo)
		case "/over":
			io.WriteString(w, kilo+"x")
		case "/over-chunked":
			w.(http.Flusher).Flush()
			io.WriteString(w, kilo+"x")
		case "/fits-gzip":
			gz(gzipped(t, []byte(kilo)))
		case "/noise-gzip":
			gz(gzipped(t, noise))
		case "/over-gzip":
			gz(gzipped(t, []byte(kilo+"x")))
		case "/empty-gzip":
			gz(nil)
		case "/head-gzip":
			gz(gzipped(t, []byte(kilo)))
		case "/two-gzip":
			gz(append(gzipped(t, []byte("a")), gzipped(t, []byte("b"))...))
		case "/cut-gzip":
			gz(gzipped(t, noise)[:5000])
		case "/no-gzip":
			gz([]byte(kilo))
		case "/corrupt-gzip":
			b := gzipped(t, noise)
			copy(b[100:200], make([]byte, 100))
			gz(b)
		case "/nothing-gzip":
			// Members that yield nothing, without end.
			nothing := bytes.Repeat(gzipped(t, nil), 1000)
			w.Header().Set("Content-Encoding", "gzip")
			for {
				if _, err := w.Write(nothing); err != nil {
					return
				}
			}
		case "/endless":
			for {
				if _, err := io.WriteString(w, kilo); err != nil {
					return
				}
			}
		case "/lie":
			w.Header().Set("Content-Length", "9000000000000000000")
		case "/br":
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "as it is")
		}
	})
	p := local(t, s.URL)
	p.MaxResponse = limit
	c := newClient(t, p, Options{})
	for path, want := range map[string]string{"/fits": kilo, "/fits-chunked": kilo, "/fits-gzip": kilo, "/noise-gzip": string(noise),
		"/empty-gzip": "", "/two-gzip": "ab", "/br": "as it is"} {
		resp, e := get(t, c, s.URL+path)
		wantBody(t, resp, e, 200, want)
		if strings.HasSuffix(path, "-gzip") && (resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Content-Length") != "") {
			t.Errorf("%s: the header still describes the compressed body: %v", path, resp.Header)
		}
	}
	resp, e := c.Do(t.Context(), Request{Method: "HEAD", URL: s.URL + "/head-gzip"})
	wantBody(t, resp, e, 200, "")
	for _, path := range []string{"/over", "/over-chunked", "/over-gzip", "/endless", "/nothing-gzip", "/lie"} {
		_, e := get(t, c, s.URL+path)
		wantFault(t, e, TooLarge, "is larger than 10000 bytes")
		if e.Retriable || e.Status != 200 {
			t.Errorf("%s: retriable %v, status %d", path, e.Retriable, e.Status)
		}
	}
	for _, path := range []string{"/cut-gzip", "/no-gzip", "/corrupt-gzip"} {
		_, e := get(t, c, s.URL+path)
		wantFault(t, e, Protocol, "cannot be decompressed")
	}
	p.MaxResponse = 1<<63 - 1
	resp, e = get(t, c.WithPolicy(p), s.URL+"/fits-gzip")
	wantBody(t, resp, e, 200, kilo)
}

func TestGzipBomb(t *testing.T) {
	member := gzipped(t, make([]byte, 64<<20))
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for range 16 { // 1 GiB in about 4 MiB
			if _, err := w.Write(member); err != nil {
				return
			}
		}
	})
	c := newClient(t, local(t, s.URL), Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	_, e := get(t, c, s.URL)
	runtime.ReadMemStats(&after)
	wantFault(t, e, TooLarge, "is larger than 1 MiB")
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}
