package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// steps writes a function that makes steps of 16 lanes. law returns the log-return and the
// next state of a vector of lanes, and for which of them that holds; it is given where their
// normals are, their state and the numbers of the law by name, which lie one after another.
func steps(name, doc string, normals int, names []string, more string,
	law func(z []Mem, state reg.VecVirtual, number func(string) reg.VecVirtual) (move, next reg.VecVirtual, ok mask)) {
	tracks := []string{"z", "y"}[:normals]
	signature := "func(move"
	for _, z := range tracks {
		signature += ", " + z
	}
	begin(name, attr.NOSPLIT, signature+", state *[16]float64, steps int, numbers *float64"+more+") (done int, left uint16)",
		doc, "as far as all lanes go. It returns how many steps it did and which lanes",
		"are left in the last of them, whose state is as it was.")
	at := func(p reg.Register, i int) Mem { return Mem{Base: p, Disp: bytes() * i} }
	move := Load(Param("move"), GP64())
	var z []reg.Register
	for _, name := range tracks {
		z = append(z, Load(Param(name), GP64()))
	}
	state, end := Load(Param("state"), GP64()), Load(Param("steps"), GP64())
	numbers := Load(Param("numbers"), GP64())
	number := func(name string) reg.VecVirtual {
		for i, n := range names {
			if n == name {
				v := vec()
				VBROADCASTSD(Mem{Base: numbers, Disp: 8 * i}, v)
				return v
			}
		}
		panic(name)
	}
	done, left := GP64(), GP32()
	XORQ(done, done)
	Label("step")
	XORL(left, left)
	lanes := bytes() / 8
	for i := range 16 / lanes {
		var at16 []Mem
		for _, p := range z {
			at16 = append(at16, at(p, i))
		}
		old := load(at(state, i))
		r, next, ok := law(at16, old, number)
		VMOVUPD(r, at(move, i))
		VMOVUPD(blend(ok, old, next), at(state, i))
		bits := GP32()
		ok.move(bits)
		XORL(allLanes(), bits)
		if i > 0 {
			SHLL(U8(lanes*i), bits)
		}
		ORL(bits, left)
	}
	for _, p := range append(z, move) {
		ADDQ(U32(128), p)
	}
	INCQ(done)
	TESTL(left, left)
	JNZ(LabelRef("out"))
	CMPQ(done, end)
	JLT(LabelRef("step"))
	Label("out")
	VZEROUPPER()
	Store(done, Return("done"))
	Store(left.As16(), Return("left"))
	RET()
}

// evenTerms is how many terms of the moment series there are below a variance of evenFrom², the
// first ones for those below fewFrom², as in models/student.go.
const (
	evenTerms, fewTerms = 12, 6
	evenFrom, fewFrom   = 1e-2, 1e-4
)

// garch writes the steps of models.GJR, but for variances so high that the moment series needs
// all its terms.
func garch() {
	names := []string{"unit", "top", "growth", "rise", "fall", "beta", "omega"}
	var even [evenTerms]string
	for i := range even {
		even[i] = "even" + string(rune('a'+i))
		names = append(names, even[i])
	}
	var curve reg.Register
	steps("garch", "makes steps of a GJR", 1, names, ", curve *[224][4]float64",
		func(z []Mem, state reg.VecVirtual, number func(string) reg.VecVirtual) (move, next reg.VecVirtual, ok mask) {
			if curve == nil {
				curve = Load(Param("curve"), GP64())
			}
			x := shock(load(z[0]), curve)
			h := do(VMINPD, state, number("top"))
			v := mulpd(number("unit"), h)
			// the moment series: below fewFrom the higher terms do not count
			few := cmppd(less, v, constant(fewFrom))
			m := mulpd(number(even[evenTerms-1]), v)
			for n := evenTerms - 2; n >= 0; n-- {
				if n == fewTerms-1 {
					m = only(not(few), m)
				}
				m = mulpd(addpd(m, number(even[n])), v)
			}
			r := addpd(subpd(number("growth"), logNear(m)), mulpd(do2(VSQRTPD, v), x))
			react := blend(negative(x), number("rise"), number("fall"))
			next = addpd(number("omega"), mulpd(h, addpd(number("beta"), mulpd(react, mulpd(x, x)))))
			return r, next, cmppd(less, v, constant(evenFrom))
		})
}

// do2 applies an operation of one operand.
func do2(f func(ops ...Op), x reg.VecVirtual) reg.VecVirtual {
	dst := vec()
	f(x, dst)
	return dst
}

// shock is student.at.
func shock(z reg.VecVirtual, curve reg.Register) reg.VecVirtual {
	const perUnit, nodes = 32, 7 * 32
	sign := constant(uint64(1 << 63))
	magnitude := do(VANDPD, z, constant(uint64(1<<63-1)))
	f := mulpd(magnitude, constant(float64(perUnit)))
	last := do(VMINPD, f, constant(float64(nodes-1))) // what is no number is at the last node too
	var node reg.VecVirtual
	if wide {
		node = YMM()
		VCVTTPD2DQ(last, node)
	} else {
		node = XMM()
		VCVTTPD2DQY(last, node)
	}
	whole := vec()
	VCVTDQ2PD(node, whole)
	t := subpd(f, whole)
	VPSLLD(U8(5), node, node)
	halves := []reg.Register{node.AsX()}
	if wide {
		halves = append(halves, reg.Register(XMM()))
		VEXTRACTI128(U8(1), node, halves[1])
	}
	row := func(lane int) Mem {
		offset := GP32()
		VPEXTRD(U8(lane%4), halves[lane/4], offset)
		return Mem{Base: curve, Index: offset.As64(), Scale: 1}
	}
	var c [4]reg.VecVirtual
	turned(row, func(j int, column reg.VecVirtual) { c[j] = column })
	x := addpd(mulpd(addpd(mulpd(addpd(mulpd(t, c[3]), c[2]), t), c[1]), t), c[0])
	x = do(VANDPD, x, constant(uint64(1<<63-1)))
	return do(VORPD, do(VANDPD, z, sign), x)
}

// logNear is fmath.Log1p of numbers between −0.29 and 0.41.
func logNear(f reg.VecVirtual) reg.VecVirtual {
	half, rest := logSeries(f)
	return subpd(zero(), subpd(subpd(half, rest), f))
}

// logSeries are half the square of f and s·(half + R), of fmath's logParts.
func logSeries(f reg.VecVirtual) (half, rest reg.VecVirtual) {
	s := do(VDIVPD, f, addpd(f, constant(2.0)))
	z := mulpd(s, s)
	r := mulpd(horner(z, 2.0/23, 2.0/21, 2.0/19, 2.0/17, 2.0/15, 2.0/13, 2.0/11, 2.0/9, 2.0/7, 2.0/5, 2.0/3), z)
	half = mulpd(mulpd(f, f), constant(0.5))
	return half, mulpd(s, addpd(half, r))
}
