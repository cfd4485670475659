// Command asm writes the assembly of the packages that have some, for amd64
// with AVX2. Run it with "make asm" after a change; the files it writes are
// committed, and a plain Go twin of each function gives the same bits.
//
// No fused multiply-add is used, because its rounding is not that of a product
// and a sum; only VEX forms are, because a legacy SSE instruction between them
// costs a hundred nanoseconds; every function ends with VZEROUPPER.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	unit := flag.String("unit", "", "which file to write: random, fmath or tokens")
	flag.Parse()
	ConstraintExpr("!purego")
	switch *unit {
	case "random":
		words()
		transform()
	case "fmath":
		exps()
		affine()
	case "tokens":
		coast()
		market()
	default:
		fmt.Fprintf(os.Stderr, "asm: no unit %q\n", *unit)
		os.Exit(2)
	}
	Generate()
}

var pool = map[string]Mem{}

// constant returns 32 bytes of read-only memory that repeat a number, float32
// or float64, int32 or uint64, as a vector operand.
func constant(v any) Mem {
	var c []Constant
	var name string
	switch v := v.(type) {
	case float32:
		name = fmt.Sprintf("s%08x", math.Float32bits(v))
		c = repeat(U32(math.Float32bits(v)), 8)
	case uint32:
		name = fmt.Sprintf("s%08x", v)
		c = repeat(U32(v), 8)
	case float64:
		name = fmt.Sprintf("d%016x", math.Float64bits(v))
		c = repeat(U64(math.Float64bits(v)), 4)
	case uint64:
		name = fmt.Sprintf("d%016x", v)
		c = repeat(U64(v), 4)
	default:
		panic(v)
	}
	if m, ok := pool[name]; ok {
		return m
	}
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i, x := range c {
		DATA(i*x.Bytes(), x)
	}
	pool[name] = m
	return m
}

func repeat(c Constant, n int) []Constant {
	s := make([]Constant, n)
	for i := range s {
		s[i] = c
	}
	return s
}

// op is an instruction of three operands: dst = b op a.
type op func(ops ...Op)

// do applies op to x and y (which may be memory) and returns the result in a
// new register: x op y.
func do(f op, x reg.VecVirtual, y Op) reg.VecVirtual {
	dst := YMM()
	f(y, x, dst)
	return dst
}
