package fetch

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// echo answers with what it saw.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h := r.Header
	fmt.Fprintf(w, "%s %s body=%q auth=%q cookie=%q key=%q type=%q accept=%q once=%q", r.Method, r.URL, body,
		h.Get("Authorization"), h.Get("Cookie"), h.Get("X-Api-Key"), h.Get("Content-Type"), h.Get("Accept"), h.Get("Idempotency-Key"))
}

func TestRedirects(t *testing.T) {
	other := newServer(t, echo)
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if to := q.Get("to"); to != "" {
			w.Header().Set("Location", to)
		}
		if status, err := strconv.Atoi(q.Get("status")); err == nil {
			w.WriteHeader(status)
			io.WriteString(w, "moved")
			return
		}
		echo(w, r)
	})
	c := newClient(t, local(t, s.URL+"/ok/*", s.URL+"/start", other.URL+"/ok/*"), Options{})
	const secrets = `auth="s3cr3t" cookie="s3cr3t" key="s3cr3t"`
	const none = `auth="" cookie="" key=""`
	for _, r := range []struct {
		method string
		status int
		to     string
		want   string
	}{
		{"GET", 301, "/ok/a", `GET /ok/a body="in" ` + secrets + ` type="t/x" accept="a/x" once="k"`},
		{"POST", 301, "/ok/a", `GET /ok/a body="" ` + secrets + ` type="" accept="a/x" once="k"`},
		{"POST", 302, "ok/a?b=c", `GET /ok/a?b=c body="" ` + secrets + ` type="" accept="a/x" once="k"`},
		{"PUT", 302, "ok/../ok/a", `PUT /ok/a body="in" ` + secrets + ` type="t/x" accept="a/x" once="k"`},
		{"PUT", 303, "/ok/a#f", `GET /ok/a body="" ` + secrets + ` type="" accept="a/x" once="k"`},
		{"GET", 303, "/ok/a", `GET /ok/a body="in" ` + secrets + ` type="t/x" accept="a/x" once="k"`},
		{"POST", 307, "/ok/a", `POST /ok/a body="in" ` + secrets + ` type="t/x" accept="a/x" once="k"`},
		{"DELETE", 308, "/ok/a", `DELETE /ok/a body="in" ` + secrets + ` type="t/x" accept="a/x" once="k"`},
		{"POST", 307, other.URL + "/ok/a", `POST /ok/a body="in" ` + none + ` type="t/x" accept="a/x" once="k"`},
		{"POST", 302, other.URL + "/ok/a", `GET /ok/a body="" ` + none + ` type="" accept="a/x" once="k"`},
		{"GET", 301, strings.Replace(other.URL, "http:", "", 1) + "/ok/a", `GET /ok/a body="in" ` + none + ` type="t/x" accept="a/x" once="k"`},
	} {
		resp, e := c.Do(t.Context(), Request{
			Method: r.method, Body: []byte("in"), URL: s.URL + "/start?status=" + strconv.Itoa(r.status) + "&to=" + strings.NewReplacer("?", "%3F", "#", "%23").Replace(r.to),
			Header: http.Header{"Authorization": {"s3cr3t"}, "Cookie": {"s3cr3t"}, "X-Api-Key": {"s3cr3t"}, "Content-Type": {"t/x"}, "Accept": {"a/x"}, "Idempotency-Key": {"k"}},
		})
		if e != nil {
			t.Errorf("%s %d %s: %s", r.method, r.status, r.to, e.Message)
			continue
		}
		if got := string(resp.Body); got != r.want {
			t.Errorf("%s %d %s\n got %s\nwant %s", r.method, r.status, r.to, got, r.want)
		}
		if strings.HasSuffix(resp.URL, "#f") || !strings.Contains(resp.URL, "/ok/a") {
			t.Errorf("%s %d %s: the answer is said to come from %s", r.method, r.status, r.to, resp.URL)
		}
	}

	for _, status := range []int{300, 304, 305, 306, 399} {
		resp, e := c.Do(t.Context(), Request{URL: s.URL + "/start?to=/ok/a&status=" + strconv.Itoa(status)})
		if e != nil || resp.Status != status {
			t.Errorf("%d was followed or refused: %+v, %v", status, resp, e)
		}
	}
	resp, e := c.Do(t.Context(), Request{URL: s.URL + "/start?status=302"})
	wantBody(t, resp, e, 302, "moved")

	for to, want := range map[string]struct {
		kind Kind
		says string
	}{
		"/secret/s3cr3t":                 {Denied, "a redirect was not followed: " + s.URL + " is in the allow list, but not with this path"},
		other.URL + "/secret":            {Denied, "not with this path"},
		"http://evil.test/ok/s3cr3t":     {Denied, "http://evil.test is not in the allow list"},
		"//evil.test/ok/s3cr3t":          {Denied, "http://evil.test is not in the allow list"},
		"http://169.254.169.254/latest/": {Denied, "is not in the allow list"},
		"http://u:s3cr3t@127.0.0.1/ok/":  {Denied, "user name or password"},
		"http://0x7f.1/ok/a":             {Denied, "odd spelling"},
		"/ok/..%252f..%252fsecret":       {Denied, ".. segment"},
		"/ok/%255c..%255c":               {Denied, "backslash"},
		"file:///etc/passwd":             {Denied, "only http and https"},
		"javascript:s3cr3t":              {Denied, "only http and https"},
		"http://[::1":                    {Redirect, "no URL"},
	} {
		_, e := c.Do(t.Context(), Request{URL: s.URL + "/start?status=302&to=" + to})
		wantFault(t, e, want.kind, want.says)
		if e != nil && e.Retriable {
			t.Errorf("%s: retriable", to)
		}
	}
}

func TestRedirectCircles(t *testing.T) {
	hits := 0
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		hits++
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		switch {
		case r.URL.Path == "/self":
			http.Redirect(w, r, "/self", http.StatusFound)
		case r.URL.Path == "/circle":
			http.Redirect(w, r, "/circle?n="+strconv.Itoa((n+1)%3), http.StatusFound)
		case r.URL.Path == "/post":
			// POST becomes GET, which is answered: no circle.
			if r.Method == "POST" {
				http.Redirect(w, r, "/post", http.StatusSeeOther)
			}
		case n > 0:
			http.Redirect(w, r, "/down?n="+strconv.Itoa(n-1), http.StatusFound)
		}
	})
	c := newClient(t, local(t, s.URL), Options{})
	do := func(path string) (*Response, *Error) {
		hits = 0
		return c.Do(t.Context(), Request{Method: "GET", URL: s.URL + path})
	}
	_, e := do("/self")
	wantFault(t, e, Redirect, "redirects in a circle")
	if hits != 1 {
		t.Errorf("the circle of one was gone round %d times", hits)
	}
	_, e = do("/circle?n=0")
	wantFault(t, e, Redirect, "redirects in a circle")
	if hits != 3 {
		t.Errorf("the circle of three had %d hits", hits)
	}
	resp, e := do("/down?n=5")
	wantBody(t, resp, e, 200, "")
	_, e = do("/down?n=6")
	wantFault(t, e, Redirect, "more than 5 redirects")
	if hits != 6 {
		t.Errorf("%d requests for five redirects", hits)
	}
	resp, e = c.Do(t.Context(), Request{Method: "POST", URL: s.URL + "/post", Body: []byte("x")})
	wantBody(t, resp, e, 200, "")
}

func TestRedirectDowngrade(t *testing.T) {
	plain := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("https led to http") })
	s := tlsServerFunc(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/up" {
			echo(w, r)
			return
		}
		http.Redirect(w, r, plain.URL, http.StatusFound)
	})
	up := newServer(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.URL+"/up", http.StatusFound) })
	c := newClient(t, local(t, plain.URL, s.URL, up.URL), Options{RootCAs: trust(s.Certificate())})
	_, e := get(t, c, s.URL)
	wantFault(t, e, Redirect, "from https to http")
	resp, e := get(t, c, up.URL)
	wantBody(t, resp, e, 200, `GET /up body="" auth="" cookie="" key="" type="" accept="" once=""`)
}
