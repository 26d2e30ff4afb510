package luaapi

import (
	"bytes"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"

	"twirouter/router"
)

// maxSource is the most bytes that one file may have.
const maxSource = 256 << 10

// compileFile compiles one file, or says why not.
func compileFile(file string, text []byte) (*chunk, *router.Problem) {
	if len(text) > maxSource {
		return nil, &router.Problem{File: file, What: fmt.Sprintf("the file has %s bytes; a script may have %s", grouped(int64(len(text))), grouped(maxSource)),
			Hint: "move data to a store or settings, code to lib/"}
	}
	source, shift := plainSource(text)
	stmts, problem := parseSource(file, source)
	if problem == nil {
		var c *chunk
		if c, problem = compileStatements(file, stmts); problem == nil {
			c.text = text
			return c, nil
		}
	}
	if problem.Line == 1 && problem.Col > 0 {
		problem.Col += shift
	}
	problem.Line = min(problem.Line, bytes.Count(text, []byte("\n"))+bytes.Count(text, []byte("\r"))+1)
	return nil, problem
}

// plainSource drops a byte order mark and a first line that begins with #; the
// lines keep their numbers. shift is how many bytes line 1 lost.
func plainSource(text []byte) (source []byte, shift int) {
	if rest, ok := bytes.CutPrefix(text, []byte("\xef\xbb\xbf")); ok {
		text, shift = rest, 3
	}
	if bytes.HasPrefix(text, []byte("#")) {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			i = len(text)
		}
		text = text[i:]
	}
	return text, shift
}

// parseSource parses a whole file.
func parseSource(file string, source []byte) (stmts []ast.Stmt, problem *router.Problem) {
	defer func() {
		if recover() != nil {
			stmts, problem = nil, &router.Problem{File: file, What: "syntax error that the parser gave up on"}
		}
	}()
	if len(source) > 0 && source[0] == 0x1b {
		return nil, &router.Problem{File: file, Line: 1, Col: 1, What: "compiled Lua is not run", Hint: "use the source"}
	}
	stmts, err := parse.Parse(bytes.NewReader(source), file)
	if err == nil {
		return stmts, nil
	}
	p := &router.Problem{File: file, What: "syntax error"}
	if e, ok := err.(*parse.Error); ok {
		tellSyntax(p, e, source)
	}
	return nil, p
}

// tellSyntax words a parser's error for the one who wrote the line.
func tellSyntax(p *router.Problem, e *parse.Error, source []byte) {
	lines := bytes.Split(source, []byte("\n"))
	token := strings.TrimSpace(e.Token)
	if e.Pos.Line == parse.EOF {
		for len(lines) > 1 && len(bytes.TrimSpace(lines[len(lines)-1])) == 0 {
			lines = lines[:len(lines)-1]
		}
		p.Line, p.Col = len(lines), len(lines[len(lines)-1])+1
		p.What = "the file ends in the middle of a statement"
		p.Hint = "an `end`, a `)` or a `}` is missing"
		if !strings.Contains(e.Message, "syntax error") {
			p.What, p.Hint = e.Message, ""
		}
		return
	}
	p.Line, p.Col = e.Pos.Line, max(e.Pos.Column, 1)
	if i := p.Line - 1; i < len(lines) && p.Col > len(lines[i])+1 {
		p.Col = len(lines[i]) + 1
	}
	line := ""
	if i := p.Line - 1; i < len(lines) {
		line = string(lines[i])
	}
	if from := p.Col - len(token); from >= 0 && p.Col <= len(line) && line[from:p.Col] == token && token != "" {
		p.Col = from + 1 // the scanner has passed over the token
	}
	switch e.Message {
	case "syntax error", "parse error", "Invalid token":
		if p.What = "syntax error near " + quoted(token); token == "" && p.Col <= len(line) {
			p.What = "syntax error near " + quoted(line[p.Col-1:p.Col])
		}
	default:
		p.What = e.Message
	}
	p.Hint = syntaxHint(token, line)
}

// foreign are operators of other languages, and what Lua has in their place.
var foreign = []struct{ sign, hint string }{
	{"!=", "not equal is ~= in Lua"}, {"&&", "Lua says `and`"}, {"||", "Lua says `or`"}, {"++", "write n = n + 1"},
	{"+=", "write n = n + 1"}, {"-=", "write n = n - 1"}, {"..=", "write s = s .. t"}, {"//", "comments begin with --; whole division is math.floor(a / b)"},
	{"<const>", "attributes are of Lua 5.4; this is Lua 5.1"}, {"<close>", "attributes are of Lua 5.4; this is Lua 5.1"},
	{"else if", "Lua says `elseif`, or gives each `if` its own `end`"},
}

func syntaxHint(token, line string) string {
	for _, f := range foreign {
		if strings.Contains(line, f.sign) && (token == "" || strings.Contains(f.sign, token) || f.sign == "else if") {
			return f.hint
		}
	}
	switch token {
	case "!":
		return "not is `not`, not equal is ~="
	case "=":
		return "comparing is == in Lua"
	case "end", "}", ")":
		return "one too many here, or something above is not closed"
	case "continue":
		return "Lua has no continue: use goto or if"
	}
	return ""
}

// compileStatements compiles what was parsed.
func compileStatements(file string, stmts []ast.Stmt) (c *chunk, problem *router.Problem) {
	defer func() {
		if recover() != nil {
			c, problem = nil, &router.Problem{File: file, What: "a part of the file is too large to compile", Hint: "split it into functions"}
		}
	}()
	r := &reader{folding: map[ast.Stmt]bool{}}
	stmts = r.block(stmts)
	if r.deepest > 0 {
		return nil, &router.Problem{File: file, Line: r.deepest, What: fmt.Sprintf("more than %d levels of syntax in one another", maxSyntax), Hint: "build it in steps"}
	}
	if len(r.constants) > maxConstants {
		return nil, &router.Problem{File: file, What: fmt.Sprintf("more than %s different names, texts and numbers", grouped(maxConstants)), Hint: "keep data in settings, in the store or as one JSON text"}
	}
	proto, err := lua.Compile(stmts, file)
	if err != nil {
		p := &router.Problem{File: file, What: err.Error()}
		if e, ok := err.(*lua.CompileError); ok {
			p.Line, p.What = max(e.Line, 1), e.Message
		}
		return nil, p
	}
	amend(proto, r.arg)
	proto.IsVarArg &^= lua.VarArgNeedsArg // the top of a file has no table arg
	scan(proto, &r.found, map[string]bool{}, map[string]bool{})
	return &chunk{file: file, proto: proto, findings: r.found}, nil
}

// amend turns `return coroutine.yield(…)` into a call that is no tail call:
// gopher-lua cannot resume a coroutine that has yielded in one. Where nobody
// names the table arg, vararg functions do without it.
func amend(p *lua.FunctionProto, arg bool) {
	if !arg {
		p.IsVarArg &^= lua.VarArgNeedsArg
	}
	for _, call := range p.DbgCalls {
		if code := p.Code[call.Pc]; opcode(code) == lua.OP_TAILCALL && strings.HasSuffix(call.Name, "yield") {
			p.Code[call.Pc] = code&(1<<26-1) | uint32(lua.OP_CALL)<<26
		}
	}
	for _, inner := range p.FunctionPrototypes {
		amend(inner, arg)
	}
}

// scan finds the globals that code reads and assigns.
func scan(p *lua.FunctionProto, found *findings, set, got map[string]bool) {
	for pc, code := range p.Code {
		op := opcode(code)
		if op != lua.OP_SETGLOBAL && op != lua.OP_GETGLOBAL || int(code&0x3ffff) >= len(p.Constants) {
			continue
		}
		name := lua.LVAsString(p.Constants[code&0x3ffff])
		n := mention{name, p.DbgSourcePositions[pc]}
		switch {
		case op == lua.OP_SETGLOBAL && !set[name]:
			set[name] = true
			found.sets = append(found.sets, n)
		case op == lua.OP_GETGLOBAL && !got[name]:
			got[name] = true
			found.gets = append(found.gets, n)
		}
	}
	for _, inner := range p.FunctionPrototypes {
		scan(inner, found, set, got)
	}
}
