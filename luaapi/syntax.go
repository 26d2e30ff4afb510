package luaapi

import (
	"slices"

	"github.com/yuin/gopher-lua/ast"
)

// maxSyntax is how many levels of syntax may lie in one another: gopher-lua's
// compiler recurses over them and takes quadratic time for some.
const maxSyntax = 500

// maxConstants is how many different names, texts and numbers a file may have:
// the compiler looks for each among all that came before.
const maxConstants = 10_000

// mention is a name that stands in a file, and where.
type mention struct {
	name string
	line int
}

// findings are what can be known of a file without running it.
type findings struct {
	sets     []mention // assignments to globals, the first of each name
	gets     []mention // globals that are read, the first of each name
	steps    []mention // at("name")
	requires []mention // require("name")
}

// reader walks a syntax tree.
type reader struct {
	found   findings
	depth   int
	deepest int // line of the first node that lies too deep, 0 if none does

	constants map[string]bool // different ones
	arg       bool            // the name arg stands somewhere

	folds   int               // logical expressions that begin with a constant
	folding map[ast.Stmt]bool // statements with some
}

func (r *reader) enter(line int) bool {
	r.depth++
	if r.depth > maxSyntax && r.deepest == 0 {
		r.deepest = max(line, 1)
	}
	return r.deepest == 0
}

// block reads statements and returns those to be compiled in their place.
func (r *reader) block(stmts []ast.Stmt) []ast.Stmt {
	for i, s := range stmts {
		before := r.folds
		r.stmt(s)
		stmts[i] = rewritten(s)
		if r.folds > before {
			r.folding[stmts[i]] = true
		}
	}
	for i := 0; i < len(stmts); i++ {
		if _, ok := stmts[i].(*ast.LabelStmt); ok && r.beginsWithJump(stmts[i+1:]) {
			stmts = slices.Insert(stmts, i+1, nothing(stmts[i+1]))
		}
	}
	return stmts
}

func (r *reader) exprs(list []ast.Expr) {
	for _, e := range list {
		r.expr(e)
	}
}

func (r *reader) stmt(s ast.Stmt) {
	defer func() { r.depth-- }()
	if !r.enter(s.Line()) {
		return
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		r.exprs(s.Lhs)
		r.exprs(s.Rhs)
	case *ast.LocalAssignStmt:
		r.exprs(s.Exprs)
	case *ast.FuncCallStmt:
		r.expr(s.Expr)
	case *ast.DoBlockStmt:
		s.Stmts = r.block(s.Stmts)
	case *ast.WhileStmt:
		r.expr(s.Condition)
		s.Stmts = r.loop(s.Stmts)
	case *ast.RepeatStmt:
		s.Stmts = r.loop(s.Stmts)
		r.expr(s.Condition)
	case *ast.IfStmt:
		r.expr(s.Condition)
		s.Then = r.block(s.Then)
		s.Else = r.block(s.Else)
	case *ast.NumberForStmt:
		r.expr(s.Init)
		r.expr(s.Limit)
		r.expr(s.Step)
		s.Stmts = r.loop(s.Stmts)
	case *ast.GenericForStmt:
		r.exprs(s.Exprs)
		s.Stmts = r.loop(s.Stmts)
	case *ast.FuncDefStmt:
		r.expr(s.Name.Func)
		r.expr(s.Name.Receiver)
		r.expr(s.Func)
	case *ast.ReturnStmt:
		r.exprs(s.Exprs)
	}
}

func (r *reader) expr(e ast.Expr) {
	if e == nil {
		return
	}
	defer func() { r.depth-- }()
	if !r.enter(e.Line()) {
		return
	}
	switch e := e.(type) {
	case *ast.StringExpr:
		r.constant("s" + e.Value)
	case *ast.NumberExpr:
		r.constant("n" + e.Value)
	case *ast.IdentExpr:
		r.constant("s" + e.Value)
		r.arg = r.arg || e.Value == "arg"
	case *ast.AttrGetExpr:
		r.expr(e.Object)
		r.expr(e.Key)
	case *ast.TableExpr:
		mendConstructor(e)
		for _, f := range e.Fields {
			r.expr(f.Key)
			r.expr(f.Value)
		}
	case *ast.FuncCallExpr:
		r.call(e)
		r.expr(e.Func)
		r.expr(e.Receiver)
		r.exprs(e.Args)
	case *ast.LogicalOpExpr:
		if foldsFirst(e.Lhs) {
			r.folds++
		}
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.RelationalOpExpr:
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.StringConcatOpExpr:
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.ArithmeticOpExpr:
		r.expr(e.Lhs)
		r.expr(e.Rhs)
	case *ast.UnaryMinusOpExpr:
		r.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		r.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		r.expr(e.Expr)
	case *ast.FunctionExpr:
		if e != nil {
			e.Stmts = r.block(e.Stmts)
		}
	}
}

func (r *reader) constant(text string) {
	if r.constants == nil {
		r.constants = make(map[string]bool)
	}
	r.constants[text] = true
}

// call notes at("name") and require("name") with a literal name.
func (r *reader) call(e *ast.FuncCallExpr) {
	fn, ok := e.Func.(*ast.IdentExpr)
	if !ok || len(e.Args) == 0 {
		return
	}
	arg, ok := e.Args[0].(*ast.StringExpr)
	if !ok {
		return
	}
	switch fn.Value {
	case "at":
		r.found.steps = append(r.found.steps, mention{arg.Value, e.Line()})
	case "require":
		r.found.requires = append(r.found.requires, mention{arg.Value, e.Line()})
	}
}
