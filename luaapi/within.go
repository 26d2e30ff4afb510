package luaapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// timeWithin is time.within(hours, zone[, {holidays=, at=}]): whether it is
// within those hours, and the Unix time at which that changes (nil if it does
// not within a year).
func timeWithin(L *lua.LState) int {
	spec, ok := L.Get(1).(lua.LString)
	if !ok {
		raise(L, "time.within takes hours like \"Mon-Fri 09:00-17:00\", got %s", typeName(L.Get(1)))
	}
	if L.GetTop() < 2 {
		L.Push(lua.LNil) // without a zone is as good as nil
	}
	zone := zoneAt(L, 2, "time.within")
	o := namedAt(L, 3, "time.within", "holidays", "at")
	r := runOf(L)
	h, err := parseHours(string(spec))
	if err != nil {
		raise(L, "time.within: %v", err)
	}
	if t := o.tableAt("holidays"); t != nil {
		r.charge(L, int64(50*len(partsOf(t).array)+100*len(partsOf(t).keys)))
		if h.special, err = holidaysOf(t); err != nil {
			raise(L, "time.within: holidays: %v", err)
		}
	}
	at := r.host.Now()
	switch v := o.get("at").(type) {
	case *lua.LNilType:
	case lua.LNumber:
		if at, ok = instant(float64(v)); !ok {
			o.fail("at", "must be a time in Unix seconds, got %s", typeName(v))
		}
	default:
		o.fail("at", "must be a time in Unix seconds, got %s", typeName(v))
	}
	r.charge(L, int64(4*len(spec)))
	open, change, looks := h.at(at, zone)
	r.charge(L, int64(20*looks))
	L.Push(lua.LBool(open))
	if change.IsZero() {
		L.Push(lua.LNil)
	} else {
		L.Push(lua.LNumber(change.Unix()))
	}
	return 2
}

// span is a part of a day, in minutes from its midnight; to beyond 24 hours
// lies in the next day.
type span struct{ from, to int }

// hours are opening hours: by weekday, and for single days that differ.
type hours struct {
	week    [7][]span
	special map[string][]span // by "2006-01-02" or, every year, "01-02"; none: closed
}

const day = 24 * 60

var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// Bounds of hours, and of the days that differ.
const (
	maxHours    = 1000 // bytes
	maxHolidays = 1000
)

// parseHours reads hours like "Mon-Fri 09:00-12:00 13:00-17:00, Sat 10:00-14:00".
// Days may wrap (Fri-Mon), hours may pass midnight (22:00-02:00; they belong to
// the day on which they begin). Days without hours are whole days, hours without
// days are for the days before them, at the beginning for every day.
func parseHours(s string) (hours, error) {
	var h hours
	if len(s) > maxHours {
		return h, fmt.Errorf("hours of %d bytes are too many", len(s))
	}
	var days []int
	pending := false
	tidy := strings.Join(strings.Fields(strings.ReplaceAll(s, "–", "-")), " ")
	tidy = strings.NewReplacer(" - ", "-", " -", "-", "- ", "-").Replace(tidy)
	for word := range strings.FieldsFuncSeq(tidy, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
		if c := word[0]; c >= '0' && c <= '9' {
			sp, err := parseSpan(word)
			if err != nil {
				return h, err
			}
			if days == nil {
				days = []int{0, 1, 2, 3, 4, 5, 6}
			}
			for _, d := range days {
				h.week[d] = append(h.week[d], sp)
			}
			pending = false
			continue
		}
		more, err := parseDays(word)
		if err != nil {
			return h, err
		}
		if !pending {
			days = nil
		}
		days = append(days, more...)
		pending = true
	}
	if pending {
		for _, d := range days {
			h.week[d] = append(h.week[d], span{0, day})
		}
	}
	if days == nil {
		return h, fmt.Errorf("there are no hours in %s: write for example \"Mon-Fri 09:00-17:00\"", quoted(s))
	}
	for _, spans := range h.week {
		sortSpans(spans)
	}
	return h, nil
}

func sortSpans(spans []span) { slices.SortFunc(spans, func(a, b span) int { return a.from - b.from }) }

func parseDays(word string) ([]int, error) {
	first, last, isRange := strings.Cut(word, "-")
	from, ok := weekday(first)
	to, okTo := from, true
	if isRange {
		to, okTo = weekday(last)
	}
	if !ok || !okTo {
		return nil, fmt.Errorf("%s is no day or time: days are Mon Tue Wed Thu Fri Sat Sun, times 09:00-17:00", quoted(word))
	}
	days := []int{from}
	for d := from; d != to; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, nil
}

func weekday(s string) (int, bool) {
	s = strings.ToLower(s)
	for i, name := range weekdays {
		if len(s) >= 3 && strings.HasPrefix(name, s) {
			return i, true
		}
	}
	return 0, false
}

func parseSpan(word string) (span, error) {
	first, last, ok := strings.Cut(word, "-")
	from, ok1 := clockMinutes(first)
	to, ok2 := clockMinutes(last)
	switch {
	case !ok || !ok1 || !ok2 || from == day:
		return span{}, fmt.Errorf("%s is no time of day: write 09:00-17:00, up to 24:00", quoted(word))
	case from == to:
		return span{}, fmt.Errorf("%s ends when it begins: the whole day is 00:00-24:00", quoted(word))
	case to < from && (!strings.Contains(first, ":") || !strings.Contains(last, ":")):
		// "9-5" is said of a working day, and would be a night.
		return span{}, fmt.Errorf("%s ends before it begins: write 09:00-17:00, and hours that pass midnight with their minutes, as 22:00-02:00", quoted(word))
	case to < from:
		to += day
	}
	return span{from, to}, nil
}

// clockMinutes reads "9:30", "09:30" or "9".
func clockMinutes(s string) (int, bool) {
	hour, minute, colon := strings.Cut(s, ":")
	if !colon {
		minute = "00"
	}
	number := func(s string, least, most int) (int, bool) {
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' {
				return 0, false
			}
		}
		n, err := strconv.Atoi(s)
		return n, err == nil && len(s) >= least && len(s) <= 2 && n <= most
	}
	h, ok1 := number(hour, 1, 24)
	m, ok2 := number(minute, 2, 59)
	if !ok1 || !ok2 || h == 24 && m != 0 {
		return 0, false
	}
	return h*60 + m, true
}

// holidaysOf reads the days that differ: a list of dates that are closed, or
// dates with the hours of that day.
func holidaysOf(t *lua.LTable) (map[string][]span, error) {
	special := make(map[string][]span)
	var fault error
	if len(partsOf(t).array)+len(partsOf(t).keys) > maxHolidays {
		return nil, fmt.Errorf("more than %d days", maxHolidays)
	}
	add := func(date lua.LValue, spans []span) {
		s, ok := date.(lua.LString)
		if !ok || !isDate(string(s)) {
			fault = fmt.Errorf("%s is no date: write \"2026-12-25\", or \"12-25\" for every year", typeName(date))
			return
		}
		special[string(s)] = spans
	}
	each(t, func(k, v lua.LValue) {
		if _, ok := k.(lua.LNumber); ok {
			add(v, nil)
			return
		}
		switch v := v.(type) {
		case lua.LBool:
			if v {
				add(k, nil)
			}
			return
		case lua.LString:
			h, err := parseHours(string(v))
			if err == nil && v[0] >= '0' && v[0] <= '9' {
				add(k, h.week[0])
				return
			}
		}
		fault = fmt.Errorf("the hours of a day are like \"09:00-12:00\", got %s", typeName(v))
	})
	return special, fault
}

func isDate(s string) bool {
	if len(s) == len("01-02") {
		s = "2000-" + s // a leap year
	}
	_, err := time.Parse("2006-01-02", s)
	return err == nil
}

// horizon is how many days are looked at for the next change.
const horizon = 400

// at reports whether t is within the hours in zone, and when that changes; the
// zero time if it does not. looks is how often a clock was looked at.
func (h *hours) at(t time.Time, zone *time.Location) (open bool, change time.Time, looks int) {
	year, month, date := t.In(zone).Date()
	var end time.Time
	for days := -1; days < horizon; days++ {
		looks++
		// Noon of a date in UTC stands for the date: no zone moves it.
		noon := time.Date(year, month, date+days, 12, 0, 0, 0, time.UTC)
		if open && days > 1 && wall(noon, 0, zone).After(end) {
			return true, end, looks
		}
		for _, s := range h.on(noon) {
			looks += 2
			from, to := wall(noon, s.from, zone), wall(noon, s.to, zone)
			switch {
			case !to.After(t) || !from.Before(to):
			case !from.After(t):
				open = true
				if to.After(end) {
					end = to
				}
			case !open:
				return false, from, looks
			case from.After(end):
				return true, end, looks
			case to.After(end):
				end = to
			}
		}
	}
	return open, time.Time{}, looks
}

// on returns the hours of a date, in order.
func (h *hours) on(date time.Time) []span {
	if s, ok := h.special[date.Format("2006-01-02")]; ok {
		return s
	}
	if s, ok := h.special[date.Format("01-02")]; ok {
		return s
	}
	return h.week[date.Weekday()]
}

// wall is the first moment at which clocks in zone show so many minutes after
// midnight of date, or more. Where clocks are set back that is the first of two;
// where they are set forward past it, the moment when that is done.
func wall(date time.Time, minutes int, zone *time.Location) time.Time {
	y, m, d := date.Date()
	shown := time.Date(y, m, d, 0, minutes, 0, 0, time.UTC)
	t := time.Date(y, m, d, 0, minutes, 0, 0, zone)
	start, end := t.ZoneBounds()
	_, offset := t.Zone()
	switch there := t.Unix() + int64(offset); {
	case there < shown.Unix() && !end.IsZero():
		return end
	case there > shown.Unix() && !start.IsZero():
		return start
	case !start.IsZero():
		_, before := start.Add(-time.Second).Zone()
		if earlier := time.Unix(shown.Unix()-int64(before), 0).In(zone); earlier.Before(start) {
			return earlier
		}
	}
	return t
}
