// Command asm writes the assembly of the packages that have some, for amd64
// with AVX2 and, where that is quicker, with AVX-512 too. Run it with "make asm" after a change;
// the files it writes are committed, and a plain Go twin of each function gives
// the same bits.
//
// No fused multiply-add is used, because its rounding is not that of a product
// and a sum; only VEX and EVEX forms are, because a legacy SSE instruction
// between them costs a hundred nanoseconds; every function ends with VZEROUPPER.
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
	unit := flag.String("unit", "", "which file to write: random, fmath, models, rates or tokens")
	flag.Parse()
	ConstraintExpr("!purego")
	switch *unit {
	case "random":
		bothWays(words, transform)
	case "fmath":
		exps()
		affine()
	case "models":
		bothWays(garch, heston, component)
	case "rates":
		revert()
		pay()
		slopes()
		tick()
	case "tokens":
		bothWays(fastPaths)
		market()
		grow()
		calls()
	default:
		fmt.Fprintf(os.Stderr, "asm: no unit %q\n", *unit)
		os.Exit(2)
	}
	Generate()
}

// wide says that functions are being written for AVX-512, with vectors of 64
// bytes and masks in registers of their own, else for AVX2.
var wide bool

// bothWays writes functions for AVX2 and for AVX-512.
func bothWays(write ...func()) {
	for _, wide = range []bool{false, true} {
		for _, w := range write {
			w()
		}
	}
	wide = false
}

// begin begins a function, whose name is completed by the instruction set.
func begin(name string, attributes attr.Attribute, signature string, doc ...string) {
	held = map[string]reg.VecVirtual{}
	isa := "AVX2"
	if wide {
		isa = "AVX512"
	}
	TEXT(name+isa, attributes, signature)
	Pragma("noescape")
	doc[0] = name + isa + " " + doc[0]
	Doc(doc...)
}

// vec is a new vector.
func vec() reg.VecVirtual {
	if wide {
		return ZMM()
	}
	return YMM()
}

// zero is a new vector of zeros.
func zero() reg.VecVirtual {
	r := vec()
	if wide {
		vmovdqu(constant(uint64(0)), r) // a register less its own value depends on it, the generator thinks
	} else {
		VPXOR(r, r, r)
	}
	return r
}

// bytes is the length of a vector.
func bytes() int {
	if wide {
		return 64
	}
	return 32
}

// pick is for instructions that have another name in AVX-512.
func pick(avx2, avx512 func(...Op)) func(...Op) {
	if wide {
		return avx512
	}
	return avx2
}

func three(f func(a, b, c Op)) func(...Op) { return func(o ...Op) { f(o[0], o[1], o[2]) } }
func two(f func(a, b Op)) func(...Op)      { return func(o ...Op) { f(o[0], o[1]) } }

func vpand(ops ...Op)   { pick(three(VPAND), VPANDQ)(ops...) }
func vmovdqu(ops ...Op) { pick(two(VMOVDQU), VMOVDQU64)(ops...) }

var (
	pool = map[string]Mem{}
	held map[string]reg.VecVirtual // constants in registers
)

// hold puts constants into registers, if there are many.
func hold(values ...any) {
	if !wide {
		return
	}
	for _, v := range values {
		name, m := pooled(v)
		r := vec()
		VMOVDQU64(m, r)
		held[name] = r
	}
}

// constant returns a number, float32 or float64, int32 or uint64, repeated, as
// a vector operand.
func constant(v any) Op {
	name, m := pooled(v)
	if r, ok := held[name]; ok {
		return r
	}
	return m
}

// pooled returns read-only memory that repeats a number to a vector's length.
func pooled(v any) (string, Mem) {
	var c []Constant
	var name string
	switch v := v.(type) {
	case float32:
		name = fmt.Sprintf("s%08x", math.Float32bits(v))
		c = repeat(U32(math.Float32bits(v)), bytes()/4)
	case uint32:
		name = fmt.Sprintf("s%08x", v)
		c = repeat(U32(v), bytes()/4)
	case float64:
		name = fmt.Sprintf("d%016x", math.Float64bits(v))
		c = repeat(U64(math.Float64bits(v)), bytes()/8)
	case uint64:
		name = fmt.Sprintf("d%016x", v)
		c = repeat(U64(v), bytes()/8)
	default:
		panic(v)
	}
	if wide {
		name += "w"
	}
	m, ok := pool[name]
	if !ok {
		m = GLOBL(name, attr.RODATA|attr.NOPTR)
		for i, x := range c {
			DATA(i*x.Bytes(), x)
		}
		pool[name] = m
	}
	return name, m
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
	dst := vec()
	f(y, x, dst)
	return dst
}
