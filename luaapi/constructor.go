package luaapi

import "github.com/yuin/gopher-lua/ast"

// fieldsPerFlush is how many positional fields of a table constructor
// gopher-lua's compiler gathers in registers before it writes them.
const fieldsPerFlush = 50

// mendConstructor changes the tree of a table constructor where gopher-lua
// v1.1.2 compiles a wrong program of it, so that the program is right:
//
//   - { x, k = f() } appends what f returns as a positional value as well, for
//     the last field is taken for one of several values though it has a key;
//   - a field with a key behind 50 positional ones, or a multiple, writes those
//     again, from registers that hold something else by then;
//   - f's values behind 50 positional ones, or a multiple, overwrite the first.
func mendConstructor(e *ast.TableExpr) {
	if len(e.Fields) == 0 {
		return
	}
	if last := e.Fields[len(e.Fields)-1]; last.Key != nil {
		switch v := last.Value.(type) {
		case *ast.FuncCallExpr:
			v.AdjustRet = true // as in { k = (f()) }
		case *ast.Comma3Expr:
			v.AdjustRet = true
		}
	}
	positional, again := 0, false
	for _, f := range e.Fields {
		if f.Key == nil {
			positional++
		} else if positional > 0 && positional%fieldsPerFlush == 0 {
			again = true
		}
	}
	if again {
		e.Fields = keyedFirst(e.Fields)
	}
	if last := e.Fields[len(e.Fields)-1]; last.Key == nil && several(last.Value) && positional > 1 && (positional-1)%fieldsPerFlush == 0 {
		joinLast(e)
	}
}

// keyedFirst moves the fields with keys to the front: the order of assignments
// in a constructor is undefined in Lua 5.1.
func keyedFirst(fields []*ast.Field) []*ast.Field {
	out := make([]*ast.Field, 0, len(fields))
	for _, keyed := range []bool{true, false} {
		for _, f := range fields {
			if (f.Key != nil) == keyed {
				out = append(out, f)
			}
		}
	}
	return out
}

// several reports whether an expression may have any number of values.
func several(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncCallExpr:
		return !e.AdjustRet
	case *ast.Comma3Expr:
		return !e.AdjustRet
	}
	return false
}

// joinLast makes one expression of the last two fields: { …, a, f() } becomes
// { …, (function(...) return ... end)(a, f()) }, which has the same values.
func joinLast(e *ast.TableExpr) {
	n := len(e.Fields)
	a, f := e.Fields[n-2].Value, e.Fields[n-1].Value
	if e.Fields[n-2].Key != nil { // a field with a key, which may stand before it as well
		e.Fields = keyedFirst(e.Fields)
		a = e.Fields[n-2].Value
	}
	values := &ast.Comma3Expr{}
	ret := &ast.ReturnStmt{Exprs: []ast.Expr{values}}
	all := &ast.FunctionExpr{ParList: &ast.ParList{HasVargs: true}, Stmts: []ast.Stmt{ret}}
	call := &ast.FuncCallExpr{Func: all, Args: []ast.Expr{a, f}}
	for _, node := range []ast.PositionHolder{values, ret, all, call} {
		node.SetLine(f.Line())
		node.SetLastLine(f.LastLine())
	}
	e.Fields = append(e.Fields[:n-2], &ast.Field{Value: call})
}
