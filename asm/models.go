package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A row is vectors side by side, of all 16 lanes or some of them. What is done to a row is done
// to one vector after another, so that a processor sees chains that do not wait for one another
// however few instructions it looks ahead.
type row []reg.VecVirtual

// apply is x op y, of which at least one is a row. The other may be a vector, the same for all, and y
// may be memory, the same for all, or a place.
func apply(f op, x, y any) row {
	xs, ys := asRow(x), asRow(y)
	dst := make(row, max(len(xs), len(ys)))
	for i := range dst {
		from, with := x, y
		if xs != nil {
			from = xs[i]
		}
		if ys != nil {
			with = ys[i]
		}
		if p, ok := y.(place); ok {
			with = p.Offset(bytes() * i)
		}
		dst[i] = do(f, from.(reg.VecVirtual), with.(Op))
	}
	return dst
}

func asRow(x any) row {
	r, _ := x.(row)
	return r
}

func mul(x, y any) row { return apply(VMULPD, x, y) }
func add(x, y any) row { return apply(VADDPD, x, y) }
func sub(x, y any) row { return apply(VSUBPD, x, y) }
func div(x, y any) row { return apply(VDIVPD, x, y) }
func sqrt(x row) row {
	return x.each(func(v reg.VecVirtual) reg.VecVirtual {
		root := vec()
		VSQRTPD(v, root)
		return root
	})
}

func (x row) each(f func(reg.VecVirtual) reg.VecVirtual) row {
	dst := make(row, len(x))
	for i, v := range x {
		dst[i] = f(v)
	}
	return dst
}

// size is |x|.
func (x row) size() row { return apply(VANDPD, x, load(constant(uint64(1<<63-1)))) }

// compare says where x compares with y.
func (x row) compare(predicate int, y any) []mask {
	m := make([]mask, len(x))
	for i, v := range x {
		with := y
		if ys := asRow(y); ys != nil {
			with = ys[i]
		}
		m[i] = cmppd(predicate, v, with.(Op))
	}
	return m
}

// choose is y where the mask says yes, else x.
func (x row) choose(m []mask, y row) row {
	dst := make(row, len(x))
	for i := range x {
		dst[i] = blend(m[i], x[i], y[i])
	}
	return dst
}

// polynomial is that in z with the given coefficients, highest first.
func (z row) polynomial(c ...float64) row {
	p := mul(z, constant(c[0]))
	for _, a := range c[1 : len(c)-1] {
		p = mul(add(p, constant(a)), z)
	}
	return add(p, constant(c[len(c)-1]))
}

// A place holds all 16 lanes in memory.
type place struct{ Mem }

func local() place { return place{AllocLocal(128)} }

// load reads n vectors from the i-th on.
func (p place) load(i, n int) row {
	r := make(row, n)
	for k := range r {
		r[k] = load(p.Offset(bytes() * (i + k)))
	}
	return r
}

func (p place) store(i int, r row) {
	for k, v := range r {
		VMOVUPD(v, p.Offset(bytes()*(i+k)))
	}
}

// aside keeps a row in memory while there are not registers enough, and returns what reads it.
func (x row) aside() func() row {
	if wide {
		return func() row { return x }
	}
	p := local()
	p.store(0, x)
	return func() row { return p.load(0, len(x)) }
}

// stepping is a function that makes steps of 16 lanes, in the middle of one.
type stepping struct {
	move, state place   // to be written; the state is that before the step
	before      place   // to be written: the state before the step
	z           []place // normals
	table       reg.Register
	numbers     reg.Register
	names       []string // of the numbers, in order
	left        reg.GPVirtual
}

// number is one of the law's.
func (s *stepping) number(name string) reg.VecVirtual {
	for i, n := range s.names {
		if n == name {
			v := vec()
			VBROADCASTSD(Mem{Base: s.numbers, Disp: 8 * i}, v)
			return v
		}
	}
	panic(name)
}

// leave leaves the lanes for which the masks, from the i-th vector's on, do not say yes.
func (s *stepping) leave(i int, ok []mask) {
	for k, m := range ok {
		bits := GP32()
		m.move(bits)
		XORL(allLanes(), bits)
		if i+k > 0 {
			SHLL(U8(bytes()/8*(i+k)), bits)
		}
		ORL(bits, s.left)
	}
}

// vectors is how many vectors the 16 lanes are.
func vectors() int { return 128 / bytes() }

// steps writes a function that makes steps by a law, which is given the names of its numbers,
// the number of its normals and the type of its table.
func steps(name string, names []string, normals int, table string, law func(*stepping)) {
	tracks := []string{"z", "y"}[:normals]
	signature := "func(move"
	for _, z := range tracks {
		signature += ", " + z
	}
	signature += ", state, before *[16]float64, steps int, numbers *float64, table *" + table
	begin(name, 0, signature+") (done int, left uint16)",
		"makes steps until lanes are left that need another way. It returns how",
		"many it did, one at least, and which lanes are left in the last of them; before is",
		"the state before that.")
	param := func(name string) place { return place{Mem{Base: Load(Param(name), GP64())}} }
	s := stepping{move: param("move"), state: param("state"), before: param("before"), names: names}
	for _, z := range tracks {
		s.z = append(s.z, param(z))
	}
	s.numbers, s.table = Load(Param("numbers"), GP64()), Load(Param("table"), GP64())
	done := GP64()
	s.left = GP32()
	XORQ(done, done)
	Label("step")
	XORL(s.left, s.left)
	law(&s)
	for _, p := range append(s.z, s.move) {
		ADDQ(U32(128), p.Base)
	}
	INCQ(done)
	TESTL(s.left, s.left)
	JNZ(LabelRef("out"))
	end, err := Param("steps").Resolve()
	if err != nil {
		panic(err)
	}
	CMPQ(done, end.Addr)
	JLT(LabelRef("step"))
	Label("out")
	VZEROUPPER()
	Store(done, Return("done"))
	Store(s.left.As16(), Return("left"))
	RET()
}

// The moment series has so many terms below a variance of smallTo, and fewer below fewTo, as in
// models/student.go.
const (
	smallTerms, fewTerms = 12, 6
	smallTo, fewTo       = 1e-2, 1e-4
)

// garch writes the steps of models.GJR. Variances so high that the moment series needs all its
// terms are left.
func garch() {
	names := []string{"unit", "top", "growth", "rise", "fall", "beta", "omega"}
	even := func(n int) string { return "even" + strconv.Itoa(n) }
	for n := range smallTerms {
		names = append(names, even(n))
	}
	steps("garch", names, 1, "[224][4]float64", func(s *stepping) {
		all, variance := vectors(), local()
		for i := range all {
			x := row{shock(s.z[0].load(i, 1)[0], s.table)}
			s.move.store(i, x)
		}
		for i := range all {
			x, h := s.move.load(i, 1), s.state.load(i, 1)
			s.before.store(i, h)
			h = apply(VMINPD, h, s.number("top"))
			v := mul(h, s.number("unit"))
			variance.store(i, v)
			s.move.store(i, mul(sqrt(v), x))
			react := row{blend(negative(x[0]), s.number("rise"), s.number("fall"))}
			s.state.store(i, add(mul(h, add(mul(react, mul(x, x)), s.number("beta"))), s.number("omega")))
			s.leave(i, v.compare(less, constant(smallTo)))
		}
		v := variance.load(0, all)
		m := mul(v, s.number(even(smallTerms-1)))
		for n := smallTerms - 2; n >= 0; n-- {
			if n == fewTerms-1 { // below fewTo what there is does not count
				for i, many := range v.compare(atLeast, constant(fewTo)) {
					m[i] = only(many, m[i])
				}
			}
			m = mul(add(m, s.number(even(n))), v)
		}
		compensator := logNear(m) // before growth, which would take the register that AVX2 lacks
		s.move.store(0, add(sub(s.number("growth"), compensator), s.move))
	})
}

// shock is student.at.
func shock(z reg.VecVirtual, curve reg.Register) reg.VecVirtual {
	const perUnit, nodes = 32, 7 * 32
	magnitude := do(VANDPD, z, constant(uint64(1<<63-1)))
	f := mulpd(magnitude, constant(float64(perUnit)))
	last := do(VMINPD, f, constant(float64(nodes-1))) // what is no number is at the last node too
	node, whole := truncated(last)
	t := subpd(f, whole)
	VPSLLD(U8(5), node, node)
	halves := []reg.Register{node.AsX()}
	if wide {
		halves = append(halves, reg.Register(XMM()))
		VEXTRACTI128(U8(1), node, halves[1])
	}
	c := turned(func(lane int) Mem {
		offset := GP32()
		VPEXTRD(U8(lane%4), halves[lane/4], offset)
		return Mem{Base: curve, Index: offset.As64(), Scale: 1}
	}, 4)
	x := addpd(mulpd(addpd(mulpd(addpd(mulpd(t, c[3]), c[2]), t), c[1]), t), c[0])
	x = do(VANDPD, x, constant(uint64(1<<63-1)))
	return do(VORPD, do(VANDPD, z, constant(uint64(1<<63))), x)
}

// truncated is a vector without fractions, as 32-bit integers and as numbers.
func truncated(x reg.VecVirtual) (integers, numbers reg.VecVirtual) {
	numbers = vec()
	if wide {
		integers = YMM()
		VCVTTPD2DQ(x, integers)
	} else {
		integers = XMM()
		VCVTTPD2DQY(x, integers)
	}
	VCVTDQ2PD(integers, numbers)
	return integers, numbers
}

// logNear is fmath.Log1p of numbers between −0.29 and 0.41.
func logNear(f row) row {
	half, rest := logSeries(f)
	return sub(zero(), sub(sub(half, rest), f))
}

// logSeries are, of fmath's logParts, half the square of f, and s·(half + R).
func logSeries(f row) (half, rest row) {
	s := div(f, add(f, constant(2.0)))
	z := mul(s, s)
	fAgain, sAgain := f.aside(), s.aside()
	r := mul(z.polynomial(2.0/23, 2.0/21, 2.0/19, 2.0/17, 2.0/15, 2.0/13, 2.0/11, 2.0/9, 2.0/7, 2.0/5, 2.0/3), z)
	f = fAgain()
	half = mul(mul(f, f), constant(0.5))
	return half, mul(add(half, r), sAgain())
}
