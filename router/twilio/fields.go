package twilio

import (
	"strings"

	"twirouter/router"
)

// maxNames is how many names one table of kinds may ask for.
const maxNames = 192

// mask is a set of names, by their place in a nameIndex.
type mask [maxNames / 64]uint64

func (m *mask) set(id uint8)      { m[id/64] |= 1 << (id % 64) }
func (m *mask) has(id uint8) bool { return m[id/64]&(1<<(id%64)) != 0 }
func (m *mask) all(o mask) bool   { return m[0]&o[0] == o[0] && m[1]&o[1] == o[1] && m[2]&o[2] == o[2] }
func (m *mask) any(o mask) bool   { return m[0]&o[0]|m[1]&o[1]|m[2]&o[2] != 0 }

// nameIndex numbers the names that a table asks for, so that one pass over the
// parameters of a request finds them all. It is a hash table of fixed size:
// a look-up compares two short strings at most in nearly every case, and the
// keys of a request cannot change it.
type nameIndex struct {
	names    []string
	slots    [4 * maxNames]uint8 // number + 1; 0 is empty
	prefixes []namePrefix
}

// namePrefix is a name of the form "Payment*": any parameter that begins so.
type namePrefix struct {
	text string
	id   uint8
}

// nameHash mixes what tells Twilio's names apart: their length and a few of
// their bytes. name is not empty.
func nameHash(name string) uint {
	n := uint(len(name))
	return (n*31 ^ uint(name[0])*7 ^ uint(name[n/2])*193 ^ uint(name[n-1])*61 ^ uint(name[n/4])*17) % (4 * maxNames)
}

// add numbers a name, once.
func (x *nameIndex) add(name string) uint8 {
	if id, ok := x.find(name); ok {
		return id
	}
	for _, p := range x.prefixes {
		if p.text+"*" == name {
			return p.id
		}
	}
	if name == "" || len(x.names) == maxNames {
		panic("the kinds ask for an empty name, or for too many")
	}
	id := uint8(len(x.names))
	x.names = append(x.names, name)
	if prefix, ok := strings.CutSuffix(name, "*"); ok {
		x.prefixes = append(x.prefixes, namePrefix{prefix, id})
		return id
	}
	at := nameHash(name)
	for x.slots[at] != 0 {
		at = (at + 1) % uint(len(x.slots))
	}
	x.slots[at] = id + 1
	return id
}

func (x *nameIndex) find(name string) (uint8, bool) {
	if name == "" {
		return 0, false
	}
	for at := nameHash(name); x.slots[at] != 0; at = (at + 1) % uint(len(x.slots)) {
		if id := x.slots[at] - 1; x.names[id] == name {
			return id, true
		}
	}
	return 0, false
}

// fields are the values of one request that a table asks for.
type fields struct {
	params router.Params
	sent   mask
	at     [maxNames]int32 // place in params
	media  bool            // a MediaUrl<n> was sent
}

// load notes where in params the names stand; of several values of one name the
// first counts, as everywhere.
func (f *fields) load(x *nameIndex, params router.Params) {
	f.params = params
	for i := range params {
		name := params[i].Key
		if id, ok := x.find(name); ok {
			f.note(id, i)
		}
		if len(name) > 0 && name[0] == 'M' && strings.HasPrefix(name, mediaURL) {
			f.media = true
		}
		for _, p := range x.prefixes {
			if strings.HasPrefix(name, p.text) {
				f.note(p.id, i)
			}
		}
	}
}

func (f *fields) note(id uint8, i int) {
	if !f.sent.has(id) {
		f.sent.set(id)
		f.at[id] = int32(i)
	}
}

func (f *fields) value(id uint8) string {
	if !f.sent.has(id) {
		return ""
	}
	return f.params[f.at[id]].Value
}

// get returns the first value that is not empty.
func (f *fields) get(from []source) string {
	for i := range from {
		s := &from[i]
		if s.literal != "" {
			return s.literal
		}
		if v := f.value(s.id); v != "" {
			if s.change != "" {
				v = s.changed(v)
			}
			if v != "" {
				return v
			}
		}
	}
	return ""
}

func (s *source) changed(v string) string {
	switch s.change {
	case "lower":
		return strings.ToLower(v)
	case "last":
		return v[strings.LastIndexByte(v, '.')+1:]
	}
	return member(v, s.change)
}
