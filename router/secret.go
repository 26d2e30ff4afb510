package router

import (
	"fmt"
	"io"
	"log/slog"
)

// masked is what every way of printing a Secret shows.
const masked = "[secret]"

// Secret is a string that no formatting, logging or encoding shows: an auth
// token, a password, an API key. Reveal is the only way to the value.
//
// No method is asked for what stands in an unexported field of a struct that
// is printed, behind a pointer in one under a verb that does not fit, or as the
// key of a map in JSON: a Secret is never put there.
type Secret string

// Reveal returns the value; call it only where the value is used.
func (s Secret) Reveal() string { return string(s) }

// String masks the value.
func (Secret) String() string { return masked }

// Format masks the value under every verb, those included that do not fit a
// string.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// GoString masks the value under %#v.
func (Secret) GoString() string { return masked }

// LogValue masks the value in structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText masks the value in JSON and every other text encoding.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
