package luaapi

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

func TestToGo(t *testing.T) {
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	list, names := L.NewTable(), L.NewTable()
	list.Append(lua.LNumber(1))
	list.Append(lua.LString("x"))
	list.Append(newNull(L))
	names.RawSetString("list", list)
	names.RawSetString("yes", lua.LTrue)
	names.RawSetString("empty", L.NewTable())
	got, err := toGo(names)
	want := map[string]any{"list": []any{1.0, "x", nil}, "yes": true, "empty": map[string]any{}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("toGo gave %v, %v, want %v", got, err, want)
	}
	if got, err := toGo(lua.LNil); got != nil || err != nil {
		t.Errorf("toGo(nil) gave %v, %v", got, err)
	}
	list.Append(names)
	if _, err := toGo(names); err == nil || err.Error() != "the value at list[4] contains itself" {
		t.Errorf("a cycle gave %v", err)
	}
}

func TestToLuaPanicsOnTheHostsMistakes(t *testing.T) {
	defer func() {
		if v, _ := recover().(string); !strings.Contains(v, "a struct {} has no place in a script") {
			t.Errorf("panicked with %q", v)
		}
	}()
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	toLua(L, struct{}{})
}

// FuzzConvert: what a script gets of the host it can give back unchanged.
func FuzzConvert(f *testing.F) {
	for _, s := range []string{`{"a":[1,"x",true,{}],"b":{"c":-0.5}}`, `[]`, `[null,[null]]`, `"x"`, `{"":{"1":2}}`} {
		f.Add(s)
	}
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	f.Fuzz(func(t *testing.T, s string) {
		var v any
		if json.Unmarshal([]byte(s), &v) != nil || strings.Count(s, "[")+strings.Count(s, "{") > maxValueDepth {
			return
		}
		v = withoutNullMembers(v)
		got, err := toGo(toLua(L, v))
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("%s came back as %v, %v", s, got, err)
		}
	})
}

// withoutNullMembers drops what is absent in Lua.
func withoutNullMembers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e == nil {
				delete(v, k)
				continue
			}
			v[k] = withoutNullMembers(e)
		}
	case []any:
		for i := range v {
			v[i] = withoutNullMembers(v[i])
		}
	}
	return v
}

func TestHostFunctionsChargeTheirWork(t *testing.T) {
	const holes = `local t = {} t[2000000] = 1 t[2000000] = nil `
	for name, body := range map[string]string{
		"encode":  holes + `while true do json.encode(t) end`,
		"inspect": holes + `while true do inspect(t) end`,
		"node":    holes + `while true do pcall(Say, t) end`,
		"fields":  holes + `while true do log.info("x", { t }) end`,
		"keys":    `local t = {} for i = 1, 50000 do t["k" .. i] = i end while true do pcall(inspect, t) end`,
		"decode":  `local s = json.encode(("x"):rep(1000000)) while true do json.decode(s) end`,
	} {
		st := workbench{}.run(t, body)
		if st.Error == nil || st.Error.Budget != "instructions" {
			t.Errorf("%s ended with %+v after %v", name, st.Error, st.Duration)
		}
	}
}
