package luaapi

import (
	"bytes"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"twirouter/router"
)

// compiled is a script, ready to run: immutable once its handlers are known.
type compiled struct {
	name    string
	file    string
	chunk   *chunk
	grant   router.Grant
	fetch   Fetcher // under the script's policy; nil: nothing may be called
	library *library
	script  *router.Script
	on      []router.Handler // as the file declares them
	steps   []string
}

// library is the modules that require finds.
type library struct {
	modules map[string]*chunk // by path below lib/, with slashes
	files   map[string]*chunk // every file by its name for people, scripts too
}

// chunk is one compiled file. Its proto is only read, by any number of states.
type chunk struct {
	file     string
	text     []byte
	proto    *lua.FunctionProto
	findings findings
}

// line returns a line of the source, trimmed and not too long.
func (c *chunk) line(n int) string {
	text := c.text
	for ; n > 1; n-- {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return ""
		}
		text = text[i+1:]
	}
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	const most = 200
	s := strings.TrimSpace(string(text))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
