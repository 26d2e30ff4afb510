package luaapi

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // zones must work on machines that have no zone files

	lua "github.com/yuin/gopher-lua"
)

// zones keeps the zones that were asked for: loading one reads a file. Only
// names that exist are kept, so it is bounded by what there is.
var zones sync.Map // string → *time.Location

// loadZone finds a zone by its IANA name. The machine's own zone is not one of
// them, for a script shall give the same answer everywhere.
func loadZone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if name == "" || name == "Local" || len(name) > 60 {
		return nil, fmt.Errorf("there is no time zone %s: write an IANA name like \"Europe/Vienna\", or \"UTC\"", quoted(name))
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("there is no time zone %s: write an IANA name like \"Europe/Vienna\", or \"UTC\"", quoted(name))
	}
	zones.Store(name, z)
	return z, nil
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
			raise(L, "%s: %v", fn, err)
		}
		return z
	default:
		raise(L, "%s takes the name of a time zone, got %s", fn, typeName(v))
	}
	return nil
}
