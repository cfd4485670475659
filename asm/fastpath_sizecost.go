package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sizeCostTrades writes the trades of units whose cost depends on their size, as
// sizeCost.trade of package tokens: first the first of each lane, then the second
// of each, and so on. Each waits for the one before, so that units side by side
// take less time than one after another, if there are registers.
func (c fastPath) sizeCostTrades(units []*unit, local func(int) Mem, steps, bits reg.GPVirtual, number func(string) Op,
	row func(int) Mem) {
	held = map[string]reg.VecVirtual{}
	next, some, done := "next"+units[0].name, "some"+units[0].name, "done"+units[0].name
	rounds := make([]*round, len(units))
	left, x := GP64(), XMM()
	MOVQ(U32(64), left)
	SUBQ(steps, left)
	VMOVQ(left, x)
	for i, u := range units {
		r := &round{unit: u, stressed: c.stressed, when: vec(), base: load(u.field("base"))}
		if c.stressed {
			r.pays = local(1)
		}
		if c.dated != nil && !c.drawn {
			r.dated = c.dated
			r.pays = local(1)
			VMOVUPD(zero(), u.paid.Offset(none*bytes()))
		}
		VMOVUPD(load(u.field("p")), u.before.Offset(none*bytes()))
		VMOVUPD(load(constant(1.0)), u.grown.Offset(none*bytes()))
		VPSRLQ(x, load(u.kept["when"]), r.when) // the first step's bit is the lowest
		if !wide {
			VMOVDQU(r.when, u.kept["when"])
		}
		u.keep(local, u.state("paid", "impact", "gas", "turnover", "logFee", "logImpact", "logGas", "trades"))
		r.free, r.e, r.gas, r.at, r.down, r.good = local(1), local(1), local(1), local(1), local(1), local(1)
		rounds[i] = r
	}

	each := func(f func(*round)) {
		for _, r := range rounds {
			f(r)
		}
	}
	Label(next)
	any := GP32()
	XORL(any, any)
	each(func(r *round) {
		r.find()
		r.active.move(bits)
		ORL(bits, any)
	})
	TESTL(any, any)
	JNZ(LabelRef(some))
	JMP(LabelRef(done))
	Label(some)
	each(func(r *round) { r.begin(number) })
	each(func(r *round) { r.x = log(r.x) })
	each(func(r *round) { r.x = mulpd(r.x, number("exponent")) })
	each(func(r *round) {
		and(loadMask(r.good), cmppd(greater, size(r.x), constant(1.0/32))).save(r.good)
		r.x = exp(r.x)
	})
	each(func(r *round) { r.end(number, row) })
	JMP(LabelRef(next))
	Label(done)
	for _, u := range units {
		ok := loadMask(u.ok)
		for _, n := range []string{"paid", "impact", "gas", "turnover", "logFee", "logImpact", "logGas", "trades"} {
			storeWhere(ok, load(u.kept[n]), u.field(n))
		}
	}
}

const none = 64 // the step of a lane that does not trade any more

// A round is one trade of each lane of a unit.
type round struct {
	*unit
	dated      *charges
	stressed   bool
	when, base reg.VecVirtual // trades yet to come, by step; cash after the last

	active mask           // lanes that trade
	x      reg.VecVirtual // at work

	free, e, gas, at Mem
	pays             Mem // dated: where the row of this step is; stressed: where its lane of this step is
	down, good       Mem // masks: when the price has fallen, in the usual way
}

// find finds the next trade of each lane, and takes its bit away.
func (r *round) find() {
	at := vec()
	if wide {
		r.active = mask{k: K()}
		VPTESTMQ(r.when, r.when, r.active.k)
		rest := do(VPADDQ, r.when, constant(^uint64(0)))
		lowest := do(VPANDNQ, rest, r.when)
		VPANDQ(rest, r.when, r.when)
		VPLZCNTQ(lowest, lowest)
		VMOVDQU64(constant(uint64(63)), at)
		VPSUBQ(lowest, at, at)
		at = blend(r.active, vector(constant(uint64(none))), at)
	} else {
		var half [2]reg.VecVirtual
		for i := range half {
			half[i] = XMM()
			for j := range 2 {
				word, rest, step := GP64(), GP64(), GP64()
				m := r.kept["when"].Offset(8 * (2*i + j))
				MOVQ(m, word)
				MOVQ(U32(none), step)
				XORQ(rest, rest)
				BSFQ(word, rest)
				CMOVQNE(rest, step)
				LEAQ(Mem{Base: word, Disp: -1}, rest)
				ANDQ(word, rest)
				MOVQ(rest, m)
				if j == 0 {
					VMOVQ(step, half[i])
				} else {
					VPINSRQ(U8(1), step, half[i], half[i])
				}
			}
		}
		at = zero()
		VINSERTI128(U8(0), half[0], at, at)
		VINSERTI128(U8(1), half[1], at, at)
		r.active = greaterInt(vector(constant(uint64(none))), at)
	}
	if r.stressed {
		track := vec() // of 16 lanes
		VPSLLQ(U8(7), at, track)
		VPADDQ(laneOffsets(), track, track)
		VMOVUPD(track, r.pays)
	}
	VPSLLQ(U8(shift()), at, at)
	VPADDQ(laneOffsets(), at, at)
	VMOVUPD(at, r.at)
}

// begin leaves the trade's size without impact, in US dollars, in x.
func (r *round) begin(number func(string) Op) {
	at := load(r.at)
	p, b := gather(r.before, at), gather(r.grown, at)
	VMULPD(r.base, b, b)
	cmppd(less, p, number("downAt")).save(r.down)
	o := subpd(vector(constant(1.0)), p)
	e := mulpd(o, b)
	unit := do(VANDPD, e, number("own")) // equity or 1
	unit = do(VORPD, unit, number("fixed"))
	if r.dated != nil {
		VMOVUPD(gather(r.paid, load(r.at)), r.pays)
	}
	gas := do(VDIVPD, r.cost("gas", 0, number), unit)
	free := subpd(do(VDIVPD, vector(constant(1.0)), o), r.side(number, "V"))
	free = mulpd(subpd(free, mulpd(gas, r.side(number, "W"))), r.side(number, "Turn"))
	usd := mulpd(mulpd(free, unit), number("aum"))
	and(cmppd(atLeast, free, constant(leastSize)),
		and(cmppd(atLeast, usd, constant(leastUSD)), cmppd(atMost, usd, constant(mostUSD)))).save(r.good)
	VMOVUPD(gas, r.gas)
	VMOVUPD(free, r.free)
	VMOVUPD(e, r.e)
	r.x = usd
}

// cost is what trades cost now, gas over AUM, the number after a row's rates, or impact, the one after that.
func (r *round) cost(name string, after int, number func(string) Op) reg.VecVirtual {
	if r.stressed {
		times, lanes := Load(Param("times"), GP64()), 0
		if r.name == "B" {
			lanes = bytes()
		}
		return mulpd(gather(Mem{Base: times, Disp: 65*128*after + lanes}, load(r.pays)), number(name))
	}
	if r.dated == nil {
		return vector(number(name))
	}
	rates := Load(Param("rates"), GP64())
	return gather(Mem{Base: rates, Disp: 8 * (len(r.dated.columns) + after)}, load(r.pays))
}

// side is the constant of the side on which each lane trades.
func (r *round) side(number func(string) Op, name string) reg.VecVirtual {
	return blend(loadMask(r.down), vector(number("up"+name)), number("down"+name))
}

// end makes the trade, from the impact's power in x.
func (r *round) end(number func(string) Op, row func(int) Mem) {
	rate := mulpd(r.x, r.cost("impact", 1, number))
	h := mulpd(rate, r.side(number, "H"))
	and(loadMask(r.good), cmppd(atMost, size(h), number("reach"))).save(r.good)
	coefficient := func(n int) Mem { return row(index(constants, "power") + n) }
	h2 := mulpd(h, h)
	h4 := mulpd(h2, h2)
	pair := func(n int) reg.VecVirtual { return addpd(mulpd(h, coefficient(n+1)), coefficient(n)) }
	quad := func(n int) reg.VecVirtual { return addpd(mulpd(pair(n+2), h2), pair(n)) }
	series := addpd(mulpd(pair(12), h4), quad(8))
	series = addpd(mulpd(series, h4), quad(4))
	series = addpd(mulpd(series, h4), quad(0))
	free := load(r.free)
	notional := mulpd(free, subpd(vector(constant(1.0)), mulpd(h, series)))
	fee := mulpd(notional, number("rate"))
	impact := mulpd(mulpd(rate, free), series)
	cost := addpd(addpd(fee, impact), r.gas)
	good := and(loadMask(r.good), cmppd(atMost, cost, constant(mostCost)))
	and(loadMask(r.ok), or(good, not(r.active))).save(r.ok)

	e := load(r.e)
	after := mulpd(mulpd(e, subpd(vector(constant(1.0)), cost)), r.side(number, "V"))
	blendTo(r.active, r.base, after, r.base)
	scatter(after, r.cash, load(r.at), r.active)
	add := func(name string, x reg.VecVirtual) { VMOVUPD(addpd(only(r.active, x), r.kept[name]), r.kept[name]) }
	add("paid", mulpd(e, fee))
	add("impact", mulpd(e, impact))
	add("gas", mulpd(e, r.gas))
	add("turnover", notional)
	per := horner(cost, 1.0/8, 1.0/7, 1.0/6, 1.0/5, 1.0/4, 1.0/3, 1.0/2, 1)
	add("logFee", mulpd(fee, per))
	add("logImpact", mulpd(impact, per))
	add("logGas", mulpd(per, r.gas))
	trades := load(r.kept["trades"])
	count(r.active, trades)
	VMOVUPD(trades, r.kept["trades"])
}

// size is the absolute value.
func size(x reg.VecVirtual) reg.VecVirtual { return do(VANDPD, x, constant(uint64(1<<63-1))) }

// laneOffsets are where the lanes of a unit are in a step.
func laneOffsets() Op {
	name := "offsets"
	if wide {
		name += "w"
	}
	m, ok := pool[name]
	if !ok {
		m = GLOBL(name, attr.RODATA|attr.NOPTR)
		for i := range bytes() / 8 {
			DATA(8*i, U64(8*i))
		}
		pool[name] = m
	}
	return m
}

// gather reads a number for each lane at an offset of its own.
func gather(from Mem, at reg.VecVirtual) reg.VecVirtual {
	dst, base := zero(), GP64()
	LEAQ(from, base)
	m := Mem{Base: base, Index: at, Scale: 1}
	if wide {
		all, k := GP32(), K()
		MOVL(U32(0xff), all)
		KMOVB(all, k)
		VGATHERQPD(m, k, dst)
	} else {
		VGATHERQPD(vector(constant(^uint64(0))), m, dst)
	}
	return dst
}

// scatter writes a number of each lane to an offset of its own. Those that the
// mask leaves out are written where nobody reads, or not at all.
func scatter(x reg.VecVirtual, to Mem, at reg.VecVirtual, m mask) {
	base := GP64()
	LEAQ(to, base)
	if wide {
		k := K()
		KMOVB(m.k, k)
		VSCATTERQPD(x, k, Mem{Base: base, Index: at, Scale: 1})
		return
	}
	for i := range 2 {
		a, v := at.AsX(), x.AsX()
		if i == 1 {
			high, values := XMM(), XMM()
			VEXTRACTI128(U8(1), at, high)
			VEXTRACTF128(U8(1), x, values)
			a, v = high, values
		}
		offset := GP64()
		VMOVQ(a, offset)
		VMOVLPD(v, Mem{Base: base, Index: offset, Scale: 1})
		VPEXTRQ(U8(1), a, offset)
		VMOVHPD(v, Mem{Base: base, Index: offset, Scale: 1})
	}
}

// log is fmath.Log of normal numbers above zero.
func log(x reg.VecVirtual) reg.VecVirtual {
	const bias = 1024 // makes exponents positive
	high := do(VPSUBQ, x, constant(math.Float64bits(math.Sqrt2/2)-bias<<52))
	n, exponent, f := vec(), vec(), vec()
	vpand(constant(uint64(0xfff<<52)), high, exponent)
	VPSUBQ(exponent, x, f)
	VPADDQ(constant(uint64(bias<<52)), f, f)
	f = subpd(f, constant(1.0))
	VPSRLQ(U8(52), high, n)
	pick(three(VPOR), VPORQ)(constant(math.Float64bits(1<<52)), n, n)
	n = subpd(n, constant(float64(1<<52+bias)))

	s := do(VDIVPD, f, addpd(f, constant(2.0)))
	z := mulpd(s, s)
	r := mulpd(z, constant(2.0/23))
	for _, c := range []float64{2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5,
		2.0 / 3} {
		r = mulpd(addpd(r, constant(c)), z)
	}
	half := mulpd(mulpd(f, f), constant(0.5))
	inner := addpd(mulpd(s, addpd(half, r)), mulpd(n, constant(ln2Lo)))
	return subpd(mulpd(n, constant(ln2Hi)), subpd(subpd(half, inner), f))
}

// As in fmath/exp.go.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
	log2e = 1.44269504088896338700
)

// exp is fmath.Exp where it is neither tiny nor near the ends of its range.
func exp(x reg.VecVirtual) reg.VecVirtual {
	f := addpd(mulpd(x, constant(log2e)), constant(0.5))
	const floor = 9
	if wide {
		VRNDSCALEPD(U8(floor), f, f)
	} else {
		VROUNDPD(U8(floor), f, f)
	}
	r := subpd(subpd(x, mulpd(f, constant(ln2Hi))), mulpd(f, constant(ln2Lo)))
	power := addpd(f, constant(float64(1<<52+1023)))
	VPSLLQ(U8(52), power, power)
	return mulpd(expSmall(r), power)
}
