package luaapi

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// maxDuration is the longest time that a script can ask for.
const maxDuration = 10 * 365 * 24 * time.Hour

// durationOf reads a time that a script gives: seconds as a number, or a text
// like "30s", "1h30m", "2d". It is never negative.
func durationOf(v lua.LValue) (time.Duration, error) {
	switch v := v.(type) {
	case lua.LNumber:
		if f := float64(v); f >= 0 && f <= maxDuration.Seconds() {
			return time.Duration(math.Round(f * float64(time.Second))), nil
		}
		return 0, fmt.Errorf("%s is no time: seconds are from 0 to ten years", numberText(float64(v)))
	case lua.LString:
		return parseDuration(string(v))
	}
	return 0, fmt.Errorf("%s is no time: write seconds as a number, or \"30s\", \"10m\", \"2h\", \"1d\"", typeName(v))
}

var units = []struct {
	name string
	d    time.Duration
}{{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"w", 7 * 24 * time.Hour}}

func parseDuration(s string) (time.Duration, error) {
	wrong := func() (time.Duration, error) {
		return 0, fmt.Errorf("%s is no time: write \"30s\", \"10m\", \"2h\", \"1d\" or a number of seconds", quoted(s))
	}
	rest := s
	if rest == "" {
		return wrong()
	}
	total := 0.0
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		number := rest[:digits]
		rest = rest[digits:]
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || strings.HasSuffix(number, ".") || strings.HasPrefix(number, ".") {
			return wrong()
		}
		unit := time.Duration(0)
		for _, u := range units {
			if after, ok := strings.CutPrefix(rest, u.name); ok && (after == "" || after[0] >= '0' && after[0] <= '9') {
				unit, rest = u.d, after
				break
			}
		}
		if unit == 0 {
			return wrong()
		}
		if total += f * float64(unit); total > float64(maxDuration) {
			return 0, fmt.Errorf("%s is longer than ten years", quoted(s))
		}
	}
	return time.Duration(math.Round(total)), nil
}
