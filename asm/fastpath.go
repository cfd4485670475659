package main

import (
	"fmt"
	"maps"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields are the columns of tokens.columns that the vector code knows, in
// order: 16 numbers each.
var fields = append([]string{
	"p", "b", "base", "grown", "e", "v", "sumE", "sumB", "s1", "s2", "s3", "paid", "kept", "impact", "gas", "logFee",
	"logImpact", "logGas",
	"pMin", "pMax", "turnover", "trades", "min",
	"money0", "money1", "money2", "money3", "logs0", "logs1", "logs2", "logs3",
}, drawdowns...)

// marketFields are the columns of tokens.marketColumns, in order.
var marketFields = append([]string{"x", "s", "qv"}, drawdowns...)

var drawdowns = []string{"peak", "floor", "depth", "peakAt", "fell", "trough", "recovery", "longest", "unhealed"}

// constants are the rows of tokens.fastConstants, in order: 8 equal numbers
// each. The last are a series' coefficients.
var constants = []string{
	"ratio", "grow", "carry", "upAt", "downAt", "upA", "upC", "downA", "downC", "upP", "downP", "upTurn", "downTurn",
	"rate", "v0", "lo", "hi",
	"upV", "downV", "upW", "downW", "upH", "downH", "gas", "aum", "own",
	"fixed", "exponent", "impact", "reach", "onEquity", "power",
}

const rows = 45 // of tokens.fastConstants

// The least and greatest numbers that tokens/fastpath.go and
// tokens/fastpath_sizecost.go allow.
const (
	leastKept = 1e-200
	leastSize = 1e-9
	leastUSD  = 1e-9
	mostUSD   = 1e15
	mostCost  = 0.01
	mostDue   = 0.004

	mostGrowth = 1e-3 // of tokens/drawn.go
)

func index(names []string, name string) int {
	i := slices.Index(names, name)
	if i < 0 {
		panic(name)
	}
	return i
}

// fastPaths writes fastPath.step of package tokens for lanes side by side, in short
// loops, each with few sums and short chains of operations: position and trades
// of both units; then for each unit what is recorded of trades; what is recorded
// of each step; drawdowns, for the steps with a new high or low. Loops that go
// over the bits of a word leave the processor little to guess.
func fastPaths() {
	for _, c := range []fastPath{{}, {sizeCost: true}, {carry: true}, {carry: true, sizeCost: true},
		{sizeCost: true, stressed: true}, {carry: true, sizeCost: true, stressed: true}} {
		if wide && !c.carry && !c.sizeCost {
			continue // comparing into a mask and blending by it takes longer than what there is to gain
		}
		c.write()
	}
	for _, d := range []*charges{{"", []int{0, 1, 2, 3}, either}, {"Loan", []int{0, 1}, onCash},
		{"Perp", []int{1, 2, 3}, onEquity}} {
		datedPath{d}.write()
		fastPath{carry: true, sizeCost: true, dated: d}.write()
		if !wide {
			fastPath{carry: true, dated: d, drawn: true}.write()
			fastPath{carry: true, sizeCost: true, dated: d, drawn: true}.write()
		}
	}
}

// A fastPath is one of the functions: whether something is paid from cash on the
// exposure, as by a perpetual; whether a trade's cost depends on its size; whether gas and impact are multiplied
// by numbers of each step; and whether all that, and interest, changes from step to step, or interest alone, drawn
// with the paths.
type fastPath struct {
	carry, sizeCost, stressed bool
	dated                     *charges
	drawn                     bool
}

// paired reports whether charges of both units are made side by side: there are registers for three rates.
func (c fastPath) paired() bool { return c.drawn && len(c.dated.columns) < 4 }

// A unit is a vector of lanes.
type unit struct {
	name  string
	field func(string) Mem

	before, after Mem // p of each step before trades; p after them, the first from before the block
	cash          Mem // b after each step, the first from before the block; size cost: b after the steps with a trade
	grown         Mem // size cost: growth of b since the last trade, before the next
	bits          reg.GPVirtual
	p, b          reg.VecVirtual // b: growth of it, if size cost
	pMin, pMax    reg.VecVirtual
	when          reg.VecVirtual // size cost: bits of the steps with a trade

	rates [4]Mem // dated: of each step, and then what they charge; drawn: only that, without size cost of one step
	drawn [4]Mem // where drawn rates of the first step are
	paid  Mem    // dated, size cost: where each lane's row of each step is, in bytes from the first

	ok   Mem            // mask of the lanes that stay on the fast path
	kept map[string]Mem // for later
}

func (u *unit) state(names ...string) map[string]reg.VecVirtual {
	state := map[string]reg.VecVirtual{}
	for _, n := range names {
		state[n] = load(u.field(n))
	}
	return state
}

// store writes fields of the lanes for which the mask says yes.
func (u *unit) store(ok mask, state map[string]reg.VecVirtual) {
	for _, n := range slices.Sorted(maps.Keys(state)) {
		storeWhere(ok, state[n], u.field(n))
	}
}

func (u *unit) keep(local func(int) Mem, values map[string]reg.VecVirtual) {
	for _, n := range slices.Sorted(maps.Keys(values)) {
		u.kept[n] = local(1)
		VMOVUPD(values[n], u.kept[n])
	}
}

// beginPath begins one of the functions.
func beginPath(name string, dated, drawn, stressed bool) {
	signature := "func(lanes *float64, constants *[%d][8]float64, gross *float64, steps int, now, step int64%s) uint16"
	doc, extra := []string{
		fmt.Sprintf("takes %d lanes on the fast path, the first of which is given by the address", bytes()/4),
		"of its first column, over the given number of steps, 1 to 64. Now is the end of",
		"the first step. It returns a bit for each lane that leaves the fast path,",
		"which is left as it was. Nothing happens to a lane whose p is NaN."}, ""
	switch {
	case drawn:
		extra = ", rates *float64"
		doc = append(doc, "Rates are of each step of each lane, from the first lane on, 16 to a step; 64 such steps",
			"after each rate is the next.")
	case dated:
		extra = ", bars, ofBar *int32, rates *float64"
		doc = append(doc, "Bars are those that each step of each lane is drawn from, from the first lane on, 16 to",
			"a step; ofBar has where each bar's row of rates begins, in bytes.")
	}
	if stressed {
		extra = ", times *float64"
		doc = append(doc, "Times are what gas is multiplied by in each step of each lane, from the first lane on, 16",
			"to a step, and after 65 such steps the same of impact.")
	}
	begin(name, 0, fmt.Sprintf(signature, rows, extra), doc...)
}

func (c fastPath) write() {
	name := "fastPath"
	switch {
	case c.drawn:
		name += "Drawn" + c.dated.name
	case c.dated != nil:
		name += "Dated" + c.dated.name
	case c.carry:
		name += "Carry"
	}
	if c.sizeCost {
		name += "SizeCost"
	}
	if c.stressed {
		name += "Stressed"
	}
	beginPath(name, c.dated != nil, c.drawn, c.stressed)
	lanes := Load(Param("lanes"), GP64())
	consts := Load(Param("constants"), GP64())
	gross := Load(Param("gross"), GP64())
	steps := GP64()
	Load(Param("steps"), steps)
	row := func(i int) Mem { return Mem{Base: consts, Disp: 64 * i} }
	number := func(name string) Op {
		if r, ok := held[name]; ok {
			return r
		}
		return row(index(constants, name))
	}
	keep := func(names ...string) { // in registers
		held = map[string]reg.VecVirtual{}
		for _, n := range names {
			held[n] = load(row(index(constants, n)))
		}
	}
	k, end, bits := GP64(), GP64(), GP32()
	XORQ(k, k)
	MOVQ(steps, end)
	SHLQ(U8(shift()), end)

	if wide && c.dated != nil {
		keep("grow", "upAt", "downAt", "upP", "downP", "upA", "upC", "downA", "downC")
	} else if wide {
		keep("ratio", "grow", "carry", "upAt", "downAt", "upP", "downP", "upA", "upC", "downA", "downC")
	} else if !c.sizeCost && !c.carry {
		keep("ratio", "upAt", "downAt", "upP")
	}
	local := aligned()
	var units [2]*unit
	for i := range units {
		u := &unit{name: []string{"A", "B"}[i], before: local(65), after: local(65), cash: local(65), bits: GP64(),
			kept: map[string]Mem{}}
		u.field = func(name string) Mem { return Mem{Base: lanes, Disp: 128*index(fields, name) + bytes()*i} }
		if c.dated != nil {
			if !c.drawn {
				u.paid = local(65)
			}
			n := 1
			if c.sizeCost { // equity is not known before trades
				n = 64
			}
			for _, j := range c.dated.columns {
				u.rates[j] = local(n)
			}
		}
		units[i] = u
	}
	var history rates
	switch {
	case c.drawn:
		drawn := Load(Param("rates"), GP64())
		for i, u := range units {
			for n, j := range c.dated.columns {
				u.drawn[j] = Mem{Base: drawn, Disp: 64*128*n + bytes()*i}
			}
		}
	case c.dated != nil:
		history = loadRates()
	}
	for _, u := range units {
		u.p, u.pMin, u.pMax = load(u.field("p")), load(u.field("pMin")), load(u.field("pMax"))
		VMOVUPD(u.p, u.after)
		if c.sizeCost {
			u.grown, u.when = local(65), zero()
			u.b = load(u.field("grown"))
		} else {
			u.b = load(u.field("b"))
			VMOVUPD(u.b, u.cash)
			XORQ(u.bits, u.bits)
		}
	}

	Label("position")
	for i, u := range units {
		p := u.p // in place
		var carry, ratio reg.VecVirtual
		switch {
		case c.drawn:
			carry, ratio = c.dated.growths(p, u.ratesAt(c.dated, k), number)
		case c.dated != nil:
			r := history.lookUp(i, k, c.dated.columns, 1, func(lane int, at reg.GPVirtual) {
				MOVQ(at, u.paid.Offset(8*lane).Idx(k, 1))
			})
			for _, j := range c.dated.columns {
				VMOVUPD(r[j], u.rates[j].Idx(k, 1))
			}
			carry, ratio = c.dated.growths(p, r, number)
		case c.carry:
			carry = addpd(mulpd(p, number("carry")), constant(1.0))
			fallthrough
		default:
			ratio = vector(number("ratio"))
		}
		if factor := (Mem{Base: gross, Disp: bytes() * i}); ratio != nil {
			VMULPD(mulpd(ratio, factor), p, p)
		} else {
			VMULPD(factor, p, p)
		}
		if c.carry {
			VDIVPD(carry, p, p)
		}
		VMOVUPD(p, u.before.Idx(k, 1))
		VMINPD(p, u.pMin, u.pMin)
		VMAXPD(p, u.pMax, u.pMax)
		up, down := cmppd(greater, p, number("upAt")), cmppd(less, p, number("downAt"))
		growth := load(number("grow"))
		if !c.sizeCost {
			blendTo(up, growth, addpd(mulpd(p, number("upC")), number("upA")), growth)
			blendTo(down, growth, addpd(mulpd(p, number("downC")), number("downA")), growth)
		}
		if c.carry {
			growth = mulpd(growth, carry)
		}
		VMULPD(growth, u.b, u.b)
		blendTo(up, p, number("upP"), p)
		blendTo(down, p, number("downP"), p)
		VMOVUPD(p, u.after.Offset(bytes()).Idx(k, 1))
		trade := or(up, down)
		if c.sizeCost {
			VMOVUPD(u.b, u.grown.Idx(k, 1))
			blendTo(trade, u.b, constant(1.0), u.b)
			VPSRLQ(U8(1), u.when, u.when)
			orTo(trade, constant(uint64(1<<63)), u.when)
		} else {
			VMOVUPD(u.b, u.cash.Offset(bytes()).Idx(k, 1))
			note(trade, bits, u.bits)
		}
	}
	ADDQ(U32(128), gross)
	if c.dated != nil && !c.drawn {
		ADDQ(U32(64), history.bars)
	}
	ADDQ(U32(bytes()), k)
	CMPQ(k, end)
	JLT(LabelRef("position"))

	for _, u := range units {
		u.ok = local(1)
		and(cmppd(atLeast, u.pMin, number("lo")), cmppd(atMost, u.pMax, number("hi"))).save(u.ok)
		u.keep(local, map[string]reg.VecVirtual{"pMin": u.pMin, "pMax": u.pMax})
		if c.sizeCost {
			u.keep(local, map[string]reg.VecVirtual{"when": u.when})
		}
		if c.dated != nil && !c.paired() {
			c.dated.due([]*unit{u}, !c.sizeCost, local, k, end, number)
		}
	}
	if c.paired() {
		c.dated.due(units[:], !c.sizeCost, local, k, end, number)
	}
	switch {
	case c.sizeCost && wide:
		c.sizeCostTrades(units[:], local, steps, bits, number, row)
	case c.sizeCost:
		c.sizeCostTrades(units[:1], local, steps, bits, number, row)
		c.sizeCostTrades(units[1:], local, steps, bits, number, row)
	default:
		for _, u := range units {
			if wide {
				keep("grow", "carry", "upAt", "downAt", "upTurn", "downTurn", "rate")
			}
			one := load(constant(1.0))
			u.trade(steps, k, one, number, func(up, down mask, p reg.VecVirtual) (q, growth reg.VecVirtual) {
				q, growth = load(u.after.Offset(bytes()).Idx(k, 1)), vector(number("grow"))
				if c.drawn {
					carry, _ := c.dated.growths(load(u.after.Idx(k, 1)), u.ratesAt(c.dated, k), number)
					growth = mulpd(growth, carry)
				} else if c.carry {
					growth = mulpd(growth, addpd(mulpd(load(u.after.Idx(k, 1)), number("carry")), one))
				}
				return q, growth
			})
		}
	}

	depths := local(1)
	one := load(constant(1.0))
	for _, u := range units {
		ok := loadMask(u.ok)
		u.store(ok, map[string]reg.VecVirtual{"pMin": load(u.kept["pMin"]), "pMax": load(u.kept["pMax"])})

		// Every step.
		if wide {
			keep("upAt", "downAt", "v0")
		}
		sums := []string{"sumE", "min"}
		if c.dated == nil {
			sums = append(sums, "sumB", "s1", "s2", "s3")
		}
		state := u.state(sums...)
		high := newExtremes(one, depths, u.field)
		var base, grown reg.VecVirtual
		if c.sizeCost {
			base, grown = load(u.field("base")), zero()
		}
		XORQ(u.bits, u.bits)
		XORQ(k, k)
		Label("record" + u.name)
		b := vec()
		if c.sizeCost {
			q := load(u.before.Idx(k, 1))
			trade := or(cmppd(greater, q, number("upAt")), cmppd(less, q, number("downAt")))
			blendTo(trade, base, u.cash.Idx(k, 1), base)
			blendTo(trade, load(u.grown.Idx(k, 1)), one, grown)
			VMULPD(base, grown, b)
		} else {
			VMOVUPD(u.cash.Offset(bytes()).Idx(k, 1), b)
		}
		p := load(u.after.Offset(bytes()).Idx(k, 1))
		if c.dated == nil {
			VADDPD(b, state["sumB"], state["sumB"])
		}
		o := subpd(one, p)
		e := mulpd(o, b)
		VMOVUPD(e, u.before.Idx(k, 1)) // p is not needed any more
		VADDPD(e, state["sumE"], state["sumE"])
		VMINPD(e, state["min"], state["min"])
		if c.dated != nil {
			high.note(e, bits, u.bits)
		} else {
			d := subpd(do(VDIVPD, one, o), number("v0"))
			high.note(e, bits, u.bits)
			VADDPD(d, state["s1"], state["s1"])
			d2 := mulpd(d, d)
			VADDPD(d2, state["s2"], state["s2"])
			VADDPD(mulpd(d2, d), state["s3"], state["s3"])
		}
		ADDQ(U32(bytes()), k)
		CMPQ(k, end)
		JLT(LabelRef("record" + u.name))

		ok = loadMask(u.ok)
		u.store(ok, state)
		switch {
		case c.dated == nil:
		case c.sizeCost:
			u.charged(c.dated, k, end)
		default:
			for _, n := range append(c.dated.names(logs), c.dated.names(money)...) {
				storeWhere(ok, load(u.kept[n]), u.field(n))
			}
		}
		last := func(m Mem) reg.VecVirtual { return load(m.Offset(-bytes()).Idx(end, 1)) }
		if c.sizeCost {
			u.store(ok, map[string]reg.VecVirtual{"base": base, "grown": grown, "b": mulpd(base, grown)})
		} else {
			u.store(ok, map[string]reg.VecVirtual{"b": last(u.cash.Offset(bytes()))})
		}
		q := last(u.after.Offset(bytes()))
		u.store(ok, map[string]reg.VecVirtual{"p": q, "v": do(VDIVPD, one, subpd(one, q)), "e": last(u.before)})
		visits("visit"+u.name, u.bits, steps, k, u.before, one, &u.ok, u.field)
	}
	refuse(units[:])
}

// trade records the steps with a trade of proportional cost: step finds p after it and what cash grew by, from
// the sides on which p calls for one.
func (u *unit) trade(steps, k reg.GPVirtual, one reg.VecVirtual, number func(string) Op,
	step func(up, down mask, p reg.VecVirtual) (q, growth reg.VecVirtual)) {
	state := u.state("paid", "turnover", "kept", "trades")
	eachBit("trade"+u.name, u.bits, steps, k, func() {
		p := load(u.before.Idx(k, 1))
		up, down := cmppd(greater, p, number("upAt")), cmppd(less, p, number("downAt"))
		count(or(up, down), state["trades"])
		q, growth := step(up, down, p)
		o, w := subpd(one, p), subpd(one, q)
		paid := subpd(mulpd(mulpd(load(u.cash.Idx(k, 1)), growth), o),
			mulpd(load(u.cash.Offset(bytes()).Idx(k, 1)), w))
		VADDPD(paid, state["paid"], state["paid"])
		part := mulpd(subpd(do(VDIVPD, one, o), do(VDIVPD, one, w)),
			blend(up, vector(number("downTurn")), number("upTurn")))
		VADDPD(part, state["turnover"], state["turnover"])
		VMULPD(subpd(one, mulpd(part, number("rate"))), state["kept"], state["kept"])
	})
	ok := and(loadMask(u.ok), cmppd(atLeast, state["kept"], constant(leastKept)))
	ok.save(u.ok)
	u.store(ok, state)
}

// refuse ends a function and returns a bit for each lane that is not all right.
func refuse(units []*unit) {
	refused, more := GP32(), GP32()
	loadMask(units[1].ok).move(refused)
	SHLL(U8(bytes()/8), refused)
	loadMask(units[0].ok).move(more)
	ORL(more, refused)
	XORL(U32(1<<(bytes()/4)-1), refused)
	VZEROUPPER()
	Store(refused.As16(), ReturnIndex(0))
	RET()
}

// aligned returns a function that allocates vectors on the stack, none of which straddles lines of the cache.
func aligned() func(n int) Mem {
	slack, base := AllocLocal(64), GP64()
	LEAQ(slack, base)
	ADDQ(U8(63), base)
	ANDQ(I8(-64), base)
	origin := slack.Disp
	return func(n int) Mem { return Mem{Base: base, Disp: AllocLocal(n*bytes()).Disp - origin - 64} }
}

func load(m Op) reg.VecVirtual {
	r := vec()
	VMOVUPD(m, r)
	return r
}

// vector is an operand in a register.
func vector(o Op) reg.VecVirtual {
	if r, ok := o.(reg.VecVirtual); ok {
		return r
	}
	return load(o)
}

// shift is the logarithm of a vector's length.
func shift() int {
	if wide {
		return 6
	}
	return 5
}

// note shifts a bit into bits from above: whether the mask says yes anywhere.
func note(m mask, scratch, bits reg.GPVirtual) {
	m.move(scratch)
	NEGL(scratch) // carry: not zero
	RCRQ(U8(1), bits)
}

// eachBit does body for each of the last n notes that is set, with k at its
// number times a vector's length.
func eachBit(name string, bits, n, k reg.GPVirtual, body func()) {
	MOVQ(n, reg.RCX)
	NEGQ(reg.RCX)
	SHRQ(reg.CL, bits) // by 64 − n, modulo 64
	JMP(LabelRef(name + "Next"))
	Label(name)
	BSFQ(bits, k)
	SHLQ(U8(shift()), k)
	body()
	rest := GP64()
	LEAQ(Mem{Base: bits, Disp: -1}, rest)
	ANDQ(rest, bits)
	Label(name + "Next")
	TESTQ(bits, bits)
	JNZ(LabelRef(name))
}

// extremes notices steps at which drawdown.visit may have something to do: all
// of those, and few others.
type extremes struct {
	peak, floor reg.VecVirtual
	keep        Mem
}

func newExtremes(one reg.VecVirtual, keep Mem, field func(string) Mem) *extremes {
	// After a new high the floor is 1 − depth of it, or below if the depth grew
	// in this block.
	VMOVUPD(subpd(one, load(field("depth"))), keep)
	return &extremes{load(field("peak")), load(field("floor")), keep}
}

func (x *extremes) note(e reg.VecVirtual, scratch, bits reg.GPVirtual) {
	high, low := cmppd(greater, e, x.peak), cmppd(less, e, x.floor)
	VMAXPD(e, x.peak, x.peak)
	VMINPD(e, x.floor, x.floor)
	blendTo(high, x.floor, mulpd(e, x.keep), x.floor)
	note(or(high, low), scratch, bits)
}

// visits does drawdown.visit at the steps noted in bits, of the values in
// memory, for all lanes or those of a mask.
func visits(name string, bits, n, k reg.GPVirtual, values Mem, one reg.VecVirtual, ok *Mem, field func(string) Mem) {
	peak, floor, depth := load(field("peak")), load(field("floor")), load(field("depth"))
	start, now, step := GP64(), GP64(), GP64()
	Load(Param("now"), start)
	Load(Param("step"), step)
	eachBit(name, bits, n, k, func() {
		e := load(values.Idx(k, 1))
		MOVQ(k, now)
		SHRQ(U8(shift()), now)
		IMULQ(step, now)
		ADDQ(start, now)
		high, low := cmppd(greater, e, peak), cmppd(less, e, floor)
		if ok != nil {
			high, low = and(high, loadMask(*ok)), and(low, loadMask(*ok))
		}
		visit(now, e, high, low, one, peak, floor, depth, field)
	})
	VMOVUPD(peak, field("peak"))
	VMOVUPD(floor, field("floor"))
	VMOVUPD(depth, field("depth"))
}

// visit is drawdown.visit for lanes with a value e that is a new high or a new
// low, by mask.
func visit(now reg.Register, e reg.VecVirtual, high, low mask, one, peak, floor, depth reg.VecVirtual,
	field func(string) Mem) {
	// Peak, floor and depth first: the next visit waits for them.
	blendTo(high, floor, mulpd(e, subpd(one, depth)), floor)
	blendTo(low, floor, e, floor)
	blendTo(low, depth, subpd(one, do(VDIVPD, e, peak)), depth)
	blendTo(high, peak, e, peak)

	t := vec()
	VMOVQ(now, t.AsX())
	VPBROADCASTQ(t.AsX(), t)
	put := func(name string, m mask, y reg.VecVirtual) {
		x := load(field(name))
		blendTo(m, x, y, x)
		VMOVUPD(x, field(name))
	}
	since := do(VPSUBQ, t, field("peakAt"))
	put("peakAt", high, t)
	put("fell", low, since)
	// A new high ends the time under water, and may make good the deepest fall.
	put("longest", and(high, greaterInt(since, load(field("longest")))), since)
	since = do(VPSUBQ, t, field("trough"))
	put("trough", low, t)
	unhealed := load(field("unhealed"))
	put("recovery", and(high, negative(unhealed)), since)
	blendTo(high, unhealed, zero(), unhealed)
	blendTo(low, unhealed, constant(^uint64(0)), unhealed)
	VMOVUPD(unhealed, field("unhealed"))
}

// market writes what tokens.Markets do to markets side by side.
func market() {
	begin("market", 0, "func(markets, move, gross *float64, steps int, now, step int64)",
		fmt.Sprintf("takes %d markets, the first of which is given by the address of", bytes()/4),
		"its first column, over the given number of steps, 1 to 64. Now is the end of",
		"the first step.")
	markets := Load(Param("markets"), GP64())
	move := Load(Param("move"), GP64())
	gross := Load(Param("gross"), GP64())
	steps := GP64()
	Load(Param("steps"), steps)
	type unit struct {
		field    func(string) Mem
		prices   Mem
		bits     reg.GPVirtual
		x, s, qv reg.VecVirtual
		high     *extremes
	}
	one := load(constant(1.0))
	var units [2]unit
	for i := range units {
		u := unit{prices: AllocLocal(64 * bytes()), bits: GP64()}
		u.field = func(name string) Mem { return Mem{Base: markets, Disp: 128*index(marketFields, name) + bytes()*i} }
		u.x, u.s, u.qv = load(u.field("x")), load(u.field("s")), load(u.field("qv"))
		u.high = newExtremes(one, AllocLocal(bytes()), u.field)
		XORQ(u.bits, u.bits)
		units[i] = u
	}
	bits, k, end := GP32(), GP64(), GP64()
	XORQ(k, k)
	MOVQ(steps, end)
	SHLQ(U8(shift()), end)
	Label("step")
	for i, u := range units {
		r := load(Mem{Base: move, Disp: bytes() * i})
		VMULPD(Mem{Base: gross, Disp: bytes() * i}, u.s, u.s)
		VMOVUPD(u.s, u.prices.Idx(k, 1))
		u.high.note(u.s, bits, u.bits)
		VADDPD(r, u.x, u.x)
		VADDPD(mulpd(r, r), u.qv, u.qv)
	}
	ADDQ(U32(128), move)
	ADDQ(U32(128), gross)
	ADDQ(U32(bytes()), k)
	CMPQ(k, end)
	JLT(LabelRef("step"))
	for i, u := range units {
		VMOVUPD(u.x, u.field("x"))
		VMOVUPD(u.s, u.field("s"))
		VMOVUPD(u.qv, u.field("qv"))
		visits([]string{"visitA", "visitB"}[i], u.bits, steps, k, u.prices, one, nil, u.field)
	}
	VZEROUPPER()
	RET()
}
