package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// faultsOfRoom are what does not belong into the command's room: arithmetic, tables
// and file formats, which packages of the library have, and long files.
func faultsOfRoom(name, source string) (faults []string, err error) {
	const longest = 220
	if n := strings.Count(source, "\n"); n > longest {
		faults = append(faults, "has "+strconv.Itoa(n)+" lines; want at most "+strconv.Itoa(longest))
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		return nil, err
	}
	for _, i := range file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		for _, unwanted := range []string{"encoding/csv", "encoding/json", "text/tabwriter",
			"github.com/jedib0t/", "gonum.org/"} {
			if strings.HasPrefix(path, unwanted) {
				faults = append(faults, "imports "+path)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "math" &&
			slices.Contains([]string{"Log", "Log1p", "Exp", "Expm1", "Pow", "Sqrt"}, s.Sel.Name) {
			faults = append(faults, "calls math."+s.Sel.Name)
		}
		return true
	})
	return faults, nil
}

// The command's room holds options and what they run, and little of it.
func TestRoom(t *testing.T) {
	const most = 3000
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += strings.Count(string(source), "\n")
		faults, err := faultsOfRoom(name, string(source))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			t.Errorf("%s %s", name, f)
		}
	}
	if all > most {
		t.Errorf("the command has %d lines; want at most %d", all, most)
	}
}

// What does not belong is seen.
func TestRoomSees(t *testing.T) {
	for source, want := range map[string]string{
		"package main\nimport \"encoding/csv\"\nvar _ csv.Reader\n": "imports encoding/csv",
		"package main\nimport \"github.com/jedib0t/go-pretty/v6/table\"\n": "imports " +
			"github.com/jedib0t/go-pretty/v6/table",
		"package main\nimport \"math\"\nvar x = math.Log(2)\n":                      "calls math.Log",
		"package main\nimport \"math\"\nvar f = math.Sqrt\n":                        "calls math.Sqrt",
		"package main\n" + strings.Repeat("// a line\n", 220):                       "has 221 lines; want at most 220",
		"package main\nimport \"math\"\nvar x = math.Abs(2)\n":                      "",
		"package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"math.Log\") }\n": "",
	} {
		faults, err := faultsOfRoom("x.go", source)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(faults, "; "); got != want {
			t.Errorf("faults %q; want %q in\n%.80s", got, want, source)
		}
	}
}
