package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"slices"

	"twirouter/router"
	"twirouter/router/config"
)

// newLog returns the log that c asks for on w. Telephone numbers are masked in
// it, whoever writes the line, unless c says otherwise.
func newLog(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo // config has checked it; the zero Config has none
	}
	options := &slog.HandlerOptions{Level: level}
	var h slog.Handler
	if c.Format == "json" || c.Format != "text" && !isTerminal(w) {
		h = slog.NewJSONHandler(w, options)
	} else {
		h = slog.NewTextHandler(w, options)
	}
	if slices.Contains(c.Redact, "numbers") {
		h = masking{h}
	}
	return slog.New(h)
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// masking masks telephone numbers in messages and text attributes.
type masking struct{ slog.Handler }

// Handle implements slog.Handler.
func (m masking) Handle(ctx context.Context, r slog.Record) error {
	masked := slog.NewRecord(r.Time, r.Level, router.MaskNumbers(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		masked.AddAttrs(maskAttr(a))
		return true
	})
	return m.Handler.Handle(ctx, masked)
}

// WithAttrs implements slog.Handler.
func (m masking) WithAttrs(attrs []slog.Attr) slog.Handler {
	masked := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		masked[i] = maskAttr(a)
	}
	return masking{m.Handler.WithAttrs(masked)}
}

// WithGroup implements slog.Handler.
func (m masking) WithGroup(name string) slog.Handler { return masking{m.Handler.WithGroup(name)} }

func maskAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, router.MaskNumbers(v.String()))
	case slog.KindGroup:
		group := make([]slog.Attr, 0, len(v.Group()))
		for _, g := range v.Group() {
			group = append(group, maskAttr(g))
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(group...)}
	case slog.KindAny:
		switch x := v.Any().(type) {
		case error:
			return slog.String(a.Key, router.MaskNumbers(x.Error()))
		case map[string]any:
			return slog.Any(a.Key, maskAny(x, router.MaskNumbers))
		}
	}
	return a
}

// maskAny masks the texts in a value that a script logged.
func maskAny(v any, mask func(string) string) any {
	switch v := v.(type) {
	case string:
		return mask(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = maskAny(e, mask)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = maskAny(e, mask)
		}
		return out
	}
	return v
}
