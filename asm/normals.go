package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// words writes the making of random words: Philox4x32-10, as in
// random/philox.go.
//
// A counter word of four lanes is kept in the low halves of 64-bit elements;
// what stands in the high halves does not matter, because VPMULUDQ does not
// read it. Eight lanes are two such registers, of lanes 0 1 4 5 and 2 3 6 7,
// because VSHUFPS puts these together in order.
func words() {
	TEXT("wordsAVX2", 0, "func(dst *[16][4][16]uint32, quads int, quad, id uint32, path uint64, keys *[10][2]uint32)")
	Pragma("noescape")
	Doc("wordsAVX2 makes the words of 16 paths in the given number of word blocks from quad on.")

	dst := Load(Param("dst"), GP64())
	quads := Load(Param("quads"), GP64())
	keys := Load(Param("keys"), GP64())
	round := AllocLocal(20 * 32)
	for i := range 20 {
		k := YMM()
		VPBROADCASTD(Mem{Base: keys, Disp: 4 * i}, k)
		VMOVDQU(k, round.Offset(32*i))
	}
	// Words that are the same for all lanes, and the lanes' path numbers.
	uniform := AllocLocal(3 * 32)
	quad := GP32()
	Load(Param("quad"), quad)
	x := XMM()
	id := Load(Param("id"), GP32())
	broadcast := func(r reg.Register, m Mem) {
		y := YMM()
		VMOVD(r, x)
		VPBROADCASTD(x, y)
		VMOVDQU(y, m)
	}
	broadcast(id, uniform.Offset(0))
	path := Load(Param("path"), GP64())
	broadcast(path.(reg.GPVirtual).As32(), uniform.Offset(32))
	SHRQ(U8(32), path)
	broadcast(path.(reg.GPVirtual).As32(), uniform.Offset(64))
	lanes := AllocLocal(4 * 32)
	for half := range 2 {
		for stream := range 2 {
			y := YMM()
			VMOVDQU(uniform.Offset(32), y)
			VPADDD(laneNumbers(half, stream), y, y)
			VMOVDQU(y, lanes.Offset(32*(2*half+stream)))
		}
	}
	m0, m1 := YMM(), YMM()
	VMOVDQU(constant(uint64(0xD2511F53)), m0)
	VMOVDQU(constant(uint64(0xCD9E8D57)), m1)

	Label("quad")
	for half := range 2 {
		w := philox(quad, uniform, lanes.Offset(64*half), round, m0, m1)
		for i := range w {
			VMOVDQU(w[i], Mem{Base: dst, Disp: 64*i + 32*half})
		}
	}
	INCL(quad)
	ADDQ(U32(4*16*4), dst)
	DECQ(quads)
	JNZ(LabelRef("quad"))
	VZEROUPPER()
	RET()
}

// transform writes Box–Muller, as in random/normal.go: first all radii, which
// take the place of their words, then the rest. Two short loops keep the
// processor busier than one long.
func transform() {
	TEXT("transformAVX2", attr.NOSPLIT, "func(dst *[64][16]float64, words *[16][4][16]uint32, quads int)")
	Pragma("noescape")
	Doc("transformAVX2 turns pairs of words into pairs of normals, 4·quads steps of 16",
		"lanes. It overwrites the words, which may be the second half of what it fills.")
	dst := Load(Param("dst"), GP64())
	words := Load(Param("words"), GP64())
	pairs := Load(Param("quads"), GP64())
	SHLQ(U8(1), pairs)
	at, left := GP64(), GP64()
	MOVQ(words, at)
	MOVQ(pairs, left)
	Label("radius")
	for half := range 2 {
		a := YMM()
		VMOVDQU(Mem{Base: at, Disp: 32 * half}, a)
		VMOVUPS(radius(a), Mem{Base: at, Disp: 32 * half})
	}
	ADDQ(U32(2*16*4), at)
	DECQ(left)
	JNZ(LabelRef("radius"))
	Label("pair")
	var r, b [2]reg.VecVirtual
	for half := range 2 {
		r[half], b[half] = YMM(), YMM()
		VMOVUPS(Mem{Base: words, Disp: 32 * half}, r[half])
		VMOVDQU(Mem{Base: words, Disp: 64 + 32*half}, b[half])
	}
	for half := range 2 {
		store(dst, half, r[half], b[half])
	}
	ADDQ(U32(2*16*4), words)
	ADDQ(U32(2*16*8), dst)
	DECQ(pairs)
	JNZ(LabelRef("pair"))
	VZEROUPPER()
	RET()
}

// laneNumbers are the lanes of one of the two streams of a half.
func laneNumbers(half, stream int) Mem {
	name := [][]string{{"lanes0", "lanes1"}, {"lanes2", "lanes3"}}[half][stream]
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i, l := range []int{0, 1, 4, 5} {
		DATA(8*i, U64(8*half+2*stream+l))
	}
	return m
}

// philox returns the four words of eight lanes.
func philox(quad reg.Register, uniform, lanes, round Mem, m0, m1 reg.VecVirtual) [4]reg.VecVirtual {
	var c [2][4]reg.VecVirtual
	q := YMM()
	VMOVD(quad, q.AsX())
	VPBROADCASTD(q.AsX(), q)
	for s := range 2 {
		for i := range 4 {
			c[s][i] = YMM()
		}
		VMOVDQA(q, c[s][0])
		VMOVDQU(uniform.Offset(0), c[s][1])
		VMOVDQU(lanes.Offset(32*s), c[s][2])
		VMOVDQU(uniform.Offset(64), c[s][3])
	}
	for r := range 10 {
		for s := range 2 {
			p0, p1 := YMM(), YMM()
			VPMULUDQ(c[s][0], m0, p0)
			VPMULUDQ(c[s][2], m1, p1)
			h0, h1 := YMM(), YMM()
			VPXOR(round.Offset(64*r), c[s][1], c[s][1])
			VPXOR(round.Offset(64*r+32), c[s][3], c[s][3])
			VPSRLQ(U8(32), p0, h0)
			VPSRLQ(U8(32), p1, h1)
			n0, n2 := YMM(), YMM()
			VPXOR(h1, c[s][1], n0)
			VPXOR(h0, c[s][3], n2)
			c[s] = [4]reg.VecVirtual{n0, p1, n2, p0}
		}
	}
	var w [4]reg.VecVirtual
	for i := range w {
		w[i] = YMM()
		VSHUFPS(U8(0x88), c[1][i], c[0][i], w[i])
	}
	return w
}

// store turns radii and words of eight lanes into normals and stores them as
// two steps of a half.
func store(dst reg.Register, half int, r, b reg.VecVirtual) {
	sin, cos := sinCos(b)
	for step, v := range []reg.VecVirtual{cos, sin} {
		n, lo, hi := YMM(), YMM(), YMM()
		VMULPS(v, r, n)
		VCVTPS2PD(n.AsX(), lo)
		x := XMM()
		VEXTRACTF128(U8(1), n, x)
		VCVTPS2PD(x, hi)
		at := Mem{Base: dst, Disp: step*128 + half*64}
		VMOVUPD(lo, at)
		VMOVUPD(hi, at.Offset(32))
	}
}

func mulps(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VMULPS, x, y) }
func addps(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VADDPS, x, y) }
func subps(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VSUBPS, x, y) }

func radius(a reg.VecVirtual) reg.VecVirtual {
	u := YMM()
	VPSRLD(U8(1), a, u)
	VCVTDQ2PS(u, u)
	u = mulps(addps(u, constant(float32(0.5))), constant(float32(1.0/(1<<31))))
	e, k := YMM(), YMM()
	VPSUBD(constant(uint32(0x3f3504f3)), u, e)
	VPSRAD(U8(23), e, e)
	VPSLLD(U8(23), e, k)
	f := YMM()
	VPSUBD(k, u, f)
	f = subps(f, constant(float32(1)))
	s := do(VDIVPS, f, addps(f, constant(float32(2))))
	z := mulps(s, s)
	p := YMM()
	VMULPS(constant(float32(1.0/9)), z, p)
	p = addps(p, constant(float32(1.0/7)))
	p = addps(mulps(p, z), constant(float32(1.0/5)))
	p = addps(mulps(p, z), constant(float32(1.0/3)))
	p = addps(mulps(p, z), constant(float32(1)))
	VCVTDQ2PS(e, e)
	ln := addps(mulps(e, constant(float32(math.Ln2))), mulps(addps(s, s), p))
	r := YMM()
	VSQRTPS(mulps(ln, constant(float32(-2))), r)
	return r
}

func sinCos(b reg.VecVirtual) (sin, cos reg.VecVirtual) {
	t := YMM()
	VPAND(constant(uint32(1<<30-1)), b, t)
	VPSUBD(constant(uint32(1<<29)), t, t)
	VCVTDQ2PS(t, t)
	t = mulps(t, constant(float32(math.Pi/4/(1<<29))))
	z := mulps(t, t)
	p := mulps(z, constant(float32(1.0/362880)))
	p = subps(p, constant(float32(1.0/5040)))
	p = addps(mulps(p, z), constant(float32(1.0/120)))
	p = subps(mulps(p, z), constant(float32(1.0/6)))
	s := addps(t, mulps(mulps(t, z), p))
	q := mulps(z, constant(float32(1.0/40320)))
	q = subps(q, constant(float32(1.0/720)))
	q = addps(mulps(q, z), constant(float32(1.0/24)))
	q = subps(mulps(q, z), constant(float32(1.0/2)))
	c := addps(mulps(z, q), constant(float32(1)))
	// Quadrants 0 … 3 are (s, c), (c, −s), (−s, −c), (−c, s): bit 30 swaps, bit
	// 31 turns the sine's sign, both together the cosine's.
	swap := YMM()
	VPSLLD(U8(1), b, swap)
	sin, cos = YMM(), YMM()
	VBLENDVPS(swap, c, s, sin)
	VBLENDVPS(swap, s, c, cos)
	sign := YMM()
	VPXOR(swap, b, swap)
	VPAND(constant(uint32(1<<31)), swap, swap)
	VPAND(constant(uint32(1<<31)), b, sign)
	VPXOR(sign, sin, sin)
	VPXOR(swap, cos, cos)
	return sin, cos
}
