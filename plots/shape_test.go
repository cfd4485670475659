package plots

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// source parses the files of this package, tests left out, by file name.
func source(t *testing.T) (*token.FileSet, map[string]*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set, files := token.NewFileSet(), map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if files[name], err = parser.ParseFile(set, name, text, 0); err != nil {
			t.Fatal(err)
		}
	}
	return set, files
}

// funcs are the functions and methods of a file.
func funcs(f *ast.File) (list []*ast.FuncDecl) {
	for _, d := range f.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			list = append(list, f)
		}
	}
	return list
}

// A function fits on a screen.
func TestFunctionsAreShort(t *testing.T) {
	const most = 60 // lines, with its signature and closing brace
	set, files := source(t)
	for _, file := range files {
		for _, f := range funcs(file) {
			first, last := set.Position(f.Pos()), set.Position(f.End())
			if n := last.Line - first.Line + 1; n > most {
				t.Errorf("%s: %s has %d lines; want at most %d", first, f.Name.Name, n, most)
			}
		}
	}
}

// A figure is one file: what an exported constructor takes is declared beside it
// and has a method check, which says what is wrong with it.
func TestConstructorsCheck(t *testing.T) {
	set, files := source(t)
	found := 0
	for name, file := range files {
		types, checked := map[string]bool{}, map[string]bool{}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				for _, s := range g.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						types[s.Name.Name] = true
					}
				}
			}
		}
		for _, f := range funcs(file) {
			if f.Recv != nil && f.Name.Name == "check" && returnsOnly(f, "error") {
				checked[typeName(f.Recv.List[0].Type)] = true
			}
		}
		for _, f := range funcs(file) {
			if f.Recv != nil || !f.Name.IsExported() || !constructs(f) {
				continue
			}
			found++
			params := f.Type.Params.List
			data := typeName(params[len(params)-1].Type)
			if len(params) != 1 || !types[data] || !checked[data] {
				t.Errorf("%s: %s takes %q; want one type of data, declared in %s with a method check() error",
					set.Position(f.Pos()), f.Name.Name, data, name)
			}
		}
	}
	if found < 14 { // there were 14 kinds of figures when this was written
		t.Errorf("found %d constructors; want at least 14", found)
	}
}

// constructs reports whether f returns a figure and an error.
func constructs(f *ast.FuncDecl) bool {
	return f.Type.Results != nil && f.Type.Results.NumFields() == 2 && typeName(f.Type.Results.List[0].Type) == "Figure"
}

func returnsOnly(f *ast.FuncDecl, name string) bool {
	return f.Type.Results != nil && f.Type.Results.NumFields() == 1 && typeName(f.Type.Results.List[0].Type) == name
}

// typeName is the name of a type, of what it points to, or of its elements.
func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.Ellipsis:
		return typeName(x.Elt)
	}
	return ""
}
