package luaapi

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/luaapi/fetch"
	"twirouter/router"
)

// defaultHTTPCalls is how many outbound calls a run may make where no limit is
// set.
const defaultHTTPCalls = 20

var _ = provideModule("http", func(L *lua.LState) lua.LValue {
	fns := map[string]lua.LGFunction{
		"request": func(L *lua.LState) int {
			method, ok := L.Get(1).(lua.LString)
			if !ok {
				raise(L, "http.request takes a method, a URL and options: http.request(\"OPTIONS\", \"https://…\")")
			}
			L.Remove(1)
			return httpCall(L, "http.request", string(method))
		},
	}
	for _, method := range []string{"get", "post", "put", "patch", "delete"} {
		fns[method] = func(L *lua.LState) int { return httpCall(L, "http."+method, strings.ToUpper(method)) }
	}
	openResponses(L)
	openCallErrors(L)
	return functions(L, fns)
})

var httpOptions = []string{"json", "form", "body", "headers", "query", "timeout", "must", "ok"}

// httpCall is http.METHOD(url[, options]): a response, or nil and an error.
func httpCall(L *lua.LState, fn, method string) int {
	r := runOf(L)
	r.onlyInHandler(L, fn)
	if r.script.fetch == nil {
		raise(L, "%s: there is no network here", fn)
	}
	address, ok := L.Get(1).(lua.LString)
	if !ok {
		raise(L, "%s takes a URL, got %s", fn, typeName(L.Get(1)))
	}
	o := namedAt(L, 2, fn, httpOptions...)
	must, accepted := o.flag("must"), statusesOf(o)
	request := fetch.Request{Method: method, URL: string(address), Header: headersOf(o)}
	request.Body = bodyOf(o, r, request.Header)
	request.Timeout, _ = o.duration("timeout")
	if query := queryOf(o, "query"); query != "" {
		request.URL = withQuery(request.URL, query)
	}
	most := r.limits.HTTPCalls
	if most == 0 {
		most = defaultHTTPCalls
	}
	if len(r.out.Requests) >= most {
		raise(L, "%s: one run may make %d outbound calls (limits.http_calls)", fn, most)
	}
	if _, given := request.Header["Idempotency-Key"]; !given && r.event != nil {
		request.Header.Set("Idempotency-Key", r.idempotencyKey())
	}
	response, fault := r.fetch(L, request)
	if fault == nil && must && response.Status >= 400 && !slices.Contains(accepted, response.Status) {
		fault = &callError{kind: "status", status: response.Status, retriable: retriableStatus(response.Status),
			message: fmt.Sprintf("%s answered with status %d", originOf(request.URL), response.Status)}
	}
	if fault != nil {
		value := fault.value(L)
		if must {
			L.Error(value, 0)
		}
		L.Push(lua.LNil)
		L.Push(value)
		return 2
	}
	L.Push(responseTable(L, r, response))
	return 1
}

// callCost is what an outbound call is charged, in instructions.
const callCost = 1000

// fetch makes the call and notes it.
func (r *run) fetch(L *lua.LState, request fetch.Request) (*fetch.Response, *callError) {
	r.charge(L, callCost)
	r.chargeBytes(L, int64(len(request.URL)+len(request.Body)))
	note := router.Request{Method: request.Method, URL: withoutSecrets(request.URL)}
	begun := r.host.Now()
	response, fault := r.script.fetch.Do(r.context(), request)
	note.Duration = r.host.Now().Sub(begun)
	var failed *callError
	if fault != nil {
		failed = &callError{kind: string(fault.Kind), message: fault.Message, status: fault.Status, retriable: fault.Retriable}
		if fault.Kind == fetch.Denied {
			failed.message += r.permitHint(request.URL)
		}
		note.Status, note.Error = fault.Status, string(fault.Kind)
	} else {
		note.Status = response.Status
		r.chargeBytes(L, int64(len(response.Body)))
	}
	r.out.Requests = append(r.out.Requests, note)
	return response, failed
}

// permitHint says which key of the configuration permits calls.
func (r *run) permitHint(address string) string {
	key := "[http] allow"
	if r.script.grant.HTTP != nil {
		key = "http of [script." + r.script.name + "]"
	}
	if origin := originOf(address); origin != "" {
		return fmt.Sprintf(" (what may be called is listed in %s: for example %q)", key, origin+"/*")
	}
	return fmt.Sprintf(" (what may be called is listed in %s)", key)
}

// retriableStatus reports whether the same call may succeed later: too many
// requests, a time-out, or a server in trouble.
func retriableStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500 && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported
}

// originOf is scheme and host of an address, "" if it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// withoutSecrets is an address as it may be remembered: without user, query and
// fragment.
func withoutSecrets(address string) string {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	if i := strings.Index(address, "://"); i >= 0 {
		host, path, slash := strings.Cut(address[i+3:], "/")
		host = host[strings.LastIndexByte(host, '@')+1:]
		address = address[:i+3] + host
		if slash {
			address += "/" + path
		}
	}
	return strings.ToValidUTF8(cut(address, 2000), "\uFFFD")
}

// withQuery adds parameters to an address, before its fragment.
func withQuery(address, query string) string {
	address, _, _ = strings.Cut(address, "#")
	switch {
	case !strings.Contains(address, "?"):
		return address + "?" + query
	case strings.HasSuffix(address, "?") || strings.HasSuffix(address, "&"):
		return address + query
	}
	return address + "&" + query
}

// statusesOf reads ok: a status or a list of them.
func statusesOf(o namedArgs) []int {
	var statuses []int
	add := func(v lua.LValue) {
		n, ok := v.(lua.LNumber)
		if !ok || n < 400 || n > 599 || n != lua.LNumber(int(n)) {
			o.fail("ok", "is a list of statuses from 400 to 599 that are no failure, got %s", typeName(v))
		}
		statuses = append(statuses, int(n))
	}
	switch v := o.get("ok").(type) {
	case *lua.LNilType:
	case *lua.LTable:
		list, ok := o.list("ok", v)
		if !ok {
			add(v)
		}
		for _, e := range list {
			add(e)
		}
	default:
		add(v)
	}
	return statuses
}

// bodyOf makes the body of what was given, and its type.
func bodyOf(o namedArgs, r *run, header http.Header) []byte {
	given := 0
	for _, name := range []string{"json", "form", "body"} {
		if o.has(name) {
			given++
		}
	}
	if given > 1 {
		raise(o.L, "%s: json, form and body exclude each other", o.fn)
	}
	kind, body := "", []byte(nil)
	switch {
	case o.has("json"):
		b, err := encode(r, o.L, o.get("json"))
		if err != nil {
			o.fail("json", "cannot be sent: %v", err)
		}
		kind, body = "application/json", b
	case o.has("form"):
		kind, body = "application/x-www-form-urlencoded", []byte(queryOf(o, "form"))
	case o.has("body"):
		text, _ := o.text("body")
		return []byte(text)
	}
	if _, ok := header["Content-Type"]; !ok && kind != "" {
		header.Set("Content-Type", kind)
	}
	return body
}

// queryOf encodes the parameters in a table, by name; a list is one name several
// times.
func queryOf(o namedArgs, name string) string {
	t := o.tableAt(name)
	if t == nil {
		return ""
	}
	var b strings.Builder
	for _, k := range o.names(name, t) {
		for _, v := range o.texts(name, k, t.RawGetString(k)) {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			if b.Len()+len(k)+len(v) > maxString {
				o.fail(name, "is larger than 1 MiB")
			}
			runOf(o.L).chargeBytes(o.L, int64(3*(len(k)+len(v))))
			b.WriteString(url.QueryEscape(k) + "=" + url.QueryEscape(v))
		}
	}
	return b.String()
}

// maxHeaderValues is how many values all headers together may have.
const maxHeaderValues = 200

func headersOf(o namedArgs) http.Header {
	left := maxHeaderValues
	header := make(http.Header)
	t := o.tableAt("headers")
	if t == nil {
		return header
	}
	for _, k := range o.names("headers", t) {
		for _, v := range o.texts("headers", k, t.RawGetString(k)) {
			if left--; left < 0 {
				o.fail("headers", "are more than %d", maxHeaderValues)
			}
			header.Add(k, v)
		}
	}
	return header
}

// names are the keys of a table of names, in order.
func (o namedArgs) names(option string, t *lua.LTable) []string {
	s, err := shapeOf(t)
	if err != nil || s.array && s.n > 0 {
		o.fail(option, "is a table of names and values")
	}
	return s.keys
}

// maxListed is how many elements a list in an option may have.
const maxListed = 1000

// list is the elements of a list that an option takes; ok is false if v is
// none.
func (o namedArgs) list(option string, v *lua.LTable) (list []lua.LValue, ok bool) {
	runOf(o.L).chargeTable(o.L, v)
	t := thaw(v)
	n := t.Len()
	if n > maxListed {
		o.fail(option, "has a list of more than %d values", maxListed)
	}
	if strayKey(t, n) != lua.LNil {
		return nil, false
	}
	runOf(o.L).charge(o.L, int64(4*n))
	list = make([]lua.LValue, n)
	for i := range list {
		list[i] = t.RawGetInt(i + 1)
	}
	return list, true
}

// texts are the values of one name: a string, a number or a boolean, or a list
// of them.
func (o namedArgs) texts(option, name string, v lua.LValue) []string {
	switch v := v.(type) {
	case lua.LString, lua.LNumber, lua.LBool:
		return []string{printedScalar(v)}
	case *lua.LTable:
		list, ok := o.list(option, v)
		if !ok {
			break
		}
		var all []string
		for _, e := range list {
			if e.Type() == lua.LTTable {
				o.fail(option, "%s: a list in a list cannot be sent", quoted(name))
			}
			all = append(all, o.texts(option, name, e)...)
		}
		return all
	}
	o.fail(option, "%s must be a string, a number, a boolean or a list of them, got %s", quoted(name), typeName(v))
	return nil
}

// idempotencyKey tells the call from all others and is the same when the event
// is run again: the event's id and the number of the call. Every script of an
// event counts its calls from a number of its own, that of its name, or the
// first calls of two scripts would pass for one.
func (r *run) idempotencyKey() string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(r.script.name)) // a hash in memory does not fail
	return fmt.Sprintf("%s-%d", r.event.ID, uint64(h.Sum32())<<16|uint64(len(r.out.Requests)+1))
}
