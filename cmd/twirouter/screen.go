package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// screen is a log for eyes: the time, the message, and what belongs to it,
// among the events that `dev` shows.
type screen struct {
	t     *teller // its lock and its terminal
	attrs string
}

// Enabled implements slog.Handler.
func (screen) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle implements slog.Handler.
func (s screen) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  ", r.Time.Local().Format("15:04:05"))
	if r.Level > slog.LevelInfo {
		fmt.Fprintf(&b, "%s: ", strings.ToLower(r.Level.String()))
	}
	b.WriteString(harmless(r.Message))
	b.WriteString(s.attrs)
	r.Attrs(func(a slog.Attr) bool {
		writeAttr(&b, a)
		return true
	})
	s.t.screenf(func(w io.Writer) { fmt.Fprintln(w, b.String()) })
	return nil
}

// WithAttrs implements slog.Handler.
func (s screen) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	b.WriteString(s.attrs)
	for _, a := range attrs {
		writeAttr(&b, a)
	}
	return screen{s.t, b.String()}
}

// WithGroup implements slog.Handler; on one line groups need no names.
func (s screen) WithGroup(string) slog.Handler { return s }

func writeAttr(b *strings.Builder, a slog.Attr) {
	if text := a.Value.String(); text != "" {
		fmt.Fprintf(b, "  %s=%s", a.Key, harmless(text))
	}
}
