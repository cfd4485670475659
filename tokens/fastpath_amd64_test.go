//go:build !purego

package tokens

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// eachWidth runs a test with the vector code of AVX2 and, where the processor
// has it, of AVX-512.
func eachWidth(t *testing.T, test func(*testing.T)) {
	defer func(was bool) { wide = was }(wide)
	most := wide
	for _, wide = range []bool{false, most} {
		t.Run(fmt.Sprintf("avx512=%v", wide), test)
		if !most {
			break
		}
	}
}

// A processor with AVX2 but without AVX-512 has 16 vector registers and no masks: the generator, which knows
// 32, must not have run out of them in a function for AVX2.
func TestRegistersOfAVX2(t *testing.T) {
	beyond := regexp.MustCompile(`\b([XY](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	names, err := filepath.Glob("../*/*_amd64.s")
	if err != nil || len(names) < 4 {
		t.Fatalf("assembly in %v, %v; want at least four files", names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		functions := strings.Split(string(text), "\nTEXT ")[1:]
		if len(functions) == 0 {
			t.Errorf("%s has no functions", name)
		}
		for _, f := range functions {
			function, _, _ := strings.Cut(f, "(")
			if r := beyond.FindString(f); r != "" && strings.HasSuffix(function, "AVX2") {
				t.Errorf("%s: %s uses %s", name, function, r)
			}
		}
	}
}
