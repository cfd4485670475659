package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// words writes the making of random words: Philox4x32-10, as in
// random/philox.go.
//
// A counter word of a lane is kept in the low half of a 64-bit element; what
// stands in the high half does not matter, because VPMULUDQ does not read it.
// The lanes of a part of a step, which are as many as a vector has words, are
// in two such registers, of lanes 0 1 4 5 and 2 3 6 7 and so on, because
// VSHUFPS puts these together in order.
func words() {
	begin("words", 0, "func(dst *[16][4][16]uint32, quads int, quad, id uint32, path uint64, keys *[10][2]uint32)",
		"makes the words of 16 paths in the given number of word blocks from quad on.")

	dst := Load(Param("dst"), GP64())
	quads := Load(Param("quads"), GP64())
	keys := Load(Param("keys"), GP64())
	round := keys
	if !wide { // AVX-512 repeats a key as it reads it
		m := AllocLocal(20 * 32)
		for i := range 20 {
			k := vec()
			VPBROADCASTD(Mem{Base: keys, Disp: 4 * i}, k)
			vmovdqu(k, m.Offset(32*i))
		}
		round = GP64()
		LEAQ(m, round)
	}
	// Words that are the same for all lanes, and the lanes' path numbers.
	uniform := AllocLocal(3 * bytes())
	quad := GP32()
	Load(Param("quad"), quad)
	id := Load(Param("id"), GP32())
	broadcast := func(r reg.Register, m Mem) {
		x, y := XMM(), vec()
		VMOVD(r, x)
		VPBROADCASTD(x, y)
		vmovdqu(y, m)
	}
	broadcast(id, uniform.Offset(0))
	path := Load(Param("path"), GP64())
	broadcast(path.(reg.GPVirtual).As32(), uniform.Offset(bytes()))
	SHRQ(U8(32), path)
	broadcast(path.(reg.GPVirtual).As32(), uniform.Offset(2*bytes()))
	parts := 64 / bytes()
	lanes := AllocLocal(2 * 64)
	for i := range 2 * parts {
		y := vec()
		vmovdqu(uniform.Offset(bytes()), y)
		VPADDD(laneNumbers(i/2, i%2), y, y)
		vmovdqu(y, lanes.Offset(bytes()*i))
	}
	m0, m1 := vec(), vec()
	vmovdqu(constant(uint64(0xD2511F53)), m0)
	vmovdqu(constant(uint64(0xCD9E8D57)), m1)

	// With AVX-512 two word blocks at a time: one alone leaves multipliers waiting.
	blocks := func(n int) {
		for part := range parts {
			for j, w := range philox(quad, n, uniform, lanes.Offset(2*bytes()*part), round, m0, m1) {
				for i := range w {
					vmovdqu(w[i], Mem{Base: dst, Disp: 256*j + 64*i + 32*part})
				}
			}
		}
		ADDL(U32(n), quad)
		ADDQ(U32(n*4*16*4), dst)
		SUBQ(U32(n), quads)
	}
	if wide {
		JMP(LabelRef("pairs"))
		Label("pair")
		blocks(2)
		Label("pairs")
		CMPQ(quads, U32(2))
		JGE(LabelRef("pair"))
		TESTQ(quads, quads)
		JZ(LabelRef("done"))
	}
	Label("quad")
	blocks(1)
	JNZ(LabelRef("quad"))
	Label("done")
	VZEROUPPER()
	RET()
}

// laneNumbers are the lanes of one of the two registers of a part of a step.
func laneNumbers(part, register int) Mem {
	m := GLOBL(fmt.Sprintf("lanes%d%d%d", bytes(), part, register), attr.RODATA|attr.NOPTR)
	for i := range bytes() / 8 {
		DATA(8*i, U64(8*part+2*register+4*(i/2)+i%2))
	}
	return m
}

// philox returns the four words of the lanes of a part of a step, of n word
// blocks from quad on.
func philox(quad reg.Register, n int, uniform, lanes Mem, round reg.Register,
	m0, m1 reg.VecVirtual) [][4]reg.VecVirtual {
	c := make([][4]reg.VecVirtual, 2*n) // two registers for each block
	for s := range c {
		for i := range 4 {
			c[s][i] = vec()
		}
		q := c[s][0]
		VMOVD(quad, q.AsX())
		VPBROADCASTD(q.AsX(), q)
		if s/2 > 0 {
			VPADDD(constant(uint32(s/2)), q, q)
		}
		vmovdqu(uniform.Offset(0), c[s][1])
		vmovdqu(lanes.Offset(bytes()*(s%2)), c[s][2])
		vmovdqu(uniform.Offset(2*bytes()), c[s][3])
	}
	for r := range 10 {
		for s := range c {
			p0, p1 := vec(), vec()
			VPMULUDQ(c[s][0], m0, p0)
			VPMULUDQ(c[s][2], m1, p1)
			n0, n2 := vec(), vec()
			if wide {
				VPSRLQ(U8(32), p1, n0)
				VPSRLQ(U8(32), p0, n2)
				const xor3 = 0x96
				VPTERNLOGD_BCST(U8(xor3), Mem{Base: round, Disp: 8 * r}, c[s][1], n0)
				VPTERNLOGD_BCST(U8(xor3), Mem{Base: round, Disp: 8*r + 4}, c[s][3], n2)
			} else {
				h0, h1 := vec(), vec()
				VPXOR(Mem{Base: round, Disp: 64 * r}, c[s][1], c[s][1])
				VPXOR(Mem{Base: round, Disp: 64*r + 32}, c[s][3], c[s][3])
				VPSRLQ(U8(32), p0, h0)
				VPSRLQ(U8(32), p1, h1)
				VPXOR(h1, c[s][1], n0)
				VPXOR(h0, c[s][3], n2)
			}
			c[s] = [4]reg.VecVirtual{n0, p1, n2, p0}
		}
	}
	words := make([][4]reg.VecVirtual, n)
	for j := range words {
		for i := range words[j] {
			words[j][i] = vec()
			VSHUFPS(U8(0x88), c[2*j+1][i], c[2*j][i], words[j][i])
		}
	}
	return words
}

// transform writes Box–Muller, as in random/normal.go: first all radii, which
// take the place of their words, then the rest. Two short loops keep the
// processor busier than one long.
func transform() {
	begin("transform", attr.NOSPLIT, "func(dst *[64][16]float64, words *[16][4][16]uint32, quads int)",
		"turns pairs of words into pairs of normals, 4·quads steps of 16",
		"lanes. It overwrites the words, which may be the second half of what it fills.")
	hold(float32(0.5), float32(1.0/(1<<31)), uint32(0x3f3504f3), float32(1), float32(2), float32(1.0/9),
		float32(1.0/7), float32(1.0/5), float32(1.0/3),
		float32(math.Ln2), float32(-2))
	dst := Load(Param("dst"), GP64())
	words := Load(Param("words"), GP64())
	pairs := Load(Param("quads"), GP64())
	SHLQ(U8(1), pairs)
	at, left := GP64(), GP64()
	MOVQ(words, at)
	MOVQ(pairs, left)
	parts := 64 / bytes()
	Label("radius")
	for part := range parts {
		a := vec()
		vmovdqu(Mem{Base: at, Disp: 32 * part}, a)
		VMOVUPS(radius(a), Mem{Base: at, Disp: 32 * part})
	}
	ADDQ(U32(2*16*4), at)
	DECQ(left)
	JNZ(LabelRef("radius"))
	held = map[string]reg.VecVirtual{}
	hold(uint32(1<<30-1), uint32(1<<29), float32(math.Pi/4/(1<<29)), float32(1.0/362880), float32(1.0/5040),
		float32(1.0/120), float32(1.0/6),
		float32(1.0/40320), float32(1.0/720), float32(1.0/24), float32(1.0/2), float32(1), uint32(1<<31))
	Label("pair")
	var r, b [2]reg.VecVirtual
	for part := range parts {
		r[part], b[part] = vec(), vec()
		VMOVUPS(Mem{Base: words, Disp: 32 * part}, r[part])
		vmovdqu(Mem{Base: words, Disp: 64 + 32*part}, b[part])
	}
	for part := range parts {
		store(dst, part, r[part], b[part])
	}
	ADDQ(U32(2*16*4), words)
	ADDQ(U32(2*16*8), dst)
	DECQ(pairs)
	JNZ(LabelRef("pair"))
	VZEROUPPER()
	RET()
}

// store turns radii and words into normals and stores them as two steps of a
// part.
func store(dst reg.Register, part int, r, b reg.VecVirtual) {
	sin, cos := sinCos(b)
	for step, v := range []reg.VecVirtual{cos, sin} {
		n, lo, hi := vec(), vec(), vec()
		VMULPS(v, r, n)
		if wide {
			y := YMM()
			VCVTPS2PD(n.AsY(), lo)
			VEXTRACTF64X4(U8(1), n, y)
			VCVTPS2PD(y, hi)
		} else {
			x := XMM()
			VCVTPS2PD(n.AsX(), lo)
			VEXTRACTF128(U8(1), n, x)
			VCVTPS2PD(x, hi)
		}
		at := Mem{Base: dst, Disp: step*128 + part*64}
		VMOVUPD(lo, at)
		VMOVUPD(hi, at.Offset(bytes()))
	}
}

func mulps(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VMULPS, x, y) }
func addps(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VADDPS, x, y) }
func subps(x reg.VecVirtual, y Op) reg.VecVirtual { return do(VSUBPS, x, y) }

func radius(a reg.VecVirtual) reg.VecVirtual {
	u := vec()
	VPSRLD(U8(1), a, u)
	VCVTDQ2PS(u, u)
	u = mulps(addps(u, constant(float32(0.5))), constant(float32(1.0/(1<<31))))
	e, k := vec(), vec()
	VPSUBD(constant(uint32(0x3f3504f3)), u, e)
	VPSRAD(U8(23), e, e)
	VPSLLD(U8(23), e, k)
	f := vec()
	VPSUBD(k, u, f)
	f = subps(f, constant(float32(1)))
	s := do(VDIVPS, f, addps(f, constant(float32(2))))
	z := mulps(s, s)
	p := mulps(z, constant(float32(1.0/9)))
	p = addps(p, constant(float32(1.0/7)))
	p = addps(mulps(p, z), constant(float32(1.0/5)))
	p = addps(mulps(p, z), constant(float32(1.0/3)))
	p = addps(mulps(p, z), constant(float32(1)))
	VCVTDQ2PS(e, e)
	ln := addps(mulps(e, constant(float32(math.Ln2))), mulps(addps(s, s), p))
	r := vec()
	VSQRTPS(mulps(ln, constant(float32(-2))), r)
	return r
}

func sinCos(b reg.VecVirtual) (sin, cos reg.VecVirtual) {
	t := vec()
	vpand(constant(uint32(1<<30-1)), b, t)
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
	swap := vec()
	VPSLLD(U8(1), b, swap)
	sin, cos = vec(), vec()
	if wide {
		k := K()
		VPMOVD2M(swap, k)
		VMOVUPS(s, sin)
		VMOVUPS(c, k, sin)
		VMOVUPS(c, cos)
		VMOVUPS(s, k, cos)
		const xorOfAnd = 0x78 // a ^ b&c
		VPXORQ(swap, b, swap)
		VPTERNLOGD(U8(xorOfAnd), constant(uint32(1<<31)), b, sin)
		VPTERNLOGD(U8(xorOfAnd), constant(uint32(1<<31)), swap, cos)
		return sin, cos
	}
	VBLENDVPS(swap, c, s, sin)
	VBLENDVPS(swap, s, c, cos)
	sign := vec()
	VPXOR(swap, b, swap)
	VPAND(constant(uint32(1<<31)), swap, swap)
	VPAND(constant(uint32(1<<31)), b, sign)
	VPXOR(sign, sin, sin)
	VPXOR(swap, cos, cos)
	return sin, cos
}
