package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func mulpd(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VMULPD, x, y) }
func addpd(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VADDPD, x, y) }
func subpd(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VSUBPD, x, y) }

// exps writes fmath.Exp for arguments within ±0.34, where no power of two is
// taken out; within ±1/32 its series is shorter.
func exps() {
	TEXT("expsAVX2", attr.NOSPLIT, "func(dst, x *float64, n int) int")
	Pragma("noescape")
	Doc("expsAVX2 is Exp of the first n numbers, a multiple of 16, and returns how many",
		"it did: it stops before the first 16 of which one is beyond ±0.34 or NaN.")
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	done := GP64()
	XORQ(done, done)
	JMP(LabelRef("check"))
	Label("next")
	at := func(base reg.Register, i int) Mem { return Mem{Base: base, Index: done, Scale: 8, Disp: 32 * i} }
	v := [4]reg.VecVirtual{}
	for i := range v {
		v[i] = YMM()
		VMOVUPD(at(x, i), v[i])
	}
	within := func(r reg.VecVirtual, limit float64) reg.VecVirtual {
		size := YMM()
		VANDPD(constant(uint64(1<<63-1)), r, size)
		VCMPPD(U8(0x12), constant(limit), size, size) // ≤, false for NaN
		return size
	}
	mask := GP32()
	allWithin := func(limit float64) {
		all := within(v[0], limit)
		for _, r := range v[1:] {
			VANDPD(within(r, limit), all, all)
		}
		VMOVMSKPD(all, mask)
		CMPL(mask, U32(15))
	}
	series := func(r reg.VecVirtual, odd, even []float64) reg.VecVirtual {
		r2 := mulpd(r, r)
		tail := addpd(mulpd(mulpd(r2, r), horner(r2, odd...)), mulpd(mulpd(r2, r2), horner(r2, even...)))
		return addpd(addpd(addpd(mulpd(r2, constant(0.5)), tail), r), constant(1.0))
	}
	short := func(r reg.VecVirtual) reg.VecVirtual {
		return series(r, []float64{1.0 / 5040, 1.0 / 120, 1.0 / 6}, []float64{1.0 / 40320, 1.0 / 720, 1.0 / 24})
	}
	allWithin(1.0 / 32)
	JNE(LabelRef("long"))
	for i, r := range v {
		VMOVUPD(short(r), at(dst, i))
	}
	Label("advance")
	ADDQ(U32(16), done)
	Label("check")
	CMPQ(done, n)
	JLT(LabelRef("next"))
	Label("out")
	VZEROUPPER()
	Store(done, ReturnIndex(0))
	RET()

	Label("long")
	allWithin(0.34)
	JNE(LabelRef("out"))
	for i, r := range v {
		long := series(r, []float64{1.0 / 6227020800, 1.0 / 39916800, 1.0 / 362880, 1.0 / 5040, 1.0 / 120, 1.0 / 6},
			[]float64{1.0 / 479001600, 1.0 / 3628800, 1.0 / 40320, 1.0 / 720, 1.0 / 24})
		VMOVUPD(blend(within(r, 1.0/32), long, short(r)), at(dst, i))
	}
	JMP(LabelRef("advance"))
}

// horner is the polynomial in z with the given coefficients, highest first.
func horner(z reg.VecVirtual, c ...float64) reg.VecVirtual {
	p := mulpd(z, constant(c[0]))
	for _, a := range c[1 : len(c)-1] {
		p = mulpd(addpd(p, constant(a)), z)
	}
	return addpd(p, constant(c[len(c)-1]))
}

// affine writes dst = a + b·x.
func affine() {
	TEXT("affineAVX2", attr.NOSPLIT, "func(dst, x *float64, n int, a, b float64)")
	Pragma("noescape")
	Doc("affineAVX2 is a + b·x of the first n numbers, a multiple of 16, above zero.")
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	av, bv := YMM(), YMM()
	a, err := Param("a").Resolve()
	if err != nil {
		panic(err)
	}
	b, err := Param("b").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(a.Addr, av)
	VBROADCASTSD(b.Addr, bv)
	Label("next")
	for i := range 4 {
		VMOVUPD(addpd(mulpd(bv, Mem{Base: x, Disp: 32 * i}), av), Mem{Base: dst, Disp: 32 * i})
	}
	ADDQ(U32(128), x)
	ADDQ(U32(128), dst)
	SUBQ(U32(16), n)
	JNZ(LabelRef("next"))
	VZEROUPPER()
	RET()
}
