package luaapi

import (
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		in   lua.LValue
		want time.Duration
	}{
		{lua.LString("30s"), 30 * time.Second},
		{lua.LString("10m"), 10 * time.Minute},
		{lua.LString("2h"), 2 * time.Hour},
		{lua.LString("1d"), 24 * time.Hour},
		{lua.LString("1w"), 7 * 24 * time.Hour},
		{lua.LString("1h30m"), 90 * time.Minute},
		{lua.LString("1.5s"), 1500 * time.Millisecond},
		{lua.LString("250ms"), 250 * time.Millisecond},
		{lua.LString("0s"), 0},
		{lua.LNumber(90), 90 * time.Second},
		{lua.LNumber(0.5), 500 * time.Millisecond},
	} {
		if got, err := durationOf(c.in); err != nil || got != c.want {
			t.Errorf("durationOf(%v) = %v, %v, want %v", c.in, got, err, c.want)
		}
	}
	for _, in := range []lua.LValue{
		lua.LString(""), lua.LString("30"), lua.LString("s"), lua.LString("30 s"), lua.LString("-1s"), lua.LString("1.s"), lua.LString(".5s"),
		lua.LString("1.2.3s"), lua.LString("3y"), lua.LString("1hx"), lua.LString("999999999w"), lua.LString("1e3s"), lua.LNumber(-1),
		lua.LNumber(1e12), lua.LTrue, lua.LNil,
	} {
		if got, err := durationOf(in); err == nil {
			t.Errorf("durationOf(%v) = %v, want an error", in, got)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"30s", "1h30m", "1.5d", "999999999999999999999w", "0.0000000001ms"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if err == nil && (d < 0 || d > maxDuration) {
			t.Fatalf("%q is %v", s, d)
		}
	})
}

func TestTime(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`time.now()`, `1772452800`},
		{`time.now("America/New_York").hour`, `7`},
		{`time.now("America/New_York").offset`, `-18000`},
		{`time.now("Europe/Vienna").zone`, `Europe/Vienna`},
		{`time.now("UTC").wday`, `2`},
		{`time.now("Asia/Kolkata").min`, `30`},
		{`time.parse("2026-03-02T12:00:00Z")`, `1772452800`},
		{`time.parse("2026-03-02T12:00:00.250Z")`, `1772452800.25`},
		{`time.parse("2026-03-02 13:00", "Europe/Vienna")`, `1772452800`},
		{`time.parse("2026-03-02")`, `1772409600`},
		{`time.parse("Mon, 02 Mar 2026 12:00:00 +0000")`, `1772452800`},
		{`time.parse("Mon, 02 Mar 2026 12:00:00 GMT")`, `1772452800`},
		{`time.parse("2026-03-02T14:00:00+02:00")`, `1772452800`},
		{`(select(2, time.parse("tomorrow")))`, `"tomorrow" is no date: write for example 2006-01-02T15:04:05Z`},
		{`(select(2, time.parse("2026-02-30")))`, `"2026-02-30" is no date: write for example 2006-01-02T15:04:05Z`},
		{`time.format(0)`, `1970-01-01T00:00:00Z`},
		{`time.format(0, nil, "Europe/Vienna")`, `1970-01-01T01:00:00+01:00`},
		{`time.format(1772452800, "%a %A %b %B %d %e %H %I %j %m %M %p %S %y %Y %% %F %T")`, `Mon Monday Mar March 02  2 12 12 061 03 00 PM 00 26 2026 % 2026-03-02 12:00:00`},
		{`time.format(1772452800, "%H:%M %z %Z", "America/New_York")`, `07:00 -0500 EST`},
		{`os.time()`, `1772452800`},
		{`os.time{ year = 2026, month = 3, day = 2 }`, `1772452800`},
		{`os.time{ year = "2026", month = 3, day = 2, hour = 0, min = -1 }`, `1772409540`},
		{`os.date("%Y-%m-%d", 0)`, `1970-01-01`},
		{`os.date("!%c", 0)`, `Thu Jan  1 00:00:00 1970`},
		{`os.date("*t").yday`, `61`},
		{`os.difftime(5, 3)`, `2`},
		{`os.clock() >= 0 and os.clock() < 1`, `true`},
		{`os.execute`, `nil`},
		{`os.getenv`, `nil`},
	} {
		if got := prints(t, "print(("+c.code+"))"); got != c.want {
			t.Errorf("%s = %s, want %s", c.code, got, c.want)
		}
	}
	for _, c := range []struct{ code, want string }{
		{`time.now("Mars/Olympus")`, `time.now: there is no time zone "Mars/Olympus": write an IANA name`},
		{`time.now("Local")`, `there is no time zone "Local"`},
		{`time.now("../../etc/passwd")`, `there is no time zone`},
		{`time.now(5)`, `time.now takes the name of a time zone, got the number 5`},
		{`time.format("x")`, `time.format takes a time as Unix seconds, got the text "x"`},
		{`time.format(1e300)`, `is no time in Unix seconds`},
		{`time.format(0/0)`, `is no time in Unix seconds`},
		{`time.format(0, "%Q")`, `there is no %Q in a date's format`},
		{`time.format(0, "%")`, `the format ends with a %`},
		{`time.format(0, 5)`, `time.format takes a format like "%Y-%m-%d %H:%M", got the number 5`},
		{`os.time{ year = 2026 }`, `field 'month' missing in date table`},
	} {
		if got := errorOf(workbench{}.run(t, c.code)); !strings.Contains(got, c.want) {
			t.Errorf("%s raised %q, want %q", c.code, got, c.want)
		}
	}
}

func TestZoneThatIsNil(t *testing.T) {
	st := workbench{}.run(t, `print((time.within("00:00-24:00", settings.zone)))`)
	if loggedText(t, st) != "true" || len(st.Warnings) != 1 || !strings.Contains(st.Warnings[0], "time.within got nil for the time zone and takes UTC") {
		t.Errorf("warnings %q", st.Warnings)
	}
}

// at is a moment in a zone.
func in(t *testing.T, zone, text string) time.Time {
	t.Helper()
	z, err := loadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, z)
	if err != nil {
		if at, err = time.ParseInLocation("2006-01-02 15:04", text, z); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

func TestWithin(t *testing.T) {
	const office, vienna, york = "Mon-Fri 09:00-17:00, Sat 10:00-14:00", "Europe/Vienna", "America/New_York"
	for _, c := range []struct {
		name, spec, zone, at string
		open                 bool
		change               string // in the zone; "" for never; "@" before a time in UTC
	}{
		{"open", office, vienna, "2026-03-02 12:00", true, "2026-03-02 17:00"},
		{"at opening", office, vienna, "2026-03-02 09:00", true, "2026-03-02 17:00"},
		{"before opening", office, vienna, "2026-03-02 08:59:59", false, "2026-03-02 09:00"},
		{"at closing", office, vienna, "2026-03-02 17:00", false, "2026-03-03 09:00"},
		{"friday evening", office, vienna, "2026-03-06 18:00", false, "2026-03-07 10:00"},
		{"sunday", office, vienna, "2026-03-08 12:00", false, "2026-03-09 09:00"},
		{"another zone", office, york, "2026-03-02 16:59", true, "2026-03-02 17:00"},
		{"two ranges", "Mon-Fri 09:00-12:00 13:00-17:00", vienna, "2026-03-02 12:30", false, "2026-03-02 13:00"},
		{"two ranges with a comma", "Mon-Fri 09:00-12:00, 13:00-17:00", vienna, "2026-03-02 14:00", true, "2026-03-02 17:00"},
		{"days in a list", "Mon, Wed, Fri 9-17", vienna, "2026-03-03 12:00", false, "2026-03-04 09:00"},
		{"every day", "09:00-17:00", vienna, "2026-03-08 12:00", true, "2026-03-08 17:00"},
		{"whole days", "Sat, Sun", vienna, "2026-03-06 12:00", false, "2026-03-07 00:00"},
		{"whole days until", "Sat, Sun", vienna, "2026-03-07 12:00", true, "2026-03-09 00:00"},
		{"days that wrap", "Fri-Mon 10:00-12:00", vienna, "2026-03-02 11:00", true, "2026-03-02 12:00"},
		{"days that wrap, outside", "Fri-Mon 10:00-12:00", vienna, "2026-03-03 11:00", false, "2026-03-06 10:00"},
		{"over midnight, before", "Fri 22:00-02:00", vienna, "2026-03-06 23:00", true, "2026-03-07 02:00"},
		{"over midnight, after", "Fri 22:00-02:00", vienna, "2026-03-07 01:00", true, "2026-03-07 02:00"},
		{"over midnight, the day before", "Fri 22:00-02:00", vienna, "2026-03-06 01:00", false, "2026-03-06 22:00"},
		{"over the end of the week", "Sat-Sun 22:00-06:00", vienna, "2026-03-09 05:00", true, "2026-03-09 06:00"},
		{"until 24:00 and on", "Mon 20:00-24:00, Tue 00:00-04:00", vienna, "2026-03-02 21:00", true, "2026-03-03 04:00"},
		{"until 24:00", "Mon 20:00-24:00", vienna, "2026-03-02 23:59:59", true, "2026-03-03 00:00"},
		{"always", "00:00-24:00", vienna, "2026-03-02 12:00", true, ""},
		{"always, by wrapping", "12:00-12:01, 12:01-12:00", vienna, "2026-03-02 12:00", true, ""},
		{"overlapping", "09:00-12:00, 11:00-15:00", vienna, "2026-03-02 11:30", true, "2026-03-02 15:00"},
		{"inside another", "09:00-18:00, 10:00-11:00", vienna, "2026-03-02 10:30", true, "2026-03-02 18:00"},
		{"full names and case", "monday-FRIDAY 09:00-17:00", vienna, "2026-03-02 12:00", true, "2026-03-02 17:00"},
		{"a long dash and spaces", "Mon – Fri 09:00 - 17:00", vienna, "2026-03-02 12:00", true, "2026-03-02 17:00"},
		// Clocks go forward on 2026-03-29 at 02:00 in Vienna, on 2026-03-08 in New York.
		{"forward: the day has 23 hours", "Sun 00:00-24:00", vienna, "2026-03-29 12:00", true, "2026-03-30 00:00"},
		{"forward: opens in the gap", "02:30-05:00", vienna, "2026-03-29 01:59", false, "2026-03-29 03:00"},
		{"forward: after the gap", "02:30-05:00", vienna, "2026-03-29 03:00", true, "2026-03-29 05:00"},
		{"forward: closes in the gap", "01:00-02:30", york, "2026-03-08 01:30", true, "2026-03-08 03:00"},
		{"forward: wholly in the gap", "Sun 02:10-02:50", york, "2026-03-08 01:30", false, "2026-03-15 02:10"},
		{"forward: over midnight", "Sat 22:00-06:00", york, "2026-03-08 00:30", true, "2026-03-08 06:00"},
		// They go back on 2026-10-25 at 03:00 in Vienna: 02:00-03:00 comes twice.
		{"back: opens at the first", "02:30-05:00", vienna, "@2026-10-25 00:15", false, "@2026-10-25 00:30"},
		{"back: stays open", "02:30-05:00", vienna, "@2026-10-25 01:15", true, "2026-10-25 05:00"},
		{"back: closes at the first", "01:00-02:30", vienna, "@2026-10-25 00:15", true, "@2026-10-25 00:30"},
		{"back: stays closed", "01:00-02:30", vienna, "@2026-10-25 01:15", false, "2026-10-26 01:00"},
		{"back: the day has 25 hours", "Sun 00:00-24:00", vienna, "@2026-10-25 12:00", true, "2026-10-26 00:00"},
		// In Cairo clocks go forward at midnight: 2026-04-24 begins at 01:00.
		{"no midnight", "Fri 00:00-08:00", "Africa/Cairo", "2026-04-23 23:30", false, "2026-04-24 01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := parseHours(c.spec)
			if err != nil {
				t.Fatal(err)
			}
			read := func(s string) time.Time {
				if utc, ok := strings.CutPrefix(s, "@"); ok {
					return in(t, "UTC", utc)
				}
				return in(t, c.zone, s)
			}
			at := read(c.at)
			open, change, _ := h.at(at, at.Location())
			if zone, _ := loadZone(c.zone); zone != nil {
				open, change, _ = h.at(at, zone)
			}
			var want time.Time
			if c.change != "" {
				want = read(c.change)
			}
			if open != c.open || !change.Equal(want) {
				t.Errorf("%v until %v, want %v until %v", open, change, c.open, want)
			}
		})
	}
}

func TestWithinInLua(t *testing.T) {
	got := prints(t, `
		print(time.within("Mon-Fri 09:00-17:00", "UTC"))
		print(time.within("Mon-Fri 09:00-17:00", "UTC", { holidays = { "2026-03-02" } }))
		print(time.within("Mon-Fri 09:00-17:00", "UTC", { holidays = { "03-02", "12-25" } }))
		print(time.within("Mon-Fri 09:00-17:00", "UTC", { holidays = { ["2026-03-02"] = "10:00-12:30" } }))
		print(time.within("Mon-Fri 09:00-17:00", "UTC", { at = 1772452800 + 6 * 3600 }))
		print(time.within("00:00-24:00", "UTC"))
		print(time.within("Mon 11:00-13:00", "UTC", { holidays = { ["03-02"] = true } }))`)
	want := `true	1772470800
false	1772528400
false	1772528400
true	1772454600
false	1772528400
true	nil
false	1773054000`
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
	for _, c := range []struct{ code, want string }{
		{`time.within("", "UTC")`, `there are no hours in ""`},
		{`time.within("Mon-Fry 09:00-17:00", "UTC")`, `"Mon-Fry" is no day or time`},
		{`time.within("Mon 9am-5pm", "UTC")`, `"9am-5pm" is no time of day: write 09:00-17:00`},
		{`time.within("Mon-Fri 9-5", "UTC")`, `"9-5" ends before it begins: write 09:00-17:00`},
		{`time.within("Mon 09:00", "UTC")`, `"09:00" is no time of day`},
		{`time.within("Mon 09:00-25:00", "UTC")`, `"09:00-25:00" is no time of day`},
		{`time.within("Mon 09:00-09:00", "UTC")`, `the whole day is 00:00-24:00`},
		{`time.within("Mon 24:00-09:00", "UTC")`, `is no time of day`},
		{`time.within("Mon 009:00-10:00", "UTC")`, `is no time of day`},
		{`time.within(nil, "UTC")`, `time.within takes hours like "Mon-Fri 09:00-17:00", got nil`},
		{`time.within("Mon", "Nowhere")`, `there is no time zone "Nowhere"`},
		{`time.within("Mon", "UTC", { holiday = {} })`, `time.within has no option holiday; did you mean holidays?`},
		{`time.within("Mon", "UTC", { holidays = { "25.12." } })`, `holidays: the text "25.12." is no date`},
		{`time.within("Mon", "UTC", { holidays = { "2026-02-30" } })`, `is no date`},
		{`time.within("Mon", "UTC", { holidays = { ["12-24"] = "Mon 9-10" } })`, `the hours of a day are like "09:00-12:00"`},
	} {
		if got := errorOf(workbench{}.run(t, c.code)); !strings.Contains(got, c.want) {
			t.Errorf("%s raised %q, want %q", c.code, got, c.want)
		}
	}
}

// FuzzWithin: hours that are read give, at any time, a change after it; and
// just before the change it is as it was, and at it it is not.
func FuzzWithin(f *testing.F) {
	for _, s := range []string{"Mon-Fri 09:00-17:00, Sat 10:00-14:00", "Fri-Mon 22:00-02:00", "02:30-03:30", "Sun", "9-5", "00:00-24:00"} {
		f.Add(s, int64(1774744200), uint8(0))
		f.Add(s, int64(1792890000), uint8(1))
	}
	names := []string{"Europe/Vienna", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"}
	f.Fuzz(func(t *testing.T, s string, at int64, n uint8) {
		if at < 0 || at > 4e9 || len(s) > 200 {
			return
		}
		h, err := parseHours(s)
		if err != nil {
			return
		}
		zone, err := loadZone(names[int(n)%len(names)])
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(at, 0)
		open, change, _ := h.at(now, zone)
		if change.IsZero() {
			return
		}
		if !change.After(now) {
			t.Fatalf("%q at %v: changes at %v", s, now.In(zone), change.In(zone))
		}
		before, _, _ := h.at(change.Add(-time.Second), zone)
		after, _, _ := h.at(change, zone)
		if before != open || after == open {
			t.Fatalf("%q at %v in %v: open %v, before %v: %v, at it: %v", s, now.In(zone), zone, open, change.In(zone), before, after)
		}
	})
}
