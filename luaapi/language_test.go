package luaapi

import (
	"strings"
	"testing"
)

// TestLanguage is Lua 5.1 as its manual has it, where gopher-lua's own
// libraries differ from it or had to be written anew.
func TestLanguage(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"upvalue of a function that goes on", `local x = 1 local f = function() return x end pcall(error, "e") x = 2 show(f())`, "2"},
		{"upvalues through nested pcall", `local x = 1 local f = function() return x end
			pcall(function() local y = 1 local g = function() return y end pcall(error, "a") y = 5 x = y + 1 show(g()) error("b") end) x = x + 1 show(f(), x)`, "5\n7 7"},
		{"upvalues of ended functions", `local fs = {} for i = 1, 3 do pcall(function() local x = i fs[i] = function() x = x + 1 return x end error("e") end) end show(fs[1](), fs[1](), fs[2](), fs[3]())`, "2 3 3 4"},
		{"upvalue in a coroutine", `local x = 1 local f = function() return x end local co = coroutine.wrap(function() pcall(error, "e") x = 3 coroutine.yield() end) co() show(f())`, "3"},
		{"xpcall passes the error to its handler", `show(xpcall(function() error({ n = 4 }) end, function(e) return e.n + 1 end))`, "false 5"},
		{"an error in the handler", `show(xpcall(error, function() error("again", 0) end))`, "false again"},
		{"error levels", `local function f() error("x", 2) end local ok, e = pcall(function() f() end) show(e)`, "scripts/10-test.lua:3: x"},
		{"error of a table", `local e = { code = 3 } local ok, got = pcall(error, e) show(ok, got == e)`, "false true"},
		{"assert", `show(pcall(assert, false, "why")) show(pcall(assert, nil)) show(assert(1, 2))`, "false why\nfalse assertion failed!\n1 2"},
		{"yield in a return", `local co = coroutine.wrap(function() return coroutine.yield(1) end) show(co()) show(co(5))`, "1\n5"},
		{"yield in a return of a local", `local yield = coroutine.yield local co = coroutine.wrap(function(a) return yield(a) end) show(co(1)) show(co(6))`, "1\n6"},
		{"generator in for", `local s = 0 for x in coroutine.wrap(function() for i = 1, 4 do coroutine.yield(i) end end) do s = s + x end show(s)`, "10"},
		{"coroutine states", `local co co = coroutine.create(function() show(coroutine.status(co), coroutine.running() == co) coroutine.yield() end)
			show(coroutine.status(co)) coroutine.resume(co) show(coroutine.status(co)) coroutine.resume(co) show(coroutine.status(co)) show(coroutine.resume(co))`,
			"suspended\nrunning true\nsuspended\ndead\nfalse cannot resume dead coroutine"},
		{"coroutine of a Go function", `show(coroutine.resume(coroutine.create(string.upper), "abc")) local c = coroutine.wrap(coroutine.yield) show(c(7)) show(c(8))`, "true ABC\n7\n8"},
		{"error in a coroutine", `show(coroutine.resume(coroutine.create(function() error("x", 0) end))) show(pcall(coroutine.wrap(function() error({}, 0) end)) == false)`, "false x\ntrue"},
		{"yield across pcall", `show(coroutine.resume(coroutine.create(function() return pcall(coroutine.yield, 1) end)))`, "true false scripts/10-test.lua:3: attempt to yield across metamethod/C-call boundary"},
		{"yield across a metamethod ends the coroutine", `local t = setmetatable({}, { __index = function() coroutine.yield(1) return 2 end })
			local co = coroutine.create(function() return t.x end) local ok, e = coroutine.resume(co) show(ok, e, coroutine.status(co))`, "false attempt to yield across a metamethod or an iterator dead"},
		{"pairs keeps the order", `local t = { 10, 20, b = 1, a = 2 } t.c = 3 t[1.5] = 4 local s = {} for k, v in pairs(t) do s[#s + 1] = tostring(k) .. "=" .. tostring(v) end show(table.concat(s, " "))`, "1=10 2=20 b=1 a=2 c=3 1.5=4"},
		{"deleting in pairs", `local t = { a = 1, b = 2, c = 3 } for k in pairs(t) do t[k] = nil end show(next(t))`, "nil"},
		{"next of a strange key", `show(pcall(next, {}, "nokey"))`, "false scripts/10-test.lua:3: invalid key to 'next'"},
		{"select", `show(select("#", nil, nil)) show(select(-1, 1, 2, 3)) show(select(2, 1, 2, 3)) show(select(9, 1))`, "2\n3\n2 3\n"},
		{"unpack", `show(unpack({ 1, 2, nil, 4 }, 1, 4)) show(pcall(unpack, {}, 1, 1e8))`, "1 2 nil 4\nfalse scripts/10-test.lua:3: too many results to unpack"},
		{"tonumber", `show(tonumber("0x1F"), tonumber(" 12 "), tonumber("1e2"), tonumber("-.5"), tonumber("ff", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("1_0"), tonumber("inf"), tonumber("nan"), tonumber(""), tonumber("0b1"), tonumber("1 2"))`,
			"31 12 100 -0.5 255 1295 nil nil nil nil nil nil nil"},
		{"tostring hides addresses", `local a, b = {}, {} show(tostring(a) == tostring(a), tostring(a) ~= tostring(b), tostring(a):match("^table: %d+$") ~= nil, tostring(print):match("0x"))`, "true true true nil"},
		{"tostring asks __tostring", `show(tostring(setmetatable({}, { __tostring = function() return "me" end })))`, "me"},
		{"getfenv", `x = 1 show(getfenv().x, getfenv(1) == _G, getfenv(0) == _G, (pcall(getfenv, print)))`, "1 true true false"},
		{"setfenv", `local f = setfenv(function() return y end, { y = 5 }) show(f()) show(pcall(setfenv, print, {}))`, "5\nfalse scripts/10-test.lua:3: 'setfenv' cannot change environment of given object"},
		{"loadstring", `show(loadstring("return 1 + ...")(2)) local f, e = loadstring("x =", "=c") show(f, e) g = 4 show(loadstring("return g")())`, "3\nnil c:1: the file ends in the middle of a statement\n4"},
		{"load with an environment", `show(load("return z", "n", "t", { z = 3 })()) local i = 0 show(load(function() i = i + 1 return ({ "return ", "9" })[i] end)())`, "3\n9"},
		{"math", `show(math.huge == 1/0, math.floor(-1.5), math.max(1, 3, 2), math.fmod(-5, 3), math.modf(3.7)) show(math.pi > 3.14, math.ldexp(1, 3), math.frexp(8))`, "true -2 3 -2 3 0.7\ntrue 8 0.5 4"},
		{"math.random", `for i = 1, 200 do local x = math.random(3) assert(x >= 1 and x <= 3 and x % 1 == 0) local y = math.random(-2, 2) assert(y >= -2 and y <= 2) local z = math.random() assert(z >= 0 and z < 1) end show(pcall(math.random, 0))`, "false scripts/10-test.lua:3: bad argument #1 (interval is empty)"},
		{"table.insert and remove", `local t = { 1, 2, 3 } table.insert(t, 2, 9) table.insert(t, 5) show(table.concat(t, ",")) show(table.remove(t, 1), table.remove(t), table.remove({})) show(table.concat(t, ","))`, "1,9,2,3,5\n1 5\n9,2,3"},
		{"table.concat", `show(table.concat({ 1, 2, "x" }, "-", 2, 3), table.concat({}, ","), pcall(table.concat, { {} }))`, "2-x  false scripts/10-test.lua:3: invalid value (table) at index 1 in table for 'concat'"},
		{"table.sort", `local t = { 3, 1, 2 } table.sort(t) show(unpack(t)) table.sort(t, function(a, b) return a > b end) show(unpack(t)) show(pcall(table.sort, { 1, "x" }))`, "1 2 3\n3 2 1\nfalse scripts/10-test.lua:3: attempt to compare string with number"},
		{"table.sort by __lt", `local m = { __lt = function(a, b) return a.n < b.n end } local t = {} for i = 1, 5 do t[i] = setmetatable({ n = (i * 3) % 5 }, m) end table.sort(t) local s = "" for _, v in ipairs(t) do s = s .. v.n end show(s)`, "01234"},
		{"rawset and rawget", `local t = setmetatable({}, { __index = function() return 1 end, __newindex = error }) rawset(t, "a", 2) show(rawget(t, "a"), rawget(t, "b"), t.c)`, "2 nil 1"},
		{"metatables", `show(getmetatable({}), getmetatable(setmetatable({}, { __metatable = "no" })), pcall(setmetatable, setmetatable({}, { __metatable = 1 }), {}))`, "nil no false scripts/10-test.lua:3: cannot change a protected metatable"},
		{"numbers as texts", `show(1/3, 2/3 .. "", 0.1 + 0.2, 1e100, -1e-5, 1/0, -1/0, 100, 2^31, 12345678901, 1e20) show(1.5 .. 2.5, ("x"):rep(2) .. 1/3, table.concat({ 1/3, 1 }, 0.5), string.len(1/3))`,
			"0.33333333333333 0.66666666666667 0.3 1e+100 -1e-05 inf -inf 100 2147483648 12345678901 1e+20\n1.52.5 xx0.33333333333333 0.333333333333330.51 16"},
		{"whole numbers keep their digits", `show(2^53, 1e15, 123456789012345, 9007199254740993)`, "9007199254740992 1000000000000000 123456789012345 9007199254740992"},
		{"texts as numbers", `show("10" + 5, 5 - "0x10", "2" * "3", " 7 " / 2, "-7" % "4", 2 ^ "3", -"4", -"0x10") show(pcall(function() return "x" + 1 end)) show(pcall(function() return "1" + {} end)) show(pcall(function() return -"x" end))`,
			"15 -11 6 3.5 1 8 -4 -16\nfalse scripts/10-test.lua:3: attempt to perform arithmetic (add) on a string and a number value\nfalse scripts/10-test.lua:3: attempt to perform arithmetic (add) on a string and a table value\nfalse scripts/10-test.lua:3: attempt to perform arithmetic (unm) on a string value"},
		{"a text and an object with arithmetic", `local o = setmetatable({}, { __add = function(a, b) return (a == "5") and "right" or "left" end }) show("5" + o, o + "5")`, "right left"},
		{"loops from texts", `local s = 0 for i = "1", "10", "3" do s = s + i end show(s) show(pcall(function() for i = 1, "x" do end end)) show(pcall(function() for i = {}, 1 do end end))`,
			"22\nfalse scripts/10-test.lua:3: 'for' limit must be a number\nfalse scripts/10-test.lua:3: 'for' initial value must be a number"},
		{"concatenating objects", `local m = { __concat = function(a, b) return (type(a) == "table" and "O" or a) .. "+" .. (type(b) == "table" and "O" or b) end }
			local o = setmetatable({}, m) show("a" .. o .. "b", o .. "a" .. "b", "a" .. "b" .. o, 1 .. o .. 2, o .. o) local p p = setmetatable({}, { __concat = function() return p end })
			show(("x" .. "y" .. p) == p, pcall(function() return "a" .. {} .. "b" end))`,
			"aO+b O+ab ab+O 1O+2 O+O\ntrue false scripts/10-test.lua:5: attempt to concatenate a table and a string value"},
		{"words for wrong operands", `local n show(pcall(function() return #n end)) show(pcall(function() return -{} end)) show(pcall(function() return {} < {} end)) show(pcall(function() return 1 < "x" end)) show(pcall(function() n() end))`,
			"false scripts/10-test.lua:3: attempt to get length of a nil value\nfalse scripts/10-test.lua:3: attempt to perform arithmetic on a table value\nfalse scripts/10-test.lua:3: attempt to compare two table values\nfalse scripts/10-test.lua:3: attempt to compare number with string\nfalse scripts/10-test.lua:3: attempt to call a nil value ('n')"},
		{"texts of the script stay", `show(pcall(error, "cannot perform backup", 0)) show(pcall(error, "reflecting", 0)) show(pcall(error, "for statement of account", 0)) show(pcall(error, "x: cannot perform y", 0))`,
			"false cannot perform backup\nfalse reflecting\nfalse for statement of account\nfalse x: cannot perform y"},
		{"next passes what was deleted", `local t = { 1, 2, 3, a = 1, b = 2 } t[1] = nil t[2] = nil t.a = nil show(next(t)) show(next(t, 3)) show(next(t, "b")) show(next({ nil, nil, 3 }))`, "3 3\nb 2\nnil\n3 3"},
		{"an iterator of a function of a function", `local t = { a = 1 } local function g() return pairs end local m = { f = function() return { pairs = pairs } end }
			for k, v in g()(t) do show(k, v) end for k, v in m.f().pairs(t) do show(k, v) break end for k in g()({}) do end show(select(2, pcall(function() for k in g().x() do end end)))`,
			"a 1\na 1\nscripts/10-test.lua:4: attempt to index a function value (key 'x')"},
		{"assignment to several variables", `local a, b, c = 1, 2, 3 a, b, c = b, c, a show(a, b, c) a, b = b show(a, b) a, a = 1, 2 show(a) local function f() return 7, 8, 9 end a, b, c = 0, f() show(a, b, c) a, b = f(), 1 show(a, b)
			local t = { 1, 2, x = { y = 1 } } local old = t t[1], t = 50, { 9 } show(old[1], t[1]) t, t[1] = old, 60 show(t[1]) local i = 1 i, t[i] = i + 1, 70 show(i, t[1], t[2]) t[1], t[2] = t[2], t[1] show(t[1], t[2])
			local function up() a, b = b, a return a, b end show(up()) local x, y = 48, 18 while y ~= 0 do x, y = y, x % y end show(x)`,
			"2 3 1\n3 nil\n1\n0 7 8\n7 1\n50 9\n50\n2 70 2\n2 70\n1 7\n6"},
		{"loops of a function and its state", `for k, v in next, { q = 1 } do show(k, v) end for k in next, { q = 1 } do show(k) end for k, v in next, { 5, 6 }, 1 do show(k, v) end
			local function it() return next, { 1 } end for k in it() do show(k) end local function vf(...) for k in ... do return k end end show(vf(next, { z = 1 })) for k, v in next, { a = 5 } do k = "changed" show(k, v) end`,
			"q 1\nq\n2 6\n1\nz\nchanged 5"},
		{"loops that begin with a jump", `local n, i = 0, 0 for k in ipairs({ 7, 6 }) do if false then local w = 0 end n = n + 1 end for k in ipairs({ 7, 6 }) do local x = nil and 1 or n n = x + 1 end show(n)
			while true do if not true then break end i = i + 1 if i > 3 then break end end show(i) for j = 1, 3 do goto next do n = n + 100 end ::next:: end show(n)
			::again:: if nil then n = 0 end i = i + 1 if i < 9 then goto again end show(i) for j in ipairs({ 1, 2 }) do do end do if false and n then end end n = n + 1 end show(n)
			for k in ipairs({ 7, 6 }) do Global = true and "a" and "b" n = n + 1 end show(n) repeat if nil then end i = i + 1 until i > 20 show(i)`,
			"4\n4\n4\n9\n6\n8\n21"},
		{"no arg at the top, arg in old functions", `local function f(...) return arg.n end show(f(1, nil, 3))`, "3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(t, tt.code); got != strings.TrimSuffix(tt.want, "\n") && got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestStrings(t *testing.T) {
	tests := []struct{ code, want string }{
		{`("hello"):find("l")`, "3 3"},
		{`("hello"):find("xyz")`, "nil"},
		{`("hello"):find("")`, "1 0"},
		{`("hello"):find("", 10)`, "6 5"},
		{`("a.b"):find(".", 1, true)`, "2 2"},
		{`("a.b"):find("%.")`, "2 2"},
		{`("key = value"):match("^(%w+)%s*=%s*(%w+)$")`, "key value"},
		{`("hello world"):match("()ll()")`, "3 5"},
		{`("THE (quick) fox"):find("%((%a+)%)")`, "5 11 quick"},
		{`("THE (quick) fox"):match("%f[%a]%a+", 5)`, "quick"},
		{`("THE (quick) fox"):gsub("%f[%a]%a+", string.lower)`, "the (quick) fox 3"},
		{`("f(a(b)c)d"):match("%b()")`, "(a(b)c)"},
		{`("aaab"):match("a-b")`, "aaab"},
		{`("aaab"):match("a*")`, "aaa"},
		{`("[[x]]"):match("%[%[(.-)%]%]")`, "x"},
		{`("2024-01-02"):match("(%d+)-(%d+)-(%d+)")`, "2024 01 02"},
		{`("x]y"):match("[]]")`, "]"},
		{`("x^y"):match("[x^]+")`, "x^"},
		{`("a-z"):match("[a%-z]+")`, "a-z"},
		{`("abcabc"):match("(abc)%1")`, "abc"},
		{`("abc"):gsub("", "-")`, "-a-b-c- 4"},
		{`("abc"):gsub("%w", "%0%0")`, "aabbcc 3"},
		{`("abc"):gsub("%w", "%%")`, "%%% 3"},
		{`("hello world"):gsub("o", "0", 1)`, "hell0 world 1"},
		{`("$name is $age"):gsub("%$(%w+)", { name = "Ann" })`, "Ann is $age 2"},
		{`("abc"):gsub("b", function() return false end)`, "abc 1"},
		{`("abc"):gsub("^a", "x")`, "xbc 1"},
		{`("abc abc"):gsub("(%w+) (%w+)", "%2 %1")`, "abc abc 1"},
		{`("x"):rep(3)`, "xxx"},
		{`("x"):rep(-1) .. "|"`, "|"},
		{`("hello"):sub(2, -2)`, "ell"},
		{`("hello"):sub(-3)`, "llo"},
		{`("hello"):sub(4, 2) .. "|"`, "|"},
		{`("hello"):byte(1, -1)`, "104 101 108 108 111"},
		{`("hello"):byte(10)`, ""},
		{`string.char(72, 105)`, "Hi"},
		{`("Ünicode ABC"):lower()`, "Ünicode abc"},
		{`("abc"):reverse()`, "cba"},
		{`#"abc", ("abc"):len()`, "3 3"},
		{`("%d %5.2f %s %q %x %c %%"):format(3.9, 3.14159, true, 'a"b', 255, 65)`, `3  3.14 true "a\"b" ff A %`},
		{`("%-5s|%5s|%05d|%+d|%.3s"):format("a", "b", 42, 7, "abcdef")`, "a    |    b|00042|+7|abc"},
		{`("%g %g %e"):format(0.1, 1e20, 12345.678)`, "0.1 1e+20 1.234568e+04"},
		{`("%5.1f|%-8d|%#x|%o"):format(2.25, 5, 255, 8)`, "  2.2|5       |0xff|10"},
		{`("%i %u"):format(3, 4)`, "3 4"},
		{`("%s"):format(nil), ("%s"):format(setmetatable({}, { __tostring = function() return "T" end }))`, "nil T"},
		{`("%.0f"):format(1/0), ("%d"):format("10")`, "inf 10"},
		{`pcall(string.format, "%d", "x")`, "false scripts/10-test.lua:3: bad argument #2 (number expected, got string)"},
		{`pcall(string.format, "%d")`, "false scripts/10-test.lua:3: bad argument #2 (no value)"},
		{`pcall(string.format, "%y", 1)`, "false scripts/10-test.lua:3: invalid option '%y' to 'format'"},
		{`pcall(string.find, "a", "%")`, "false scripts/10-test.lua:3: malformed pattern (ends with '%')"},
		{`pcall(string.find, "a", "[a")`, "false scripts/10-test.lua:3: malformed pattern (missing ']')"},
		{`pcall(string.rep, "x", 1e10)`, "false scripts/10-test.lua:3: resulting string too large (10000000000 bytes; a string may have 1,048,576)"},
		{`pcall(string.gsub, "a", "a", "%2")`, "false scripts/10-test.lua:3: invalid capture index"},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			if got := lines(t, "show("+tt.code+")"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := lines(t, `for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do show(k, v) end for w in ("one two"):gmatch("%a+") do show(w) end for p in ("ab"):gmatch("()") do show(p) end`); got != "a 1\nb 2\none\ntwo\n1\n2\n3" {
		t.Errorf("gmatch: %q", got)
	}
}
