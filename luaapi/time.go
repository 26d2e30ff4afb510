package luaapi

import (
	"fmt"
	"math"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

var _ = provideModule("time", func(L *lua.LState) lua.LValue {
	return functions(L, map[string]lua.LGFunction{
		"now":    timeNow,
		"parse":  timeParse,
		"format": timeFormat,
		"within": timeWithin,
	})
})

// os has of Lua's library what tells the time, in UTC on every machine.
var _ = provideModule("os", func(L *lua.LState) lua.LValue {
	return functions(L, map[string]lua.LGFunction{
		"time":     osTime,
		"date":     osDate,
		"clock":    osClock,
		"difftime": osDifftime,
	})
})

// timeNow is time.now([zone]): Unix seconds, or with a zone a table of what
// the clock shows there.
func timeNow(L *lua.LState) int {
	now := runOf(L).host.Now()
	if L.GetTop() == 0 {
		L.Push(lua.LNumber(now.Unix()))
		return 1
	}
	L.Push(dateTable(L, now.In(zoneAt(L, 1, "time.now"))))
	return 1
}

// dateTable is Lua's os.date("*t") with the zone's name and offset.
func dateTable(L *lua.LState, t time.Time) *lua.LTable {
	d := L.CreateTable(0, 12)
	_, offset := t.Zone()
	for _, f := range []struct {
		name string
		n    int
	}{
		{"year", t.Year()}, {"month", int(t.Month())}, {"day", t.Day()}, {"hour", t.Hour()}, {"min", t.Minute()},
		{"sec", t.Second()}, {"wday", int(t.Weekday()) + 1}, {"yday", t.YearDay()}, {"offset", offset},
	} {
		d.RawSetString(f.name, lua.LNumber(f.n))
	}
	d.RawSetString("isdst", lua.LBool(t.IsDST()))
	d.RawSetString("unix", lua.LNumber(t.Unix()))
	d.RawSetString("zone", lua.LString(t.Location().String()))
	return d
}

// maxDate is more bytes than any date has.
const maxDate = 100

// layouts are what time.parse reads: RFC 3339 and what is often written for it,
// and RFC 2822 as Twilio's REST API writes dates.
var layouts = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	"Mon, _2 Jan 2006 15:04:05 -0700", "Mon, _2 Jan 2006 15:04:05 MST", "_2 Jan 2006 15:04:05 -0700",
}

// timeParse is time.parse(text[, zone]): Unix seconds, or nil and why not. The
// zone is for texts that name none.
func timeParse(L *lua.LState) int {
	runOf(L).charge(L, 50)
	text, zone := checkText(L, 1), time.UTC
	if L.GetTop() > 1 {
		zone = zoneAt(L, 2, "time.parse")
	}
	for _, layout := range layouts {
		if len(text) > maxDate {
			break
		}
		t, err := time.ParseInLocation(layout, strings.TrimSpace(text), zone)
		if err != nil {
			continue
		}
		// An abbreviation that is no offset here is read as a zone without one.
		if name, offset := t.Zone(); strings.HasSuffix(layout, "MST") && offset == 0 && name != "UTC" && name != "GMT" {
			continue
		}
		L.Push(seconds(t))
		return 1
	}
	L.Push(lua.LNil)
	L.Push(lua.LString(fmt.Sprintf("%s is no date: write for example 2006-01-02T15:04:05Z", quoted(text))))
	return 2
}

// seconds are Unix seconds, with milliseconds where there are any.
func seconds(t time.Time) lua.LNumber { return lua.LNumber(float64(t.UnixMilli()) / 1000) }

// timeFormat is time.format(unix[, format[, zone]]): by default RFC 3339.
func timeFormat(L *lua.LState) int {
	t, zone := instantAt(L, 1, "time.format"), time.UTC
	if L.GetTop() > 2 {
		zone = zoneAt(L, 3, "time.format")
	}
	format, ok := L.Get(2).(lua.LString)
	if !ok {
		if L.Get(2) != lua.LNil {
			raise(L, "time.format takes a format like \"%%Y-%%m-%%d %%H:%%M\", got %s", typeName(L.Get(2)))
		}
		L.Push(lua.LString(t.In(zone).Format(time.RFC3339)))
		return 1
	}
	pushFormatted(L, "time.format", t.In(zone), string(format))
	return 1
}

func pushFormatted(L *lua.LState, fn string, t time.Time, format string) {
	runOf(L).charge(L, int64(4*min(len(format), maxFormat)))
	s, err := strftime(t, format)
	if err != nil {
		raise(L, "%s: %v", fn, err)
	}
	runOf(L).chargeBytes(L, int64(len(s)))
	L.Push(lua.LString(s))
}

// Times that have a year of four digits.
const firstSecond, lastSecond = -62135596800, 253402300799

// instantAt reads argument n, a time in Unix seconds.
func instantAt(L *lua.LState, n int, fn string) time.Time {
	v, ok := L.Get(n).(lua.LNumber)
	if !ok {
		raise(L, "%s takes a time as Unix seconds, got %s", fn, typeName(L.Get(n)))
	}
	t, ok := instant(float64(v))
	if !ok {
		raise(L, "%s: %s is no time in Unix seconds", fn, numberText(float64(v)))
	}
	return t
}

func instant(f float64) (time.Time, bool) {
	if !(f >= firstSecond && f <= lastSecond) {
		return time.Time{}, false
	}
	whole, part := math.Modf(f)
	return time.Unix(int64(whole), int64(math.Round(part*1e3))*1e6).UTC(), true
}

// osTime is os.time([table]), in UTC.
func osTime(L *lua.LState) int {
	if L.Get(1) == lua.LNil {
		L.Push(lua.LNumber(runOf(L).host.Now().Unix()))
		return 1
	}
	t := thaw(L.CheckTable(1))
	field := func(name string, otherwise int) int {
		v := t.RawGetString(name)
		if f, ok := asNumber(v); ok && math.Abs(f) < 1e9 {
			return int(f)
		}
		if v == lua.LNil && otherwise >= 0 {
			return otherwise
		}
		raise(L, "field '%s' missing in date table", name)
		return 0
	}
	date := time.Date(field("year", -1), time.Month(field("month", -1)), field("day", -1),
		field("hour", 12), field("min", 0), field("sec", 0), 0, time.UTC)
	if s := date.Unix(); s < firstSecond || s > lastSecond {
		L.Push(lua.LNil)
		return 1
	}
	L.Push(lua.LNumber(date.Unix()))
	return 1
}

// osDate is os.date([format[, time]]), in UTC whether it begins with "!" or not.
func osDate(L *lua.LState) int {
	t := runOf(L).host.Now()
	if L.Get(2) != lua.LNil {
		t = instantAt(L, 2, "os.date")
	}
	t = t.UTC()
	format := strings.TrimPrefix(optText(L, 1, "%c"), "!")
	if strings.HasPrefix(format, "*t") {
		L.Push(dateTable(L, t))
		return 1
	}
	pushFormatted(L, "os.date", t, format)
	return 1
}

// osClock is os.clock(): the work that the run has done, told as seconds of a
// processor that takes ten million instructions in each. So it is the same on
// every machine.
func osClock(L *lua.LState) int {
	r := runOf(L)
	L.Push(lua.LNumber(float64(r.meter.used()) / 1e7))
	return 1
}

func osDifftime(L *lua.LState) int {
	before := 0.0
	if L.Get(2) != lua.LNil {
		before = checkNumber(L, 2)
	}
	L.Push(lua.LNumber(checkNumber(L, 1) - before))
	return 1
}

// maxFormat is the most bytes of a date's format.
const maxFormat = 1000

// strftime formats t as C does in its own locale.
func strftime(t time.Time, format string) (string, error) {
	if len(format) > maxFormat {
		return "", fmt.Errorf("the format is too long")
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i == len(format) {
			return "", fmt.Errorf("the format ends with a %%: write %%%% for one")
		}
		s, ok := strftimeField(t, format[i])
		if !ok {
			return "", fmt.Errorf("there is no %%%s in a date's format", cut(format[i:], 1))
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

var goLayouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02", 'D': "01/02/06",
	'e': "_2", 'F': "2006-01-02", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04", 'p': "PM", 'r': "03:04:05 PM", 'R': "15:04",
	'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05", 'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
}

func strftimeField(t time.Time, c byte) (string, bool) {
	if layout, ok := goLayouts[c]; ok {
		return t.Format(layout), true
	}
	switch c {
	case '%':
		return "%", true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 's':
		return fmt.Sprint(t.Unix()), true
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100), true
	case 'u':
		return fmt.Sprint((int(t.Weekday())+6)%7 + 1), true
	case 'w':
		return fmt.Sprint(int(t.Weekday())), true
	case 'U':
		return fmt.Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7), true
	case 'W':
		return fmt.Sprintf("%02d", (t.YearDay()+6-(int(t.Weekday())+6)%7)/7), true
	case 'G', 'V':
		year, week := t.ISOWeek()
		if c == 'G' {
			return fmt.Sprint(year), true
		}
		return fmt.Sprintf("%02d", week), true
	}
	return "", false
}
