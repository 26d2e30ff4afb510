package luaapi

import (
	"fmt"
	"regexp"
	"sync"
	"time"
	_ "time/tzdata" // zones must work on machines that have no zone files

	lua "github.com/yuin/gopher-lua"
)

// zones keeps the zones that were asked for: loading one reads a file. Only
// names that exist are kept, so it is bounded by what there is.
var zones sync.Map // string → *time.Location

// zoneName is what IANA's names look like: no other path leads to the same file.
var zoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]{0,29}(/[A-Za-z0-9_+-]{1,30}){0,2}$`)

// unknownZoneCost is what looking for a zone in vain costs, in instructions.
const unknownZoneCost = 5000

// loadZone finds a zone by its IANA name. The machine's own zone is not one of
// them, for a script shall give the same answer everywhere.
func loadZone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if zoneName.MatchString(name) && name != "Local" {
		if z, err := time.LoadLocation(name); err == nil {
			zones.Store(name, z)
			return z, nil
		}
	}
	return nil, fmt.Errorf("there is no time zone %s: write an IANA name like \"Europe/Vienna\", or \"UTC\"", quoted(name))
}

// zoneAt reads argument n, the name of a zone; UTC where there is none. A nil
// that was written out is more often a setting that is missing, and warned
// about.
func zoneAt(L *lua.LState, n int, fn string) *time.Location {
	switch v := L.Get(n).(type) {
	case *lua.LNilType:
		if L.GetTop() >= n {
			runOf(L).warn(L, "%s got nil for the time zone and takes UTC", fn)
		}
		return time.UTC
	case lua.LString:
		z, err := loadZone(string(v))
		if err != nil {
			runOf(L).charge(L, unknownZoneCost)
			raise(L, "%s: %v", fn, err)
		}
		return z
	default:
		raise(L, "%s takes the name of a time zone, got %s", fn, typeName(v))
	}
	return nil
}
