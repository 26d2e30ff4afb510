package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// parsed is every Go file of a package that is not a test.
func parsed(t *testing.T, folder string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no Go files (%v)", folder, err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		files = append(files, parsedFile(t, name))
	}
	return files
}

func parsedFile(t *testing.T, name string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// literal is a string that stands in the code, "" for any other expression.
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if s, err := strconv.Unquote(lit.Value); err == nil {
			return s
		}
	}
	return ""
}

// typeName is the last name of a type's.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// constants are the values of the string constants of a type.
func constants(files []*ast.File, kind string) (values []string) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				if id, ok := spec.Type.(*ast.Ident); ok && id.Name == kind {
					values = append(values, literal(spec.Values[0]))
				}
			}
			return true
		})
	}
	return values
}

// findingCodes are all that a Finding can have as its Code: the reasons of a
// refusal, what stands in a Finding{Code: …}, and the first column of the
// table of treatments.
func findingCodes(t *testing.T) map[string]bool {
	wire := parsed(t, "router/twilio")
	codes := map[string]bool{}
	for _, c := range constants(wire, "Reason") {
		codes[c] = true
	}
	for _, f := range append(wire, parsed(t, "router/webhook")...) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if typeName(n.Type) != "Finding" {
					break
				}
				for _, e := range n.Elts {
					if row, ok := e.(*ast.KeyValueExpr); ok && typeName(row.Key) == "Code" {
						codes[literal(row.Value)] = true
					}
				}
			case *ast.ValueSpec:
				if n.Names[0].Name != "treatments" {
					break
				}
				for _, row := range n.Values[0].(*ast.CompositeLit).Elts {
					codes[literal(row.(*ast.CompositeLit).Elts[0])] = true
				}
			}
			return true
		})
	}
	delete(codes, "")
	return codes
}

func TestEveryFindingIsExplained(t *testing.T) {
	codes := findingCodes(t)
	for _, c := range []string{"scheme", "unknown", "trimmed", "body-changed", "basic-auth"} { // or the search found nothing
		if !codes[c] {
			t.Errorf("the code %q was not found in the program", c)
		}
	}
	documented := map[string]bool{}
	for _, row := range tableRows(readPage(t, "docs/verification.md"), "code") {
		for _, m := range spanPattern.FindAllStringSubmatch(row[0], -1) {
			if documented[m[1]] {
				t.Errorf("docs/verification.md has %q twice", m[1])
			}
			documented[m[1]] = true
		}
	}
	compare(t, "docs/verification.md", documented, codes)
}

// compare tells what a document has too much and too little.
func compare(t *testing.T, name string, documented, there map[string]bool) {
	t.Helper()
	for _, x := range slices.Sorted(maps.Keys(there)) {
		if !documented[x] {
			t.Errorf("%s says nothing about %q", name, x)
		}
	}
	for _, x := range slices.Sorted(maps.Keys(documented)) {
		if !there[x] {
			t.Errorf("%s has %q, and the program has not", name, x)
		}
	}
}

// tableRows are the cells of the tables whose first heading is head, without
// the headings.
func tableRows(p *page, head string) (rows [][]string) {
	inside := false
	p.prose(func(_ int, text string) {
		if !strings.HasPrefix(text, "|") {
			inside = false
			return
		}
		cells := strings.Split(strings.Trim(text, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[0] == head:
			inside = true
		case inside && !strings.HasPrefix(cells[0], "---"):
			rows = append(rows, cells)
		}
	})
	return rows
}

// TestArchitectureTable compares the table in the document with the one that
// the imports are held to.
func TestArchitectureTable(t *testing.T) {
	held := heldImports(t)
	rows := tableRows(readPage(t, "docs/architecture.md"), "package")
	if len(rows) < 10 {
		t.Fatalf("%d rows were found", len(rows))
	}
	drawn := map[string]bool{}
	for _, row := range rows {
		name := strings.Trim(row[0], "`")
		drawn[name] = true
		if !there(name) {
			t.Errorf("there is no package %s", name)
		}
		may, ok := held[name]
		if !ok {
			t.Errorf("%s is in the document, and not in the test of imports", name)
			continue
		}
		want := strings.Join(expanded(may, rows), ", ")
		got := row[len(row)-1]
		if got == "–" {
			got = ""
		}
		if got != want {
			t.Errorf("%s may import %q by the document, %q by the test of imports", name, got, want)
		}
	}
	for name := range held {
		if !drawn[name] && hasCode(t, name) {
			t.Errorf("%s is in the test of imports, and not in the document", name)
		}
	}
}

// heldImports reads the table of router/imports_test.go.
func heldImports(t *testing.T) map[string][]string {
	held := map[string][]string{}
	ast.Inspect(parsedFile(t, filepath.Join(root, "router", "imports_test.go")), func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "mayImport" {
			return true
		}
		for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
			row := e.(*ast.KeyValueExpr)
			held[literal(row.Key)] = []string{}
			for _, may := range row.Value.(*ast.CompositeLit).Elts {
				held[literal(row.Key)] = append(held[literal(row.Key)], literal(may))
			}
		}
		return false
	})
	if len(held) == 0 {
		t.Fatal("the table of what may be imported was not found")
	}
	return held
}

// expanded names the packages that a pattern stands for.
func expanded(may []string, rows [][]string) (names []string) {
	for _, m := range may {
		below, pattern := strings.CutSuffix(m, "...")
		switch {
		case m == "...":
			names = append(names, "all")
		case pattern:
			for _, row := range rows {
				if name := strings.Trim(row[0], "`"); strings.HasPrefix(name, below) {
					names = append(names, name)
				}
			}
		default:
			names = append(names, m)
		}
	}
	return names
}

func hasCode(t *testing.T, folder string) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(names, func(name string) bool { return !strings.HasSuffix(name, "_test.go") })
}

// TestScriptsPageIsComplete looks for every name that scripts can reach.
func TestScriptsPageIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "scripts.md"))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, m := range regexp.MustCompile(`[A-Za-z_]\w*`).FindAllString(string(text), -1) {
		said[m] = true
	}
	api := parsed(t, "luaapi")
	names := append(provided(api), eventFields(api)...)
	names = append(names, fetchKinds(t)...)
	names = append(names, listed(api, "httpOptions")...)
	if len(names) < 80 {
		t.Fatalf("only %d names were found: %q", len(names), names)
	}
	for _, name := range names {
		if !said[name] {
			t.Errorf("docs/scripts.md does not mention %s", name)
		}
	}
}

func fetchKinds(t *testing.T) []string { return constants(parsed(t, "luaapi/fetch"), "Kind") }

// provided are the globals of the script API, the constructors apart.
func provided(files []*ast.File) (names []string) {
	for _, f := range files {
		var globals, members []string
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			switch typeName(call.Fun) {
			case "provideModule", "provideGlobal", "providePerRun":
				globals = append(globals, literal(call.Args[0]))
			case "functions": // of a module
				for _, e := range call.Args[1:] {
					if table, ok := e.(*ast.CompositeLit); ok {
						members = append(members, rowNames(table)...)
					}
				}
			}
			return true
		})
		if len(globals) > 0 { // Lua's own libraries are not described
			names = append(names, globals...)
			names = append(names, members...)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

func rowNames(table *ast.CompositeLit) (names []string) {
	for _, e := range table.Elts {
		if row, ok := e.(*ast.KeyValueExpr); ok && literal(row.Key) != "" {
			names = append(names, literal(row.Key))
		}
	}
	return names
}

// eventFields are the cases of the function that computes them.
func eventFields(files []*ast.File) (names []string) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			fn, ok := n.(*ast.FuncDecl)
			if !ok || fn.Name.Name != "computed" {
				return true
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if c, ok := n.(*ast.CaseClause); ok {
					for _, e := range c.List {
						names = append(names, literal(e))
					}
				}
				return true
			})
			return false
		})
	}
	return names
}

// listed are the strings of a list in the code.
func listed(files []*ast.File, name string) (values []string) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == name {
				for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
					values = append(values, literal(e))
				}
			}
			return true
		})
	}
	return values
}

// TestDependenciesAreDecided looks for every module of go.mod among the
// decisions, and for the version of Go in README.md.
func TestDependenciesAreDecided(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile(filepath.Join(root, "docs", "decisions", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	if version == nil || !strings.Contains(string(readme), "Go ("+string(version[1])+";") {
		t.Errorf("README.md does not name the version of Go in go.mod, %s", version)
	}
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^\t?(?:require )?([\w.-]+\.[\w./-]+) v\S+$`).FindAllStringSubmatch(string(mod), -1) {
		found++
		name := path.Base(regexp.MustCompile(`/v\d+$`).ReplaceAllString(m[1], ""))
		if !strings.Contains(string(reasons), name) {
			t.Errorf("docs/decisions/README.md does not say why there is %s", m[1])
		}
	}
	if found < 5 {
		t.Errorf("only %d modules were found", found)
	}
}
