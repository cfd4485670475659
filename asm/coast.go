package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields are the columns of tokens.columns that the vector code knows, in
// order: 16 numbers each.
var fields = []string{
	"p", "b", "e", "v", "sumE", "sumB", "s1", "s2", "s3", "paid", "kept", "pMin", "pMax", "turnover", "trades", "min",
	"peak", "floor", "depth", "peakAt", "fell", "trough", "recovery", "longest", "unhealed",
}

// marketFields are the columns of tokens.marketColumns, in order.
var marketFields = []string{
	"x", "s", "qv",
	"peak", "floor", "depth", "peakAt", "fell", "trough", "recovery", "longest", "unhealed",
}

// constants are the rows of tokens.coastConstants, in order: 4 equal numbers
// each.
var constants = []string{
	"ratio", "grow", "upAt", "downAt", "upA", "upC", "downA", "downC", "upP", "downP", "upTurn", "downTurn", "rate", "v0", "lo", "hi", "leastKept",
}

func index(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	panic(name)
}

// Predicates of VCMPPD, false if an operand is NaN.
const (
	less    = 0x11
	greater = 0x1e
	atMost  = 0x12
	atLeast = 0x1d
)

func cmppd(predicate int, x reg.VecVirtual, y Op) reg.VecVirtual {
	dst := YMM()
	VCMPPD(U8(predicate), y, x, dst)
	return dst
}

// blend is y where the mask is set, else x.
func blend(mask, x reg.VecVirtual, y Op) reg.VecVirtual {
	dst := YMM()
	VBLENDVPD(mask, y, x, dst)
	return dst
}

// coast writes coast.step of package tokens for eight lanes, in short loops,
// each with few sums and short chains of operations: position and trades of
// both fours; then for each four what is recorded of trades, for the steps with
// one; what is recorded of each step; drawdowns, for the steps with a new high
// or low. The second and fourth go over the bits of a word, so that the
// processor has little to guess.
func coast() {
	TEXT("coastAVX2", 0, "func(lanes *float64, constants *[17][4]float64, gross *float64, steps int, now, step int64) uint8")
	Pragma("noescape")
	Doc("coastAVX2 takes eight coasting lanes, the first of which is given by the address",
		"of its first column, over the given number of steps, 1 to 64. Now is the end of",
		"the first step. It returns a bit for each four; if that is not set, one of them",
		"does not coast all the way, and nothing was done.")
	lanes := Load(Param("lanes"), GP64())
	consts := Load(Param("constants"), GP64())
	gross := Load(Param("gross"), GP64())
	steps := GP64()
	Load(Param("steps"), steps)
	c := func(name string) Mem { return Mem{Base: consts, Disp: 32 * index(constants, name)} }
	one := load(constant(1.0))
	k, end, mask, done := GP64(), GP64(), GP32(), GP64()
	XORQ(k, k)
	XORQ(done, done)
	MOVQ(steps, end)
	SHLQ(U8(5), end)

	// One of the two fours.
	type four struct {
		field               func(string) Mem
		before, after, cash Mem // p before and after trades, b
		bits                reg.GPVirtual
		p, b, pMin, pMax    reg.VecVirtual
	}
	var fours [2]four
	for i := range fours {
		f := four{before: AllocLocal(64 * 32), after: AllocLocal(64 * 32), cash: AllocLocal(65 * 32), bits: GP64()}
		f.field = func(name string) Mem { return Mem{Base: lanes, Disp: 128*index(fields, name) + 32*i} }
		f.p, f.b = load(f.field("p")), load(f.field("b"))
		f.pMin, f.pMax = load(f.field("pMin")), load(f.field("pMax"))
		VMOVUPD(f.b, f.cash)
		XORQ(f.bits, f.bits)
		fours[i] = f
	}

	Label("position")
	for i, f := range fours {
		p := mulpd(f.p, mulpd(load(c("ratio")), Mem{Base: gross, Disp: 32 * i}))
		VMOVUPD(p, f.before.Idx(k, 1))
		VMINPD(p, f.pMin, f.pMin)
		VMAXPD(p, f.pMax, f.pMax)
		up, down, either := cmppd(greater, p, c("upAt")), cmppd(less, p, c("downAt")), YMM()
		VORPD(up, down, either)
		note(either, mask, f.bits)
		factor := blend(up, load(c("grow")), addpd(mulpd(p, c("upC")), c("upA")))
		factor = blend(down, factor, addpd(mulpd(p, c("downC")), c("downA")))
		VMULPD(factor, f.b, f.b)
		VMOVUPD(f.b, f.cash.Offset(32).Idx(k, 1))
		VBLENDVPD(down, c("downP"), blend(up, p, c("upP")), f.p)
		VMOVUPD(f.p, f.after.Idx(k, 1))
	}
	ADDQ(U32(128), gross)
	ADDQ(U32(32), k)
	CMPQ(k, end)
	JLT(LabelRef("position"))

	keep := AllocLocal(32)
	for i, f := range fours {
		ok := cmppd(atLeast, f.pMin, c("lo"))
		VANDPD(cmppd(atMost, f.pMax, c("hi")), ok, ok)
		VMOVMSKPD(ok, mask)
		CMPL(mask, U32(15))
		JE(LabelRef([]string{"goA", "goB"}[i]))
		JMP(LabelRef([]string{"refuseA", "refuseB"}[i]))
		Label([]string{"goA", "goB"}[i])
		name := []string{"A", "B"}[i]
		state := map[string]reg.VecVirtual{}
		begin := func(names ...string) {
			for _, n := range names {
				state[n] = load(f.field(n))
			}
		}

		// Trades.
		sums := []string{"paid", "turnover", "kept", "trades"}
		begin(sums...)
		eachBit("trade"+name, f.bits, steps, k, func() {
			p, q := load(f.before.Idx(k, 1)), load(f.after.Idx(k, 1))
			up := cmppd(greater, p, c("upAt"))
			down := cmppd(less, p, c("downAt"))
			VORPD(up, down, down)
			VPSUBQ(down, state["trades"], state["trades"])
			o, u := subpd(one, p), subpd(one, q)
			paid := subpd(mulpd(mulpd(load(f.cash.Idx(k, 1)), c("grow")), o), mulpd(load(f.cash.Offset(32).Idx(k, 1)), u))
			VADDPD(paid, state["paid"], state["paid"])
			part := mulpd(subpd(do(VDIVPD, one, o), do(VDIVPD, one, u)), blend(up, load(c("downTurn")), c("upTurn")))
			VADDPD(part, state["turnover"], state["turnover"])
			VMULPD(subpd(one, mulpd(part, c("rate"))), state["kept"], state["kept"])
		})
		sure := cmppd(atLeast, state["kept"], c("leastKept"))
		VMOVMSKPD(sure, mask)
		CMPL(mask, U32(15))
		JNE(LabelRef("refuse" + name))
		for _, n := range sums {
			VMOVUPD(state[n], f.field(n))
		}
		VMOVUPD(f.pMin, f.field("pMin"))
		VMOVUPD(f.pMax, f.field("pMax"))

		// Every step.
		begin("sumE", "sumB", "s1", "s2", "s3", "min")
		high := newExtremes(one, keep, f.field)
		XORQ(f.bits, f.bits)
		XORQ(k, k)
		Label("record" + name)
		p, b := load(f.after.Idx(k, 1)), load(f.cash.Offset(32).Idx(k, 1))
		VADDPD(b, state["sumB"], state["sumB"])
		o := subpd(one, p)
		e := mulpd(o, b)
		d := subpd(do(VDIVPD, one, o), c("v0"))
		VMOVUPD(e, f.before.Idx(k, 1)) // p is not needed any more
		VADDPD(e, state["sumE"], state["sumE"])
		VMINPD(e, state["min"], state["min"])
		high.note(e, mask, f.bits)
		VADDPD(d, state["s1"], state["s1"])
		d2 := mulpd(d, d)
		VADDPD(d2, state["s2"], state["s2"])
		VADDPD(mulpd(d2, d), state["s3"], state["s3"])
		ADDQ(U32(32), k)
		CMPQ(k, end)
		JLT(LabelRef("record" + name))

		for _, n := range []string{"sumE", "sumB", "s1", "s2", "s3", "min"} {
			VMOVUPD(state[n], f.field(n))
		}
		last := func(m Mem) reg.VecVirtual { return load(m.Offset(-32).Idx(end, 1)) }
		q := last(f.after)
		VMOVUPD(q, f.field("p"))
		VMOVUPD(do(VDIVPD, one, subpd(one, q)), f.field("v"))
		VMOVUPD(last(f.cash.Offset(32)), f.field("b"))
		VMOVUPD(last(f.before), f.field("e"))
		visits("visit"+name, f.bits, steps, k, f.before, one, f.field)
		ORQ(U8(1<<i), done)
		Label("refuse" + name)
	}
	VZEROUPPER()
	result := done.As8()
	Store(result, ReturnIndex(0))
	RET()
}

func load(m Mem) reg.VecVirtual {
	r := YMM()
	VMOVUPD(m, r)
	return r
}

// note shifts a bit into bits from above: whether any lane's mask is set.
func note(mask reg.VecVirtual, scratch, bits reg.GPVirtual) {
	VMOVMSKPD(mask, scratch)
	NEGL(scratch) // carry: not zero
	RCRQ(U8(1), bits)
}

// eachBit does body for each of the last n notes that is set, with k at 32
// times its number.
func eachBit(name string, bits, n, k reg.GPVirtual, body func()) {
	MOVQ(n, reg.RCX)
	NEGQ(reg.RCX)
	SHRQ(reg.CL, bits) // by 64 − n, modulo 64
	JMP(LabelRef(name + "Next"))
	Label(name)
	BSFQ(bits, k)
	SHLQ(U8(5), k)
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

func (x *extremes) note(e reg.VecVirtual, mask, bits reg.GPVirtual) {
	high, low := cmppd(greater, e, x.peak), cmppd(less, e, x.floor)
	VMAXPD(e, x.peak, x.peak)
	VMINPD(e, x.floor, x.floor)
	VBLENDVPD(high, mulpd(e, x.keep), x.floor, x.floor)
	VORPD(high, low, low)
	note(low, mask, bits)
}

// visits does drawdown.visit at the steps noted in bits, of the values in
// memory.
func visits(name string, bits, n, k reg.GPVirtual, values Mem, one reg.VecVirtual, field func(string) Mem) {
	peak, floor, depth := load(field("peak")), load(field("floor")), load(field("depth"))
	start, now, step := GP64(), GP64(), GP64()
	Load(Param("now"), start)
	Load(Param("step"), step)
	eachBit(name, bits, n, k, func() {
		e := load(values.Idx(k, 1))
		MOVQ(k, now)
		SHRQ(U8(5), now)
		IMULQ(step, now)
		ADDQ(start, now)
		visit(now, e, cmppd(greater, e, peak), cmppd(less, e, floor), one, peak, floor, depth, field)
	})
	VMOVUPD(peak, field("peak"))
	VMOVUPD(floor, field("floor"))
	VMOVUPD(depth, field("depth"))
}

// visit is drawdown.visit for lanes with a value e that is a new high or a new
// low, by mask.
func visit(now reg.Register, e, high, low, one, peak, floor, depth reg.VecVirtual, field func(string) Mem) {
	// Peak, floor and depth first: the next visit waits for them.
	x := YMM()
	VSUBPD(depth, one, x)
	VMULPD(x, e, x)
	VBLENDVPD(high, x, floor, floor)
	VBLENDVPD(low, e, floor, floor)
	VDIVPD(peak, e, x)
	VSUBPD(x, one, x)
	VBLENDVPD(low, x, depth, depth)
	VBLENDVPD(high, e, peak, peak)

	t, since, m := YMM(), YMM(), YMM()
	VMOVQ(now, t.AsX())
	VPBROADCASTQ(t.AsX(), t)
	put := func(name string, mask, y reg.VecVirtual) {
		x := load(field(name))
		VBLENDVPD(mask, y, x, x)
		VMOVUPD(x, field(name))
	}
	x = load(field("peakAt"))
	VPSUBQ(x, t, since)
	put("peakAt", high, t)
	put("fell", low, since)
	// A new high ends the time under water, and may make good the deepest fall.
	x = load(field("longest"))
	VPCMPGTQ(x, since, m)
	VPAND(high, m, m)
	put("longest", m, since)
	x = load(field("trough"))
	VPSUBQ(x, t, since)
	put("trough", low, t)
	x = load(field("unhealed"))
	VPAND(x, high, m)
	put("recovery", m, since)
	VPANDN(x, high, m)
	VPOR(low, m, m)
	VMOVDQU(m, field("unhealed"))
}

// market writes what tokens.Markets do to eight markets.
func market() {
	TEXT("marketAVX2", 0, "func(markets, move, gross *float64, steps int, now, step int64)")
	Pragma("noescape")
	Doc("marketAVX2 takes eight markets, the first of which is given by the address of",
		"its first column, over the given number of steps, 1 to 64. Now is the end of",
		"the first step.")
	markets := Load(Param("markets"), GP64())
	move := Load(Param("move"), GP64())
	gross := Load(Param("gross"), GP64())
	steps := GP64()
	Load(Param("steps"), steps)
	type four struct {
		field    func(string) Mem
		prices   Mem
		bits     reg.GPVirtual
		x, s, qv reg.VecVirtual
		high     *extremes
	}
	one := load(constant(1.0))
	var fours [2]four
	for i := range fours {
		f := four{prices: AllocLocal(64 * 32), bits: GP64()}
		f.field = func(name string) Mem { return Mem{Base: markets, Disp: 128*index(marketFields, name) + 32*i} }
		f.x, f.s, f.qv = load(f.field("x")), load(f.field("s")), load(f.field("qv"))
		f.high = newExtremes(one, AllocLocal(32), f.field)
		XORQ(f.bits, f.bits)
		fours[i] = f
	}
	mask, k, end := GP32(), GP64(), GP64()
	XORQ(k, k)
	MOVQ(steps, end)
	SHLQ(U8(5), end)
	Label("step")
	for i, f := range fours {
		r := load(Mem{Base: move, Disp: 32 * i})
		VMULPD(Mem{Base: gross, Disp: 32 * i}, f.s, f.s)
		VMOVUPD(f.s, f.prices.Idx(k, 1))
		f.high.note(f.s, mask, f.bits)
		VADDPD(r, f.x, f.x)
		VADDPD(mulpd(r, r), f.qv, f.qv)
	}
	ADDQ(U32(128), move)
	ADDQ(U32(128), gross)
	ADDQ(U32(32), k)
	CMPQ(k, end)
	JLT(LabelRef("step"))
	for i, f := range fours {
		VMOVUPD(f.x, f.field("x"))
		VMOVUPD(f.s, f.field("s"))
		VMOVUPD(f.qv, f.field("qv"))
		visits([]string{"visitA", "visitB"}[i], f.bits, steps, k, f.prices, one, f.field)
	}
	VZEROUPPER()
	RET()
}
