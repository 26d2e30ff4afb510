package luaapi

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

func TestInspect(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{`nil`, `nil`},
		{`"a\n\"b\"\0\27é"`, `"a\n\"b\"\000\027é"`},
		{`"\255"`, `"` + "\uFFFD" + `"`},
		{`1.5`, `1.5`},
		{`1e15`, `1000000000000000`},
		{`0/0`, `nan`},
		{`{}`, `{}`},
		{`{ 1, "x", { y = 2 } }`, `{ 1, "x", { y = 2 } }`},
		{`{ b = 1, a = 2, ["c d"] = 3, ["end"] = 4, 5 }`, `{ 5, a = 2, b = 1, ["c d"] = 3, ["end"] = 4 }`},
		{`{ [10] = 1, [2.5] = 2, [true] = 3, [-1] = 4 }`, `{ [10] = 1, [-1] = 4, [2.5] = 2, [true] = 3 }`},
		{`{ print }`, `{ function }`},
		{`json.null`, `json.null`},
		{`Say"a & b"`, `<Say>a &amp; b</Say>`},
		{`drop("why")`, `drop("why")`},
		{`settings`, `{}`},
		{`(function() local t = { x = 1 } t.me = t return t end)()`, `{ me = <itself>, x = 1 }`},
		{`{ { { { { { { { { 1 } } } } } } } } }`, `{ { { { { { { { {…} } } } } } } } }`},
	} {
		if got := prints(t, "print((inspect("+c.code+")))"); got != c.want {
			t.Errorf("inspect(%s) = %s, want %s", c.code, got, c.want)
		}
	}
}

func TestInspectBreaksLongTables(t *testing.T) {
	got := prints(t, `print{ name = ("x"):rep(40), other = { 1, 2 }, third = ("y"):rep(40) }`)
	want := "{\n  name = \"" + strings.Repeat("x", 40) + "\",\n  other = { 1, 2 },\n  third = \"" + strings.Repeat("y", 40) + "\"\n}"
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

func TestInspectIsBounded(t *testing.T) {
	for name, code := range map[string]string{
		"wide":    `local t = {} for i = 1, 100000 do t[i] = i end return inspect(t)`,
		"long":    `return inspect(("x"):rep(1000000))`,
		"doubled": `local t = { 1 } for i = 1, 30 do t = { t, t } end return inspect(t)`,
		"keys":    `local t = {} for i = 1, 3000 do t["k" .. i] = ("v"):rep(100) end return inspect(t)`,
	} {
		st := workbench{}.run(t, "local s = (function() "+code+" end)() print(#s < 100000, s:find('…', 1, true) ~= nil)")
		if got := loggedText(t, st); got != "true\ttrue" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestInspectEvent(t *testing.T) {
	st := workbench{event: sms("Body", "hi")}.run(t, "print(event)")
	for _, want := range []string{`event {`, `kind = "message.received"`, `Body = "hi"`, `sid = "SM1"`} {
		if got := loggedText(t, st); !strings.Contains(got, want) {
			t.Errorf("print(event) = %s, want %s in it", got, want)
		}
	}
}

func TestLog(t *testing.T) {
	st := workbench{}.run(t, `
		log.debug("a")
		log.info("b", { n = 1, list = { 1, 2 }, f = print, nested = { x = "y" } })
		log.warn({ 1 })
		log.error("c", "d", 5)
		print("x", 1, nil, { y = true })
		log.info(setmetatable({}, { __tostring = function() return "shown" end }))`)
	want := []router.LogLine{
		{Level: "debug", Message: "a", Line: 3},
		{Level: "info", Message: "b", Line: 4, Fields: map[string]any{"n": 1.0, "list": []any{1.0, 2.0}, "f": "function", "nested": map[string]any{"x": "y"}}},
		{Level: "warn", Message: "{ 1 }", Line: 5},
		{Level: "error", Message: "c\td\t5", Line: 6},
		{Level: "info", Message: "x\t1\tnil\t{ y = true }", Line: 7},
		{Level: "info", Message: "shown", Line: 8},
	}
	if st.Error != nil || len(st.Logs) != len(want) {
		t.Fatalf("logged %+v (%v)", st.Logs, st.Error)
	}
	for i := range want {
		if inspectGo(st.Logs[i]) != inspectGo(want[i]) {
			t.Errorf("line %d is %+v, want %+v", i, st.Logs[i], want[i])
		}
	}
}

// inspectGo makes log lines comparable.
func inspectGo(l router.LogLine) string {
	L := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer L.Close()
	fields := "{}"
	if l.Fields != nil {
		fields = inspectBare(L, toLua(L, l.Fields))
	}
	return l.Level + "|" + l.Message + "|" + numberText(float64(l.Line)) + "|" + fields
}

func TestLogIsBounded(t *testing.T) {
	st := workbench{}.run(t, `for i = 1, 10000 do print(i) end`)
	if n := len(st.Logs); n != maxLogLines+1 || st.Logs[n-1].Message != logFull || st.Logs[n-1].Level != "warn" {
		t.Errorf("%d lines, the last %+v", n, st.Logs[n-1])
	}
	st = workbench{}.run(t, `for i = 1, 100 do log.info(("x"):rep(100000), { y = ("z"):rep(100000) }) end`)
	size := 0
	for i := range st.Logs {
		size += logSize(&st.Logs[i])
	}
	if size > maxLogBytes+200 || len(st.Logs) < 2 {
		t.Errorf("%d bytes in %d lines", size, len(st.Logs))
	}
}

func TestSettings(t *testing.T) {
	w := workbench{grant: router.Grant{Settings: map[string]any{
		"sales": "+15550123", "limit": int64(5), "rate": 0.5, "on": true, "list": []any{"a", "b", int64(3)}, "map": map[string]any{"x": map[string]any{"y": int64(1)}},
	}}}
	got := loggedText(t, w.run(t, `
		print(settings.sales, settings.limit, settings.rate, settings.on, settings.map.x.y, settings.none)
		print(#settings.list, settings.list[3])
		for i, v in ipairs(settings.list) do print(i, v) end
		local keys = {} for k in pairs(settings) do keys[#keys + 1] = k end
		print(table.concat(keys, " "))
		print(table.concat(settings.list, ","), (unpack(settings.list)))
		print(json.encode(settings))
		print(inspect(settings.map))
		print(pcall(function() settings.sales = "x" end))
		print(pcall(function() settings.list[1] = "x" end))
		print(pcall(function() settings.map.x.z = 1 end))
		print(pcall(rawset, settings, "sales", 1))
		print(pcall(table.insert, settings.list, 1))
		print(getmetatable(settings))`))
	want := `+15550123	5	0.5	true	1	nil
3	3
1	a
2	b
3	3
limit list map on rate sales
a,b,3	a
{"limit":5,"list":["a","b",3],"map":{"x":{"y":1}},"on":true,"rate":0.5,"sales":"+15550123"}
{ x = { y = 1 } }`
	if !strings.HasPrefix(got, want) {
		t.Fatalf("printed\n%s\nwant\n%s", got, want)
	}
	if rest := strings.Split(got[len(want)+1:], "\n"); strings.Count(got, "read-only") != 5 || rest[len(rest)-1] != "false" {
		t.Errorf("writes: %q", rest)
	}
}
