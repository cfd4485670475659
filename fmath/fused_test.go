package fmath_test

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var fused = flag.Bool("fused", false, "compile what results depend on and look for fused multiply-adds")

// Packages that results depend on, and their files that no result of a study does:
// fits of models and what is said of them.
var (
	bearing = []string{"analytics", "assess", "block", "exact", "exact/brownian", "exact/levy", "fmath",
		"fmath/cmplx", "models", "paths", "quad", "random", "report", "study", "tokens"}
	excused = regexp.MustCompile(
		`^models/(fit|fitcomponent|fitgarch|fitjumps|fitmcgarch|fitregimes|fittargeted|fitvariance|goodness|` +
			`interval|maximise)\.go$`)
)

var (
	function    = regexp.MustCompile(`^(\S+) STEXT`)
	instruction = regexp.MustCompile(`^\t0x[0-9a-f]+ \d+ \(([^)]+):(\d+)\)\t(V?FN?M(?:ADD|SUB)\S*)`)
)

// A fusion is an instruction that rounds a product and a sum at once.
type fusion struct {
	file     string
	line     int
	function string
	name     string
}

// fusions finds those of a compiler's listing.
func fusions(listing []byte) (all []fusion, functions int) {
	in := ""
	lines := bufio.NewScanner(bytes.NewReader(listing))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if m := function.FindSubmatch(lines.Bytes()); m != nil {
			in = string(m[1])
			functions++
		}
		if m := instruction.FindSubmatch(lines.Bytes()); m != nil {
			line, _ := strconv.Atoi(string(m[2]))
			all = append(all, fusion{string(m[1]), line, in, string(m[3])})
		}
	}
	return all, functions
}

// asked says whether the line of a file calls math.FMA, which rounds once everywhere.
func asked(file string, line int) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	set := token.NewFileSet()
	f := set.AddFile(file, -1, len(text))
	var s scanner.Scanner
	s.Init(f, text, nil, 0)
	for {
		at, kind, name := s.Scan()
		if kind == token.EOF {
			return false
		}
		if kind == token.IDENT && name == "FMA" && set.Position(at).Line == line {
			return true
		}
	}
}

// Results have the same bits on every machine only if no compiler fuses a product
// into a sum: on arm64 it may always, on amd64 with GOAMD64=v3. The listing of both
// is the proof; hand-written assembly is not in it and answers for itself.
func TestNoFusedMultiplyAdd(t *testing.T) {
	if !*fused {
		t.Skip("compiles what results depend on twice; -fused does")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, machine := range [][2]string{{"amd64", "GOAMD64=v3"}, {"arm64", "GOARM64=v8.0"}} {
		build := exec.Command("go", "build", "-gcflags=-S")
		for _, name := range bearing {
			build.Args = append(build.Args, "./"+name)
		}
		build.Dir = root
		build.Env = append(os.Environ(), "GOARCH="+machine[0], machine[1])
		listing, err := build.CombinedOutput()
		if err != nil {
			var failed *exec.ExitError
			if errors.As(err, &failed) {
				listing = listing[max(0, len(listing)-2000):]
			}
			t.Fatalf("%s: %v\n%s", machine[0], err, listing)
		}
		all, functions := fusions(listing)
		if functions < 500 {
			t.Fatalf("%s: a listing of %d functions; want all of them", machine[0], functions)
		}
		seen := map[string]bool{}
		for _, f := range all {
			name, err := filepath.Rel(root, f.file)
			if err == nil && excused.MatchString(filepath.ToSlash(name)) || asked(f.file, f.line) {
				continue
			}
			said := fmt.Sprintf("%s:%d: %s of %s, in %s", name, f.line, f.name, machine[0], f.function)
			if !seen[said] {
				seen[said] = true
				t.Errorf("%s; want its product written as float64(x*y)", said)
			}
		}
	}
}

// The reader of listings sees what it should: a fused instruction of either machine,
// with its place, and nothing in products, sums and vector code.
func TestListingIsRead(t *testing.T) {
	all, functions := fusions([]byte(strings.Join([]string{
		"mcrisk/models.Heston.Advance STEXT size=1 args=0x0",
		"\t0x0000 00000 (/a/heston.go:7)\tTEXT\tmcrisk/models.Heston.Advance(SB), ABIInternal, $8-8",
		"\t0x0012 00018 (/a/heston.go:8)\tVFMADD231SD\tX1, X2, X0",
		"\t0x0016 00022 (/a/heston.go:9)\tMULSD\tX1, X2",
		"\t0x001a 00026 (/a/heston.go:9)\tADDSD\tX1, X2",
		"\t0x0020 00032 (/a/heston.go:10)\tFMSUBD\tF0, F1, F2, F3",
		"\t0x0024 00036 (/a/heston.go:11)\tFNMULD\tF0, F1, F2",
	}, "\n")))
	if functions != 1 || len(all) != 2 || all[0].line != 8 || all[1].line != 10 || all[1].name != "FMSUBD" ||
		all[0].function != "mcrisk/models.Heston.Advance" {
		t.Errorf("%d functions, %+v", functions, all)
	}
}
