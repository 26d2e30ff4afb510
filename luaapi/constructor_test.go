package luaapi

import (
	"fmt"
	"strings"
	"testing"
)

// A field with a key is never a positional value too, whatever stands before it
// and however many values its expression has.
func TestConstructors(t *testing.T) {
	positional := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprint(i + 1)
		}
		return strings.Join(list, ",")
	}
	for _, c := range []struct{ table, want string }{
		{`{ "x", k = two() }`, "1=x k=a"},
		{`{ k = two() }`, "k=a"},
		{`{ k = two(), "x" }`, "1=x k=a"},
		{`{ "x", k = two(), }`, "1=x k=a"},
		{`{ "x", [2] = two() }`, "1=x 2=a"},
		{`{ "x", k = ... }`, "1=x k=v"},
		{`{ "x", two() }`, "1=x 2=a 3=b"},
		{`{ "x", (two()) }`, "1=x 2=a"},
		{`{ "x", ... }`, "1=x 2=v 3=w"},
		{`{ "x", k = { "y", l = two() } }`, "1=x k=table"},
		{`{ "x", k = s:upper() }`, "1=x k=S"},
		{`{ "x" .. s, k = two() }`, "1=xs k=a"},
	} {
		checkTable(t, c.table, c.want)
	}
	for _, n := range []int{49, 50, 51, 99, 100, 101, 150} {
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("%d=%d", i+1, i+1))
		}
		all := strings.Join(want, " ")
		checkTable(t, "{"+positional(n)+", k = two(), l = 2, m = two() }", all+" k=a l=2 m=a")
		checkTable(t, "{"+positional(n)+", k = 1, two() }", all+fmt.Sprintf(" %d=a %d=b k=1", n+1, n+2))
		checkTable(t, "{"+positional(n)+", l = 2, two() }", all+fmt.Sprintf(" %d=a %d=b l=2", n+1, n+2))
		checkTable(t, "{"+positional(n)+", ... }", all+fmt.Sprintf(" %d=v %d=w", n+1, n+2))
		checkTable(t, "{ k = 1, "+positional(n)+", l = s .. s }", all+" k=1 l=ss")
	}
}

// checkTable runs a constructor and compares its fields, numbers first.
func checkTable(t *testing.T, table, want string) {
	t.Helper()
	st := runBody(t, `
local function two() return "a", "b" end
local s = "s"
local function build(...) return `+table+` end
local out, keys, n = {}, {}, 0
local made = build("v", "w")
for k in pairs(made) do
  if type(k) == "number" then n = math.max(n, k) else keys[#keys + 1] = k end
end
table.sort(keys)
local function show(k, v) out[#out + 1] = k .. "=" .. (type(v) == "table" and "table" or tostring(v)) end
for i = 1, n do show(i, made[i]) end
for _, k in ipairs(keys) do show(k, made[k]) end
log.info(table.concat(out, " "))`)
	if st.Error != nil || len(st.Logs) != 1 || st.Logs[0].Message != want {
		t.Errorf("%.60s: %v %+v, want %.200s", table, st.Error, st.Logs, want)
	}
}
