package config

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var sizeText = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?(B|[kK]B|MB|GB|TB|KiB|MiB|GiB|TiB)?$`)

var sizeUnits = map[string]float64{
	"": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// parseSize reads a number of bytes: "32MiB".
func parseSize(s string) (any, *fault) {
	m := sizeText.FindStringSubmatch(s)
	if m == nil {
		return nil, &fault{}
	}
	n, err := strconv.ParseFloat(m[1], 64)
	n *= sizeUnits[m[2]]
	switch {
	case err != nil || n >= math.MaxInt64:
		return nil, &fault{what: "is too large"}
	case n < 1:
		return nil, &fault{what: "must be at least one byte"}
	}
	return int64(n), nil
}

func formatSize(n int64) string {
	for _, unit := range []string{"TiB", "GiB", "MiB", "KiB"} {
		if u := int64(sizeUnits[unit]); n%u == 0 && n != 0 {
			return strconv.FormatInt(n/u, 10) + unit
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}

// durationPattern is the form of a duration, for the schema; days come first.
const durationPattern = `([0-9]+(\.[0-9]+)?d)?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))*`

const day = 24 * time.Hour

// parseDuration reads a time that something may take: what Go reads, and days
// before it: "1d12h".
func parseDuration(s string) (any, *fault) {
	rest, total := s, 0.0
	if days, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || strings.Trim(days, "0123456789.") != "" {
			return nil, &fault{}
		}
		rest, total = after, n*float64(day)
	}
	var d time.Duration
	if rest != "" || rest == s {
		var err error
		if d, err = time.ParseDuration(rest); err != nil || strings.ContainsAny(rest, "+") {
			return nil, &fault{}
		}
	}
	if total += float64(d); total >= math.MaxInt64 {
		return nil, &fault{what: "is too long"}
	}
	if total < 0 || strings.Contains(rest, "-") {
		return nil, &fault{what: "must not be negative"}
	}
	if rest == s {
		return d, nil
	}
	return time.Duration(total), nil
}

// parsePositive is parseDuration for a time that cannot be nothing.
func parsePositive(s string) (any, *fault) {
	d, f := parseDuration(s)
	if f == nil && d == time.Duration(0) {
		return nil, &fault{what: "must be more than nothing"}
	}
	return d, f
}

func formatDuration(d time.Duration) string {
	if d%day == 0 && d > day {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
