package config

import (
	"path"
	"strings"
)

// scriptIndex finds scripts by what a route calls them.
type scriptIndex struct {
	absent bool              // there is no scripts folder
	names  []string          // in the order of the chain
	paths  []string          // below the scripts folder, in the order of the chain
	byName map[string]string // path by name
	byPath map[string]string // name by path
}

func newScriptIndex(f *Files) *scriptIndex {
	x := &scriptIndex{absent: f.absent, byName: map[string]string{}, byPath: map[string]string{}, paths: f.paths}
	for i, s := range f.scripts {
		x.names = append(x.names, s.Name)
		x.byName[s.Name] = f.paths[i]
		x.byPath[f.paths[i]] = s.Name
	}
	return x
}

// find returns the names of the scripts that one entry of `scripts` stands for:
// a path, a name (digits and .lua apart), or a pattern of paths.
func (x *scriptIndex) find(entry string) []string {
	if name, ok := x.byPath[entry]; ok {
		return []string{name}
	}
	if !strings.ContainsAny(entry, "*?[") {
		name := strings.TrimSuffix(entry, ".lua")
		if _, ok := x.byName[name]; ok {
			return []string{name}
		}
		return nil
	}
	var out []string
	for _, p := range x.paths {
		if globPath(strings.Split(entry, "/"), strings.Split(p, "/")) {
			out = append(out, x.byPath[p])
		}
	}
	return out
}

// globPath matches a path part by part; ** stands for any number of parts.
func globPath(pattern, parts []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for i := range len(parts) + 1 {
				if globPath(pattern[1:], parts[i:]) {
					return true
				}
			}
			return false
		}
		if len(parts) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], parts[0]); err != nil || !ok {
			return false
		}
		pattern, parts = pattern[1:], parts[1:]
	}
	return len(parts) == 0
}
