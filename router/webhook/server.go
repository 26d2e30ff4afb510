package webhook

import (
	"log/slog"
	"net/http"
	"time"
)

// Bounds of a connection. Twilio sends a webhook in one go and waits at most
// 15 s for the answer; whoever is slower than this is not Twilio.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 90 * time.Second
	maxHeaderBytes    = 32 << 10
)

// NewServer returns a server for the door, with time-outs for slow clients and
// a bound for headers. The caller serves and shuts it down.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h,
		// "OPTIONS *" is no path of ours; net/http would answer 200.
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
