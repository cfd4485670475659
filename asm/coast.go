package main

import (
	"github.com/mmcloughlin/avo/attr"
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
	"ratio", "grow", "upAt", "downAt", "upA", "upC", "downA", "downC", "upP", "downP", "upV", "downV", "upTurn", "downTurn", "rate", "v0", "lo", "hi", "leastKept",
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

// coast writes coast.step of package tokens for four lanes: first their
// position and trades, step by step, then what is recorded of each step. Two
// short loops keep the processor busier than one long, and their sums fit into
// registers.
func coast() {
	TEXT("coastAVX2", 0, "func(lanes *float64, constants *[19][4]float64, gross *float64, steps int, now, step int64) bool")
	Pragma("noescape")
	Doc("coastAVX2 takes four coasting lanes, the first of which is given by the address",
		"of its first column, over the given number of steps, 1 to 64. Now is the end of",
		"the first step. If one of them does not coast all the way, it does nothing and",
		"returns false.")
	lanes := Load(Param("lanes"), GP64())
	consts := Load(Param("constants"), GP64())
	gross := Load(Param("gross"), GP64())
	steps := Load(Param("steps"), GP64())
	eBuf, vBuf := AllocLocal(64*32), AllocLocal(64*32)
	field := func(name string) Mem { return Mem{Base: lanes, Disp: 128 * index(fields, name)} }
	c := func(name string) Mem { return Mem{Base: consts, Disp: 32 * index(constants, name)} }
	load := func(m Mem) reg.VecVirtual {
		r := YMM()
		VMOVUPD(m, r)
		return r
	}
	state := map[string]reg.VecVirtual{}
	first := []string{"p", "b", "trades", "pMin", "pMax", "paid", "turnover", "kept", "sumB"}
	for _, name := range first {
		state[name] = load(field(name))
	}
	one := load(constant(1.0))
	k := GP64()
	XORQ(k, k)
	shifted := GP64()
	XORQ(shifted, shifted)

	Label("position")
	p := mulpd(state["p"], mulpd(load(c("ratio")), Mem{Base: gross}))
	ADDQ(U32(128), gross)
	VMINPD(p, state["pMin"], state["pMin"])
	VMAXPD(p, state["pMax"], state["pMax"])
	up, down, either := cmppd(greater, p, c("upAt")), cmppd(less, p, c("downAt")), YMM()
	VORPD(up, down, either)
	VPSUBQ(either, state["trades"], state["trades"])
	b := mulpd(state["b"], c("grow"))
	o := subpd(one, p)
	e := mulpd(b, o)
	v := do(VDIVPD, one, o)
	factor := blend(up, one, addpd(mulpd(p, c("upC")), c("upA")))
	factor = blend(down, factor, addpd(mulpd(p, c("downC")), c("downA")))
	VMULPD(factor, b, state["b"])
	VADDPD(state["b"], state["sumB"], state["sumB"])
	VMOVAPD(blend(down, blend(up, p, c("upP")), c("downP")), state["p"])
	after := mulpd(state["b"], subpd(one, state["p"]))
	VMOVUPD(after, eBuf.Idx(shifted, 1))
	VADDPD(subpd(e, after), state["paid"], state["paid"])
	v3 := blend(down, blend(up, v, c("upV")), c("downV"))
	VMOVUPD(v3, vBuf.Idx(shifted, 1))
	part := mulpd(subpd(v, v3), blend(up, load(c("downTurn")), c("upTurn")))
	VADDPD(part, state["turnover"], state["turnover"])
	VMULPD(subpd(one, mulpd(part, c("rate"))), state["kept"], state["kept"])
	ADDQ(U32(32), shifted)
	INCQ(k)
	CMPQ(k, steps)
	JLT(LabelRef("position"))
	ok := cmppd(atLeast, state["pMin"], c("lo"))
	VANDPD(cmppd(atMost, state["pMax"], c("hi")), ok, ok)
	VANDPD(cmppd(atLeast, state["kept"], c("leastKept")), ok, ok)
	mask := GP32()
	VMOVMSKPD(ok, mask)
	CMPL(mask, U32(15))
	JNE(LabelRef("refuse"))
	VMOVUPD(after, field("e"))
	VMOVUPD(v3, field("v"))
	for _, name := range first {
		VMOVUPD(state[name], field(name))
	}

	// Records.
	second := []string{"sumE", "s1", "s2", "s3", "min", "peak", "floor"}
	for _, name := range second {
		state[name] = load(field(name))
	}
	v0 := load(c("v0"))
	now := Load(Param("now"), GP64())
	step := Load(Param("step"), GP64())
	SHLQ(U8(5), steps)
	XORQ(shifted, shifted)
	Label("record")
	e, v = load(eBuf.Idx(shifted, 1)), load(vBuf.Idx(shifted, 1))
	d := subpd(v, v0)
	d2 := mulpd(d, d)
	VADDPD(e, state["sumE"], state["sumE"])
	VADDPD(d, state["s1"], state["s1"])
	VADDPD(d2, state["s2"], state["s2"])
	VADDPD(mulpd(d2, d), state["s3"], state["s3"])
	VMINPD(e, state["min"], state["min"])
	high, low := cmppd(greater, e, state["peak"]), cmppd(less, e, state["floor"])
	either = YMM()
	VORPD(high, low, either)
	VMOVMSKPD(either, mask)
	TESTL(mask, mask)
	JNZ(LabelRef("extreme"))
	Label("recorded")
	ADDQ(step, now)
	ADDQ(U32(32), shifted)
	CMPQ(shifted, steps)
	JLT(LabelRef("record"))
	for _, name := range second {
		VMOVUPD(state[name], field(name))
	}
	yes := GP8()
	MOVB(U8(1), yes)
	VZEROUPPER()
	Store(yes, ReturnIndex(0))
	RET()

	Label("refuse")
	no := GP8()
	XORB(no, no)
	VZEROUPPER()
	Store(no, ReturnIndex(0))
	RET()

	Label("extreme")
	visit(now, e, high, low, one, state["peak"], state["floor"], field)
	JMP(LabelRef("recorded"))
}

// visit is drawdown.visit for lanes with a value e that is a new high or a new
// low, by mask.
func visit(now reg.Register, e, high, low, one, peak, floor reg.VecVirtual, field func(string) Mem) {
	t := YMM()
	VMOVQ(now, t.AsX())
	VPBROADCASTQ(t.AsX(), t)
	at, x, m := YMM(), YMM(), YMM()
	put := func(name string, mask, y reg.VecVirtual) {
		VMOVUPD(field(name), x)
		VBLENDVPD(mask, y, x, x)
		VMOVUPD(x, field(name))
	}
	// A new low: depth, since when, and that it is not made good.
	VDIVPD(peak, e, x)
	VSUBPD(x, one, at)
	put("depth", low, at)
	VMOVDQU(field("peakAt"), at)
	VPSUBQ(at, t, at) // the time since the peak
	put("fell", low, at)
	// A new high: recovery if unhealed, the longest time under water, the peak.
	VMOVDQU(field("longest"), x)
	VPCMPGTQ(x, at, m)
	VPAND(high, m, m)
	put("longest", m, at)
	put("peakAt", high, t)
	VPAND(field("unhealed"), high, m)
	VMOVDQU(field("trough"), x)
	VPSUBQ(x, t, at)
	put("recovery", m, at)
	put("trough", low, t)
	VMOVDQU(field("unhealed"), x)
	VPANDN(x, high, m)
	VPOR(low, m, m)
	VMOVDQU(m, field("unhealed"))
	VBLENDVPD(high, e, peak, peak)
	VMOVUPD(field("depth"), x)
	VSUBPD(x, one, x)
	VMULPD(x, e, x)
	VBLENDVPD(high, x, floor, floor)
	VBLENDVPD(low, e, floor, floor)
}

// market writes what tokens.Advance does to four markets.
func market() {
	TEXT("marketAVX2", attr.NOSPLIT, "func(markets, move, gross *float64, steps int, now, step int64)")
	Pragma("noescape")
	Doc("marketAVX2 takes four markets, the first of which is given by the address of",
		"its first column, over the given number of steps, at least 1. Now is the end of",
		"the first step.")
	markets := Load(Param("markets"), GP64())
	move := Load(Param("move"), GP64())
	gross := Load(Param("gross"), GP64())
	steps := Load(Param("steps"), GP64())
	now := Load(Param("now"), GP64())
	step := Load(Param("step"), GP64())
	field := func(name string) Mem { return Mem{Base: markets, Disp: 128 * index(marketFields, name)} }
	state := map[string]reg.VecVirtual{}
	names := []string{"x", "s", "qv", "peak", "floor"}
	for _, name := range names {
		state[name] = YMM()
		VMOVUPD(field(name), state[name])
	}
	one := YMM()
	VMOVUPD(constant(1.0), one)
	Label("step")
	r := YMM()
	VMOVUPD(Mem{Base: move}, r)
	VMULPD(Mem{Base: gross}, state["s"], state["s"])
	VADDPD(r, state["x"], state["x"])
	VADDPD(mulpd(r, r), state["qv"], state["qv"])
	high, low, either := cmppd(greater, state["s"], state["peak"]), cmppd(less, state["s"], state["floor"]), YMM()
	VORPD(high, low, either)
	mask := GP32()
	VMOVMSKPD(either, mask)
	TESTL(mask, mask)
	JNZ(LabelRef("extreme"))
	Label("next")
	ADDQ(U32(128), move)
	ADDQ(U32(128), gross)
	ADDQ(step, now)
	DECQ(steps)
	JNZ(LabelRef("step"))
	for _, name := range names {
		VMOVUPD(state[name], field(name))
	}
	VZEROUPPER()
	RET()

	Label("extreme")
	visit(now, state["s"], high, low, one, state["peak"], state["floor"], field)
	JMP(LabelRef("next"))
}
