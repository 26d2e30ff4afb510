package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"twirouter/router"
)

// Status is what people see of a running server.
type Status struct {
	Version    string           `json:"version"`
	Generation int              `json:"generation"`
	Hash       string           `json:"hash"`
	Loaded     time.Time        `json:"loaded_at"`
	Tried      time.Time        `json:"tried_at"`
	Failing    bool             `json:"failing"` // the files on disk are not what is in force
	Problems   router.Problems  `json:"problems"`
	Restart    []string         `json:"needs_restart"`
	Started    time.Time        `json:"started_at"`
	Config     string           `json:"config"` // the file, "" for none
	Listen     []string         `json:"listen"`
	PublicURL  string           `json:"public_url,omitempty"` // without a password
	Accounts   int              `json:"accounts"`
	Routes     int              `json:"routes"`
	Scripts    int              `json:"scripts"`
	Store      string           `json:"store"`
	StoreOK    bool             `json:"store_ok"`
	Events     map[string]int   `json:"events"` // by state
	Running    int              `json:"running"`
	Waiting    int              `json:"waiting"`
	Counts     map[string]int64 `json:"counts"` // since the start
	Draining   bool             `json:"draining"`
}

// OK reports whether nothing wants a person's attention.
func (s Status) OK() bool {
	return !s.Failing && s.StoreOK && s.Events[string(router.StateDead)] == 0
}

// Journal is what the page shows of the store.
type Journal interface {
	Find(ctx context.Context, q router.Query) ([]router.Item, error)
	Refused(ctx context.Context, limit int) ([]router.Refusal, error)
}

// Config is what a Door is made of. Every field but Token and Names is needed.
type Config struct {
	Status  func(ctx context.Context) Status
	Ready   func(ctx context.Context) error // nil: events are accepted
	Reload  func(ctx context.Context) error // router.Problems where files are wrong
	Journal Journal
	Token   router.Secret // "" where the address is a loopback one
	Names   []string      // further names that a Host header may have, without port
}

// Door is the handler of the admin address.
type Door struct{ c Config }

// New returns a door.
func New(c Config) *Door { return &Door{c: c} }

// Handler returns the routes. Health and readiness need no token: probes have
// none, and they say nothing.
func (d *Door) Handler() http.Handler {
	m := mux.NewRouter()
	m.HandleFunc("/healthz", d.health).Methods(http.MethodGet, http.MethodHead)
	m.HandleFunc("/readyz", d.ready).Methods(http.MethodGet, http.MethodHead)
	people := m.NewRoute().Subrouter()
	people.Use(d.admit)
	people.HandleFunc("/", d.page).Methods(http.MethodGet)
	people.HandleFunc("/api/v1/status", d.status).Methods(http.MethodGet)
	people.HandleFunc("/api/v1/reload", d.reload).Methods(http.MethodPost)
	return m
}

func (d *Door) health(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

func (d *Door) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if err := d.c.Ready(ctx); err != nil {
		say(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
		return
	}
	say(w, http.StatusOK, "ready")
}

func (d *Door) status(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, d.c.Status(r.Context()))
}

// Reloaded is the answer to a request to reload.
type Reloaded struct {
	OK         bool            `json:"ok"`
	Generation int             `json:"generation"`
	Problems   router.Problems `json:"problems"`
	Restart    []string        `json:"needs_restart"`
}

func (d *Door) reload(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	err := d.c.Reload(ctx)
	st := d.c.Status(r.Context())
	res := Reloaded{OK: err == nil, Generation: st.Generation, Problems: st.Problems, Restart: st.Restart}
	code := http.StatusOK
	if err != nil {
		code = http.StatusConflict
		if told := (router.Problems)(nil); errors.As(err, &told) {
			res.Problems = told
		} else {
			res.Problems = router.Problems{{What: err.Error()}}
		}
	}
	answer(w, code, res)
}

func say(w http.ResponseWriter, code int, line string) {
	w.Header().Set("Content-Type", router.TypeText)
	w.WriteHeader(code)
	_, _ = w.Write([]byte(line + "\n")) // the client may be gone
}

func answer(w http.ResponseWriter, code int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		say(w, http.StatusInternalServerError, "cannot be told: "+err.Error())
		return
	}
	w.Header().Set("Content-Type", router.TypeJSON)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}
