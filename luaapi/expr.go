package luaapi

import (
	"context"
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"twirouter/router"
)

// What a route's expression may take: it stands between Twilio and every event.
const (
	expressionInstructions = 100_000
	expressionTimeout      = time.Second
)

// expression is a compiled when or vars; it implements router.Expr.
type expression struct {
	c      *Compiler
	script *compiled
}

// Expr compiles a Lua expression that stands in file at line and col, both from
// 1. It sees event and Lua's own functions, nothing of the host's, and may take
// 100,000 instructions. The result is safe for concurrent use.
func (c *Compiler) Expr(source, file string, line, col int) (router.Expr, *router.Problem) {
	wrong := func(p *router.Problem) (router.Expr, *router.Problem) {
		p.File = file
		switch {
		case p.Line <= 1:
			p.Line = line
			if p.Col = max(p.Col-len(returning), 1) + col - 1; col == 0 {
				p.Col = 0
			}
		default:
			p.Line += line - 1
		}
		return nil, p
	}
	if len(source) > maxSource/8 {
		return wrong(&router.Problem{What: "the expression is too long"})
	}
	if strings.TrimSpace(source) == "" {
		return wrong(&router.Problem{What: "the expression is empty", Hint: "leave the key out"})
	}
	text := []byte(returning + source)
	name := fmt.Sprintf("%s:%d", file, line)
	stmts, problem := parseSource(name, text)
	if problem != nil {
		return wrong(problem)
	}
	var ret *ast.ReturnStmt
	if len(stmts) == 1 {
		ret, _ = stmts[0].(*ast.ReturnStmt)
	}
	if ret == nil || len(ret.Exprs) != 1 {
		return wrong(&router.Problem{What: "this is not one expression", Hint: `like event.FromCountry == "US"`})
	}
	ch, problem := compileStatements(file, stmts)
	if problem != nil {
		return wrong(problem)
	}
	ch.text = text
	for _, n := range ch.findings.gets {
		if !inExpression(n.name) {
			return wrong(&router.Problem{Line: n.line, What: fmt.Sprintf("%s is not known in a route's expression", n.name), Hint: "event and Lua's own functions are"})
		}
	}
	moveLines(ch.proto, line-1)
	lib := &library{files: map[string]*chunk{}}
	return &expression{c: c, script: &compiled{file: file, chunk: ch, library: lib}}, nil
}

const returning = "return "

// moveLines makes the lines of an expression those of the file it stands in.
func moveLines(p *lua.FunctionProto, by int) {
	if p.LineDefined > 0 { // the expression itself has none
		p.LineDefined += by
	}
	for pc := range p.DbgSourcePositions {
		p.DbgSourcePositions[pc] += by
	}
	for _, inner := range p.FunctionPrototypes {
		moveLines(inner, by)
	}
}

func inExpression(name string) bool {
	switch name {
	case "event", "_G", "_VERSION", "string", "table", "math", "coroutine":
		return true
	case "require":
		return false
	}
	return baseFunctions[name] != nil
}

// Eval evaluates the expression for ev.
func (x *expression) Eval(ctx context.Context, ev *router.Event) (value any, err error) {
	r := &run{host: &x.c.host, pool: &x.c.pool, script: x.script, event: ev, phase: phaseExpression, caller: ctx}
	r.begin(expressionTimeout, expressionInstructions)
	r.meter.expression = true
	r.execute(func(L *lua.LState) {
		proto := x.script.chunk.proto
		L.Push(&lua.LFunction{Proto: proto, Env: r.env, Upvalues: make([]*lua.Upvalue, proto.NumUpvalues)})
		if _, err := r.protect(0, 1); err != nil {
			r.fail(r.failure)
			return
		}
		v := L.Get(-1)
		L.Pop(1)
		value, err = toGo(v)
	})
	if r.out.Error != nil {
		return nil, r.out.Error
	}
	return value, err
}
