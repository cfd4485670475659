package fmath_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Functions of package math that round no product and sum, and pick no instructions
// that could: all others are left to the processor.
const plainMath = " Abs Ceil Copysign FMA Float32bits Float32frombits Float64bits Float64frombits Floor Frexp Inf " +
	"IsInf IsNaN Ldexp Max Min Mod Modf NaN Nextafter Pow10 Round RoundToEven Signbit Sqrt Trunc "

// bestBand alone searches by a package of gonum, and no command asks for it.
const bestBand = "exact/optimum.go"

// departures are the uses, in a file, of what may differ between processors.
func departures(text []byte) (all []string, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", text, 0)
	if err != nil {
		return nil, err
	}
	for _, i := range file.Imports {
		if path := strings.Trim(i.Path.Value, `"`); path == "math/cmplx" || strings.HasPrefix(path, "gonum.org/") {
			all = append(all, fmt.Sprintf("%d: imports %s", set.Position(i.Pos()).Line, path))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			if ok && x.Name == "math" && x.Obj == nil && s.Sel.IsExported() && !isConstant(s.Sel.Name) &&
				!strings.Contains(plainMath, " "+s.Sel.Name+" ") {
				all = append(all, fmt.Sprintf("%d: uses math.%s", set.Position(s.Pos()).Line, s.Sel.Name))
			}
		}
		return true
	})
	return all, nil
}

func isConstant(name string) bool {
	return strings.HasPrefix(name, "Max") && name != "Max" || strings.HasPrefix(name, "MinInt") ||
		strings.HasPrefix(name, "SmallestNonzero") ||
		strings.Contains(" Pi Sqrt2 SqrtPi Ln2 Ln10 E Log2E Log10E ", " "+name+" ")
}

// What results depend on takes its elementary functions from fmath and its complex
// ones from fmath/cmplx: those of package math, and of libraries built on it, have
// other bits on other processors.
func TestElementaryFunctionsAreOurs(t *testing.T) {
	files := 0
	for _, name := range bearing {
		found, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(name), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			file := name + "/" + filepath.Base(path)
			if strings.HasSuffix(path, "_test.go") || excused.MatchString(file) || file == bestBand {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files++
			all, err := departures(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range all {
				t.Errorf("%s:%s; want fmath, or a plain function of math", file, d)
			}
		}
	}
	if files < 100 {
		t.Errorf("%d files read; want all of %v", files, bearing)
	}
}

// The reader of files sees what it should.
func TestDeparturesAreSeen(t *testing.T) {
	all, err := departures([]byte("package p\nimport (\n\"math\"\n\"math/cmplx\"\n)\n" +
		"var f = math.Exp\nvar x = math.Sqrt(math.Pi) + math.Log(2)\nvar z = cmplx.Exp(1)\n"))
	if want := "[4: imports math/cmplx 6: uses math.Exp 7: uses math.Log]"; err != nil || fmt.Sprint(all) != want {
		t.Errorf("%v, %v; want %s", all, err, want)
	}
}
