package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPD, false if an operand is NaN.
const (
	less    = 0x11
	greater = 0x1e
	atMost  = 0x12
	atLeast = 0x1d
)

// A mask says yes or no for each 64-bit element of a vector: in AVX-512 a
// register of bits, in AVX2 a vector of ones and zeros.
type mask struct {
	k reg.OpmaskVirtual
	v reg.VecVirtual
}

func cmppd(predicate int, x reg.VecVirtual, y Op) mask {
	if wide {
		k := K()
		VCMPPD(U8(predicate), y, x, k)
		return mask{k: k}
	}
	v := YMM()
	VCMPPD(U8(predicate), y, x, v)
	return mask{v: v}
}

func and(x, y mask) mask {
	if wide {
		k := K()
		KANDB(x.k, y.k, k)
		return mask{k: k}
	}
	return mask{v: do(VANDPD, x.v, y.v)}
}

func or(x, y mask) mask {
	if wide {
		k := K()
		KORB(x.k, y.k, k)
		return mask{k: k}
	}
	return mask{v: do(VORPD, x.v, y.v)}
}

// greaterInt is x > y, signed.
func greaterInt(x, y reg.VecVirtual) mask {
	if wide {
		k := K()
		VPCMPGTQ(y, x, k)
		return mask{k: k}
	}
	return mask{v: do(VPCMPGTQ, x, y)}
}

// negative says yes where the highest bit is set; all bits of an element are
// the same.
func negative(x reg.VecVirtual) mask {
	if wide {
		k := K()
		VPMOVQ2M(x, k)
		return mask{k: k}
	}
	return mask{v: x}
}

// count adds one where the mask says yes.
func count(m mask, n reg.VecVirtual) {
	if wide {
		VPADDQ(constant(uint64(1)), n, m.k, n)
		return
	}
	VPSUBQ(m.v, n, n)
}

// orTo sets bits in dst where the mask says yes.
func orTo(m mask, bits Op, dst reg.VecVirtual) {
	if wide {
		VPORQ(bits, dst, m.k, dst)
		return
	}
	VPOR(do(three(VPAND), m.v, bits), dst, dst)
}

// only is x where the mask says yes, else zero.
func only(m mask, x reg.VecVirtual) reg.VecVirtual {
	if wide {
		dst := vec()
		VMOVAPD_Z(x, m.k, dst)
		return dst
	}
	return do(VANDPD, m.v, x)
}

func not(x mask) mask {
	if wide {
		k := K()
		KNOTB(x.k, k)
		return mask{k: k}
	}
	return mask{v: do(VANDNPD, x.v, constant(^uint64(0)))}
}

// move puts the mask's bits, the first element's lowest, into bits.
func (m mask) move(bits reg.GPVirtual) {
	if wide {
		KMOVB(m.k, bits)
		return
	}
	VMOVMSKPD(m.v, bits)
}

// save writes the mask to memory, as a vector.
func (m mask) save(to Mem) {
	v := m.v
	if wide {
		v = vec()
		VPMOVM2Q(m.k, v)
	}
	VMOVUPD(v, to)
}

func loadMask(from Mem) mask { return negative(load(from)) }

// storeWhere writes the elements for which the mask says yes. Masked stores
// would be slower.
func storeWhere(m mask, x reg.VecVirtual, to Mem) { VMOVUPD(blend(m, load(to), x), to) }

// allLanes are the bits of a mask that says yes everywhere.
func allLanes() Op { return U32(1<<(bytes()/8) - 1) }

// blend is y where the mask says yes, else x.
func blend(m mask, x reg.VecVirtual, y Op) reg.VecVirtual {
	dst := vec()
	blendTo(m, x, y, dst)
	return dst
}

// blendTo is blend with the register that the result goes to, which is not y.
func blendTo(m mask, x reg.VecVirtual, y Op, dst reg.VecVirtual) {
	if !wide {
		VBLENDVPD(m.v, y, x, dst)
		return
	}
	if dst != x {
		VMOVUPD(x, dst) // the generator thinks that VBLENDMPD reads what it overwrites
	}
	VBLENDMPD(y, dst, m.k, dst)
}

func mulpd(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VMULPD, x, y) }
func addpd(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VADDPD, x, y) }
func subpd(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VSUBPD, x, y) }

// exps writes fmath.Exp for arguments within ±0.34, where no power of two is
// taken out; within ±1/32 its series is shorter.
func exps() {
	begin("exps", attr.NOSPLIT, "func(dst, x *float64, n int) int",
		"is Exp of the first n numbers, a multiple of 16, and returns how many",
		"it did: it stops before the first 16 of which one is beyond ±0.34 or NaN.")
	hold(uint64(1<<63-1), 1.0/32, 0.34, 0.5, 1.0, 1.0/6, 1.0/24, 1.0/120, 1.0/720, 1.0/5040, 1.0/40320,
		1.0/6227020800, 1.0/39916800, 1.0/362880, 1.0/479001600, 1.0/3628800)
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	done := GP64()
	XORQ(done, done)
	JMP(LabelRef("check"))
	Label("next")
	at := func(base reg.Register, i int) Mem { return Mem{Base: base, Index: done, Scale: 8, Disp: bytes() * i} }
	v := make([]reg.VecVirtual, 128/bytes())
	for i := range v {
		v[i] = vec()
		VMOVUPD(at(x, i), v[i])
	}
	within := func(r reg.VecVirtual, limit float64) mask {
		size := vec()
		VANDPD(constant(uint64(1<<63-1)), r, size)
		return cmppd(atMost, size, constant(limit))
	}
	bits := GP32()
	allWithin := func(limit float64) {
		all := within(v[0], limit)
		for _, r := range v[1:] {
			all = and(all, within(r, limit))
		}
		all.move(bits)
		CMPL(bits, allLanes())
	}
	allWithin(1.0 / 32)
	JNE(LabelRef("long"))
	for i, r := range v {
		VMOVUPD(expTiny(r), at(dst, i))
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
		VMOVUPD(blend(within(r, 1.0/32), expSmall(r), expTiny(r)), at(dst, i))
	}
	JMP(LabelRef("advance"))
}

// series is e^r by the odd and even coefficients of its series, from r³ on.
func series(r reg.VecVirtual, odd, even []float64) reg.VecVirtual {
	r2 := mulpd(r, r)
	tail := addpd(mulpd(mulpd(r2, r), horner(r2, odd...)), mulpd(mulpd(r2, r2), horner(r2, even...)))
	return addpd(addpd(addpd(mulpd(r2, constant(0.5)), tail), r), constant(1.0))
}

// expSmall is 1 + fmath's expm1Small.
func expSmall(r reg.VecVirtual) reg.VecVirtual {
	return series(r, []float64{1.0 / 6227020800, 1.0 / 39916800, 1.0 / 362880, 1.0 / 5040, 1.0 / 120, 1.0 / 6},
		[]float64{1.0 / 479001600, 1.0 / 3628800, 1.0 / 40320, 1.0 / 720, 1.0 / 24})
}

// expTiny is 1 + fmath's expm1Tiny.
func expTiny(r reg.VecVirtual) reg.VecVirtual {
	return series(r, []float64{1.0 / 5040, 1.0 / 120, 1.0 / 6}, []float64{1.0 / 40320, 1.0 / 720, 1.0 / 24})
}

// horner is the polynomial in z with the given coefficients, highest first.
func horner(z reg.VecVirtual, c ...float64) reg.VecVirtual { return row{z}.polynomial(c...)[0] }

// affine writes dst = a + b·x.
func affine() {
	begin("affine", attr.NOSPLIT, "func(dst, x *float64, n int, a, b float64)",
		"is a + b·x of the first n numbers, a multiple of 16, above zero.")
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	av, bv := vec(), vec()
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
	for i := range 128 / bytes() {
		VMOVUPD(addpd(mulpd(bv, Mem{Base: x, Disp: bytes() * i}), av), Mem{Base: dst, Disp: bytes() * i})
	}
	ADDQ(U32(128), x)
	ADDQ(U32(128), dst)
	SUBQ(U32(16), n)
	JNZ(LabelRef("next"))
	VZEROUPPER()
	RET()
}

// grow writes tokens.growth of a + b·x.
func grow() {
	begin("grow", attr.NOSPLIT, "func(dst, x *float64, n int, a, b float64) int",
		"is e^(a + b*x) - 1 of the first n numbers, a multiple of 16, and returns how many it did:",
		"it stops before the first 16 of which one has an exponent of 0.001 or more, or NaN.")
	dst := Load(Param("dst"), GP64())
	x := Load(Param("x"), GP64())
	n := Load(Param("n"), GP64())
	a, b := everywhere("a"), everywhere("b")
	limit := load(constant(mostGrowth))
	done, bits := GP64(), GP32()
	XORQ(done, done)
	JMP(LabelRef("check"))
	Label("next")
	at := func(base reg.Register, i int) Mem { return Mem{Base: base, Index: done, Scale: 8, Disp: bytes() * i} }
	r := make(row, 128/bytes())
	for i := range r {
		r[i] = addpd(mulpd(b, at(x, i)), a)
	}
	small := cmppd(less, size(r[0]), limit)
	for _, v := range r[1:] {
		small = and(small, cmppd(less, size(v), limit))
	}
	small.move(bits)
	CMPL(bits, allLanes())
	JNE(LabelRef("out"))
	p := mul(r, constant(1.0/120))
	for _, c := range []float64{1.0 / 24, 1.0 / 6, 1.0 / 2} {
		p = mul(add(p, constant(c)), r)
	}
	for i, v := range add(mul(p, r), r) {
		VMOVUPD(v, at(dst, i))
	}
	ADDQ(U32(16), done)
	Label("check")
	CMPQ(done, n)
	JLT(LabelRef("next"))
	Label("out")
	VZEROUPPER()
	Store(done, ReturnIndex(0))
	RET()
}
