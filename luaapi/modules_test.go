package luaapi

import (
	"context"
	"strings"
	"testing"

	"twirouter/router"
)

// TestModulesOfOthers has modules that are written as the well-known pure-Lua
// ones are: what these ask of Lua 5.1 has to be there. The answers are those of
// Lua 5.1 itself.
func TestModulesOfOthers(t *testing.T) {
	for _, c := range []struct{ name, module, use, want string }{
		{"classes with static members and mixins", `
local function includeMixin(cls, mixin)
  for name, method in pairs(mixin) do if name ~= "included" then cls[name] = method end end
  if mixin.included then mixin:included(cls) end
  return cls
end
local function propagate(cls, name, f)
  f = name == "__index" and function(self, key) local v = cls.__dict[key] if v ~= nil then return v end return f(self, key) end or f
  cls.__dict[name] = f
  for sub in pairs(cls.subclasses) do if rawget(sub.__declared, name) == nil then propagate(sub, name, f) end end
end
local function createClass(name, super)
  local dict = {}
  dict.__index = dict
  local cls = { name = name, super = super, static = {}, __dict = dict, __declared = {}, subclasses = setmetatable({}, { __mode = "k" }) }
  if super then
    setmetatable(cls.static, { __index = function(_, k) local result = rawget(dict, k) if result == nil then return super.static[k] end return result end })
  else
    setmetatable(cls.static, { __index = function(_, k) return rawget(dict, k) end })
  end
  setmetatable(cls, { __index = cls.static, __tostring = function() return "class " .. name end,
    __call = function(self, ...) local o = setmetatable({ class = self }, self.__dict) o:initialize(...) return o end,
    __newindex = function(c, k, v) c.__declared[k] = v propagate(c, k, v) end })
  return cls
end
return setmetatable({ include = includeMixin, class = function(name, super)
  local cls = createClass(name, super)
  if super then for k, f in pairs(super.__dict) do if not (k == "__index" and type(f) == "table") then propagate(cls, k, f) end end super.subclasses[cls] = true end
  return cls
end }, { __call = function(m, ...) return m.class(...) end })`, `
local A = m("A") function A:initialize(n) self.n = n end function A:__tostring() return "A" .. self.n end
A.__add = function(a, b) return a.class(a.n + b.n) end A.__eq = function(a, b) return a.n == b.n end A.__lt = function(a, b) return a.n < b.n end A.__le = function(a, b) return a.n <= b.n end A.__len = function(a) return a.n end
local B = m("B", A) function B:initialize(n) A.__dict.initialize(self, n * 2) end
m.include(B, { shout = function(self) return tostring(self):upper() .. "!" end, included = function(_, c) c.mixed = true end })
show(A(3), B(4), B(1) + B(2), A(1) == A(1), A(1) < A(2), A(2) <= A(1), B(5):shout(), B, B.mixed)`, "A3 A8 A12 true true false A10! class B true"},
		{"objects that extend", `
local Object = {} Object.__index = Object
function Object:new() end
function Object:extend() local cls = {} for k, v in pairs(self) do if k:find("__") == 1 then cls[k] = v end end cls.__index = cls cls.super = self setmetatable(cls, self) return cls end
function Object:is(T) local mt = getmetatable(self) while mt do if mt == T then return true end mt = getmetatable(mt) end return false end
function Object:__tostring() return "Object" end
function Object:__call(...) local obj = setmetatable({}, self) obj:new(...) return obj end
return Object`, `
local P = m:extend() function P:new(x) self.x = x or 0 end function P:__tostring() return "P" .. self.x end
local Q = P:extend() function Q:new(x) Q.super.new(self, x + 1) end
show(P(1), Q(1), Q(1):is(P), P(1):is(Q))`, "P1 P2 true false"},
		{"a JSON encoder", `
local map = { ["\\"] = "\\\\", ['"'] = '\\"', ["\b"] = "\\b", ["\n"] = "\\n" }
local function esc(c) return map[c] or string.format("\\u%04x", c:byte()) end
local encode
local kinds = { ["nil"] = function() return "null" end, boolean = tostring,
  string = function(v) return '"' .. v:gsub('[%z\1-\31\\"]', esc) .. '"' end,
  number = function(v) if v ~= v or v <= -math.huge or v >= math.huge then error("unexpected number '" .. tostring(v) .. "'") end return string.format("%.14g", v) end,
  table = function(v, stack)
    local res = {} stack = stack or {} if stack[v] then error("circular reference") end stack[v] = true
    if rawget(v, 1) ~= nil or next(v) == nil then for i, x in ipairs(v) do table.insert(res, encode(x, stack)) end stack[v] = nil return "[" .. table.concat(res, ",") .. "]" end
    for k, x in pairs(v) do table.insert(res, encode(k, stack) .. ":" .. encode(x, stack)) end stack[v] = nil return "{" .. table.concat(res, ",") .. "}"
  end }
encode = function(v, stack) local f = kinds[type(v)] if f then return f(v, stack) end error("unexpected type '" .. type(v) .. "'") end
return { encode = function(v) return (encode(v)) end }`, `
local cyc = {} cyc[1] = cyc
show(m.encode({ 1, 2.5, 1/3, 1e21, { a = "x\n\1\\\"" }, {}, true }), select(2, pcall(m.encode, cyc)):gsub("^.-: ", ""), (select(2, pcall(m.encode, { print })):gsub("^.-: ", "")), (select(2, pcall(m.encode, 0/0)):gsub("%-?nan", "NAN"):gsub("^.-: ", "")))`,
			`[1,2.5,0.33333333333333,1e+21,{"a":"x\n\u0001\\\""},[],true] circular reference unexpected type 'function' unexpected number 'NAN'`},
		{"a JSON decoder", `
local function set(...) local r = {} for i = 1, select("#", ...) do r[select(i, ...)] = true end return r end
local space, delim = set(" ", "\t", "\r", "\n"), set(" ", "\t", "]", "}", ",")
local function utf(n) local f = math.floor if n <= 0x7f then return string.char(n) elseif n <= 0x7ff then return string.char(f(n / 64) + 192, n % 64 + 128) end return string.char(f(n / 4096) + 224, f(n % 4096 / 64) + 128, n % 64 + 128) end
local function skip(s, i, chars, negate) for j = i, #s do if chars[s:sub(j, j)] ~= negate then return j end end return #s + 1 end
local parse
local function str(s, i) local j = i + 1 while s:byte(j) ~= 34 do if s:byte(j) == 92 then j = j + 1 end j = j + 1 end
  local v = s:sub(i + 1, j - 1):gsub("\\u(%x%x%x%x)", function(h) return utf(tonumber(h, 16)) end):gsub("\\(.)", { n = "\n", ['"'] = '"', ["\\"] = "\\" }) return v, j + 1 end
local function num(s, i) local x = skip(s, i, delim) local n = tonumber(s:sub(i, x - 1)) if not n then error("invalid number '" .. s:sub(i, x - 1) .. "'") end return n, x end
local function arr(s, i) local r, n = {}, 1 i = i + 1 while 1 do i = skip(s, i, space, true) if s:sub(i, i) == "]" then return r, i + 1 end r[n], i = parse(s, i) n = n + 1 i = skip(s, i, space, true) local c = s:sub(i, i) i = i + 1 if c == "]" then return r, i end if c ~= "," then error("expected ']'") end end end
parse = function(s, i) local c = s:sub(i, i) if c == '"' then return str(s, i) elseif c == "[" then return arr(s, i) elseif s:find("^true", i) then return true, i + 4 else return num(s, i) end end
return { decode = function(s) return (parse(s, skip(s, 1, space, true))) end }`, `
local v = m.decode('  [1, -2.5e3, "a\\u00e9\\u20acb\\n\\"", [true, []]]')
show(v[1], v[2], v[3] == "a\195\169\226\130\172b\n\"", v[4][1], #v[4][2], pcall(m.decode, "[1x]"))`, "1 -2500 true true 0 false scripts/lib/m.lua:9: invalid number '1x'"},
		{"an inspector that sorts keys", `
local order = { number = 1, boolean = 2, string = 3, table = 4, ["function"] = 5, userdata = 6, thread = 7 }
local function less(a, b) local ta, tb = type(a), type(b) if ta == tb and (ta == "string" or ta == "number") then return a < b end local oa, ob = order[ta] or 100, order[tb] or 100 return oa == ob and ta < tb or oa < ob end
local function smart(s) if s:match('"') and not s:match("'") then return "'" .. s .. "'" end return '"' .. s:gsub('"', '\\"') .. '"' end
local ctl = {} for i = 0, 31 do local ch = string.char(i) if not ctl[ch] then ctl[ch] = string.format("\\%03d", i) end end
local function escape(s) return (s:gsub("\\", "\\\\"):gsub("%c", ctl)) end
local function id(s) return type(s) == "string" and not not s:match("^[_%a][_%a%d]*$") end
local mt = {} mt.__index = mt
local function put(buf, s) buf.n = buf.n + 1 buf[buf.n] = s end
local function val(buf, v, ids) local tv = type(v) if tv == "string" then put(buf, smart(escape(v))) elseif tv == "table" then
    if ids[v] then put(buf, "<table " .. ids[v] .. ">") return end ids.n = ids.n + 1 ids[v] = ids.n put(buf, "{")
    local len, keys = rawget(v, 1) ~= nil and #v or 0, {} for k in next, v, nil do if not (type(k) == "number" and k >= 1 and k <= len and math.floor(k) == k) then keys[#keys + 1] = k end end table.sort(keys, less)
    for i = 1, len do if i > 1 then put(buf, ",") end put(buf, " ") val(buf, v[i], ids) end
    for i, k in ipairs(keys) do if len > 0 or i > 1 then put(buf, ",") end put(buf, " ") if id(k) then put(buf, k) else put(buf, "[") val(buf, k, ids) put(buf, "]") end put(buf, " = ") val(buf, v[k], ids) end put(buf, " }")
  else put(buf, tostring(v)) end end
return setmetatable({}, { __call = function(_, v) local buf = { n = 0 } val(buf, v, { n = 0 }) return table.concat(buf) end })`, `
local cyc = { 1 } cyc.me = cyc
show(m({ 1, "a\n", { x = 1/3 }, [true] = 'q"', ["b c"] = 2^40, [1.5] = false, z = cyc }))`,
			`{ 1, "a\010", { x = 0.33333333333333 }, [1.5] = false, [true] = 'q"', ["b c"] = 1099511627776, z = { 1, me = <table 3> } }`},
		{"a template engine", `
local load, setfenv, assert, type, error, tostring, tonumber, pairs, setmetatable, loadstring, concat = load, setfenv, assert, type, error, tostring, tonumber, pairs, setmetatable, loadstring, table.concat
local escape = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local function compile(tpl)
  local code, pos = { "local _b, _e = ... local _n = #_b" }, 1
  while true do
    local s, e, mod, body = tpl:find("<%%([=-]?)%s*(.-)%s*%%>", pos)
    local text = tpl:sub(pos, (s or #tpl + 1) - 1)
    if text ~= "" then code[#code + 1] = ("_n = _n + 1 _b[_n] = %q"):format(text) end
    if not s then break end
    code[#code + 1] = mod == "=" and "_n = _n + 1 _b[_n] = _e(tostring(" .. body .. "))" or mod == "-" and "_n = _n + 1 _b[_n] = tostring(" .. body .. ")" or body
    pos = e + 1
  end
  code[#code + 1] = "return _b"
  local fn, err = loadstring(concat(code, "\n"), "template")
  if not fn then return nil, err end
  return function(env)
    setfenv(fn, setmetatable({}, { __index = function(_, name) local v = env[name] if v == nil then v = _G[name] end return v end }))
    return concat(fn({}, function(s) return (s:gsub('[&<>"]', escape)) end))
  end
end
return { compile = compile }`, `
show((m.compile("Hi <%= name %>!\n<% for i, x in pairs(items) do %>\"<%= i .. x %>\" <%- '<b>' %>;<% end %> <% if tonumber('1') then %>yes<% end %>"){ name = "<A & B>", items = { "a", "b" } }:gsub("\n", "|")), (m.compile("<%= x y %>")))`,
			`Hi &lt;A &amp; B&gt;!|"1a" <b>;"2b" <b>; yes nil`},
		{"versions", `
local function parse(s) local a, b, c, rest = s:match("^(%d+)%.?(%d*)%.?(%d*)(.-)$") assert(type(a) == "string", ("Could not extract version number(s) from %q"):format(s)) return tonumber(a), tonumber(b) or 0, tonumber(c) or 0, rest:match("^(-[^+]+)"), rest:match("(%+.+)$") end
local methods, mt = {}, {}
function methods:next() return mt.new(self.major, self.minor + 1, 0) end
mt.new = function(a, b, c, pre, build) if type(a) == "string" then a, b, c, pre, build = parse(a) end return setmetatable({ major = a, minor = b, patch = c, pre = pre, build = build }, mt) end
mt.__index = methods
function mt:__eq(o) return self.major == o.major and self.minor == o.minor and self.patch == o.patch and self.pre == o.pre end
function mt:__lt(o) if self.major ~= o.major then return self.major < o.major end if self.minor ~= o.minor then return self.minor < o.minor end return self.patch < o.patch end
function mt:__pow(o) if self.major == 0 then return self == o end return self.major == o.major and self.minor <= o.minor end
function mt:__tostring() local b = { ("%d.%d.%d"):format(self.major, self.minor, self.patch) } if self.pre then table.insert(b, self.pre) end if self.build then table.insert(b, self.build) end return table.concat(b) end
return setmetatable({}, { __call = function(_, ...) return mt.new(...) end })`, `
show(m("1.2.3-alpha+b.1"), m("1.2.3") < m("1.10.0"), m("1.2.3") ^ m("1.9.0"), m("1.2"):next(), m("2.0.0") == m("2"), m("1.2.0") <= m("1.2.0"), not pcall(m, "x"))`, "1.2.3-alpha+b.1 true true 1.3.0 true true true"},
		{"a library of small functions", `
local lume = {}
local select, math_floor = select, math.floor
local function iteratee(x) if x == nil then return function(...) return ... end end if type(x) == "function" then return x end if type(x) == "table" then return function(z) for k, v in pairs(x) do if z[k] ~= v then return false end end return true end end return function(z) return z[x] end end
local function getiter(x) if type(x) == "table" and x[1] ~= nil then return ipairs elseif type(x) == "table" then return pairs end error("expected table", 3) end
function lume.round(x, increment) if increment then return lume.round(x / increment) * increment end return x >= 0 and math_floor(x + .5) or math.ceil(x - .5) end
function lume.map(t, fn) fn = iteratee(fn) local rtn = {} for k, v in getiter(t)(t) do rtn[k] = fn(v) end return rtn end
function lume.split(str, sep) if not sep then local t = {} for w in str:gmatch("%S+") do t[#t + 1] = w end return t end local t, psep = {}, sep:gsub("[%(%)%.%%%+%-%*%?%[%^%$]", "%%%1") for w in (str .. sep):gmatch("(.-)(" .. psep .. ")") do t[#t + 1] = w end return t end
function lume.format(str, vars) return (str:gsub("{(.-)}", function(x) if vars[tonumber(x) or x] ~= nil then return tostring(vars[tonumber(x) or x]) end return "{" .. x .. "}" end)) end
function lume.fn(fn, ...) local args, n = { ... }, select("#", ...) return function(...) local a = { unpack(args, 1, n) } for i = 1, select("#", ...) do a[n + i] = (select(i, ...)) end return fn(unpack(a, 1, n + select("#", ...))) end end
function lume.lambda(str) local args, body = str:match("^([%w,_ ]-)%->(.-)$") return assert((loadstring or load)("return function(" .. args .. ")\nreturn " .. body .. "\nend"))() end
function lume.serialize(x) local t = { number = function(v) return ("%.17g"):format(v) end, string = function(v) return ("%q"):format(v) end, boolean = tostring, table = function(v) local r = {} for k, y in pairs(v) do r[#r + 1] = "[" .. lume.serialize(k) .. "]=" .. lume.serialize(y) end return "{" .. table.concat(r, ",") .. "}" end } return t[type(x)](x) end
function lume.deserialize(s) return assert((loadstring or load)("return " .. s))() end
function lume.memoize(fn) local cache, nilkey = {}, {} return function(...) local c = cache for i = 1, select("#", ...) do local a = select(i, ...) if a == nil then a = nilkey end c[a] = c[a] or {} c = c[a] end c.result = c.result or { fn(...) } return unpack(c.result) end end
function lume.shuffle(t) local r = {} for i = 1, #t do local j = math.random(i) if j ~= i then r[i] = r[j] end r[j] = t[i] end return r end
setmetatable(lume, { __call = function(_, v) return setmetatable({ v = v }, { __index = function(_, k) return function(self, ...) self.v = lume[k](self.v, ...) return self end end }) end })
return lume`, `
local calls = 0 local memo = m.memoize(function(a, b) calls = calls + 1 return a, b end) memo(1, nil) memo(1, nil)
local back = m.deserialize(m.serialize({ 1, { x = 1/3 }, s = "a\nb\0c\"" }))
show(m.round(2.567, .01), m.round(-2.5), table.concat(m.map({ 1, 2 }, function(x) return x * 2 end), ","), table.concat(m.map({ { n = 1 }, { n = 2 } }, "n"), ","), table.concat(m.split("a.b..c", "."), "|"), #m.split("a b  c"), m.format("{a} {1} {z}", { "one", a = "A" }))
show(m.fn(math.max, 1, 9)(3), m.lambda("x,y -> x*y")(6, 7), calls, back[1], back[2].x == 1/3, back.s == "a\nb\0c\"", #m.shuffle({ 1, 2, 3 }), m({ 3, 1 }):map(function(x) return x + 1 end).v[1], select(2, pcall(m.map, 5)))`,
			"2.57 -3 2,4 1,2 a|b||c 3 A one {z}\n9 42 1 1 true true 3 4 expected table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripts := compile(t, map[string]string{"lib/m.lua": c.module, "10-test.lua": `
local m = require "m"
on("message.received", function()
  local out = {}
  local function show(...) local p = {} for i = 1, select("#", ...) do p[i] = tostring((select(i, ...))) end out[#out + 1] = table.concat(p, " ") end
` + c.use + `
  return drop(table.concat(out, "\n"))
end)`})
			st := scripts[0].Runner.Run(context.Background(), call1(sms()))
			if st.Verdict != router.Dropped || strings.TrimSpace(st.Reason) != c.want {
				t.Errorf("%s %v\ngot  %s\nwant %s", st.Verdict, st.Error, st.Reason, c.want)
			}
		})
	}
}
