package admin

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"twirouter/router"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") },
	"count": func(n int, noun string) string {
		if n == 1 {
			return "1 " + noun
		}
		return fmt.Sprintf("%d %ss", n, noun)
	},
	"ms": func(d time.Duration) string { return d.Round(10 * time.Microsecond).String() },
}).Parse(pageText))

// view is what the page shows.
type view struct {
	Status  Status
	Events  []router.Item
	Refused []router.Refusal
	Trouble string
}

func (d *Door) page(w http.ResponseWriter, r *http.Request) {
	v := view{Status: d.c.Status(r.Context())}
	var err error
	if v.Events, err = d.c.Journal.Find(r.Context(), router.Query{Limit: 50}); err != nil {
		v.Trouble = err.Error()
	}
	if v.Refused, err = d.c.Journal.Refused(r.Context(), 20); err != nil {
		v.Trouble = err.Error()
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, v); err != nil {
		say(w, http.StatusInternalServerError, "the page cannot be made: "+err.Error())
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w) // the client may be gone
}
