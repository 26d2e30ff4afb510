package luaapi

import (
	"fmt"
	"slices"

	"github.com/yuin/gopher-lua/ast"
)

// rewritten is a statement that means the same to gopher-lua as s does in Lua.
func rewritten(s ast.Stmt) ast.Stmt {
	switch s := s.(type) {
	case *ast.GenericForStmt:
		return rewrittenLoop(s)
	case *ast.AssignStmt:
		return rewrittenAssignment(s)
	}
	return s
}

// rewrittenLoop makes `do local f, s, c = next, t for … in f, s, c do … end end`
// of `for … in next, t do … end`. gopher-lua leaves what is not given undefined
// and mixes up the registers of a function that comes from a call.
func rewrittenLoop(s *ast.GenericForStmt) ast.Stmt {
	if len(s.Exprs) == 1 {
		if call, ok := s.Exprs[0].(*ast.FuncCallExpr); ok && !hasCall(call.Func) {
			return s
		}
	}
	const generator = 3 // function, state, control
	local := &ast.LocalAssignStmt{Names: hiddenNames(generator), Exprs: s.Exprs}
	place(local, s)
	s.Exprs = hiddenValues(local.Names, s)
	return blockOf(s, local, s)
}

// rewrittenAssignment makes `do local a, b = y, x x = a y = b end` of
// `x, y = y, x`. gopher-lua sets the first variable before it reads the second.
// What stands in tables is set before variables, for it may be named by these.
func rewrittenAssignment(s *ast.AssignStmt) ast.Stmt {
	variables := 0
	for _, l := range s.Lhs {
		if _, ok := l.(*ast.IdentExpr); ok {
			variables++
		}
	}
	if len(s.Lhs) < 2 || len(s.Rhs) < 2 && variables == len(s.Lhs) || variables == 0 {
		return s
	}
	local := &ast.LocalAssignStmt{Names: hiddenNames(len(s.Lhs)), Exprs: s.Rhs}
	place(local, s)
	values := hiddenValues(local.Names, s)
	fields := &ast.AssignStmt{}
	place(fields, s)
	stmts := []ast.Stmt{local}
	for i, l := range s.Lhs {
		if _, ok := l.(*ast.IdentExpr); !ok {
			fields.Lhs, fields.Rhs = append(fields.Lhs, l), append(fields.Rhs, values[i])
		}
	}
	if len(fields.Lhs) > 0 {
		stmts = append(stmts, fields)
	}
	for i, l := range slices.Backward(s.Lhs) { // Lua sets the last first
		if _, ok := l.(*ast.IdentExpr); ok {
			one := &ast.AssignStmt{Lhs: []ast.Expr{l}, Rhs: []ast.Expr{values[i]}}
			place(one, s)
			stmts = append(stmts, one)
		}
	}
	return blockOf(s, stmts...)
}

// loop is the same for the body of a loop. It begins with something other than
// a jump: gopher-lua shortens jumps to jumps, and takes one back to a jump that
// it has shortened already for another one, so that the loop ends after its
// first turn. So it is with labels.
func (r *reader) loop(stmts []ast.Stmt) []ast.Stmt {
	if stmts = r.block(stmts); r.beginsWithJump(stmts) {
		stmts = slices.Insert(stmts, 0, nothing(stmts[0]))
	}
	return stmts
}

// beginsWithJump reports whether the code of stmts may begin with a jump.
func (r *reader) beginsWithJump(stmts []ast.Stmt) bool {
	if len(stmts) == 0 {
		return false
	}
	if r.folding[stmts[0]] {
		return true
	}
	switch s := stmts[0].(type) {
	case *ast.GotoStmt, *ast.BreakStmt:
		return true
	case *ast.IfStmt:
		return foldsFirst(s.Condition) || r.beginsWithJump(s.Then)
	case *ast.WhileStmt:
		return foldsFirst(s.Condition) || r.beginsWithJump(s.Stmts)
	case *ast.RepeatStmt:
		return foldsFirst(s.Condition) || r.beginsWithJump(s.Stmts)
	case *ast.DoBlockStmt:
		return r.beginsWithJump(s.Stmts) || len(s.Stmts) == 0 && r.beginsWithJump(stmts[1:])
	case *ast.LabelStmt:
		return r.beginsWithJump(stmts[1:])
	}
	return false
}

// foldsFirst reports whether the code of a condition begins with a constant,
// which may leave nothing but a jump.
func foldsFirst(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.LogicalOpExpr:
			e = x.Lhs
		case *ast.UnaryNotOpExpr:
			e = x.Expr
		case ast.ConstExpr:
			return true
		default:
			return false
		}
	}
}

// nothing is a statement that does nothing.
func nothing(at ast.PositionHolder) ast.Stmt {
	local := &ast.LocalAssignStmt{Names: []string{"(0)"}}
	place(local, at)
	return local
}

// hiddenNames are names that no source can have.
func hiddenNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("(%d)", i+1)
	}
	return names
}

func hiddenValues(names []string, at ast.PositionHolder) []ast.Expr {
	values := make([]ast.Expr, len(names))
	for i, name := range names {
		ident := &ast.IdentExpr{Value: name}
		place(ident, at)
		values[i] = ident
	}
	return values
}

func blockOf(at ast.PositionHolder, stmts ...ast.Stmt) ast.Stmt {
	block := &ast.DoBlockStmt{Stmts: stmts}
	place(block, at)
	return block
}

// place gives a node the lines of the one that it stands for.
func place(n, at ast.PositionHolder) {
	n.SetLine(at.Line())
	n.SetLastLine(at.LastLine())
}

// hasCall reports whether the function that is called comes from a call itself.
func hasCall(e ast.Expr) bool {
	for {
		switch x := e.(type) {
		case *ast.FuncCallExpr:
			return true
		case *ast.AttrGetExpr:
			e = x.Object
		default:
			return false
		}
	}
}
