package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// everywhere is a parameter in all elements of a vector.
func everywhere(name string) reg.VecVirtual {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	dst := vec()
	VBROADCASTSD(p.Addr, dst)
	return dst
}

// revert writes reverting.steps of package rates for the 16 lanes of a group.
func revert() {
	begin("revert", attr.NOSPLIT, "func(x, z, move, value, rest *float64, n int, keep, own, shared float64)",
		"writes the values before each of n steps of 16 lanes, above zero, to x. The values now",
		"move on to rest + keep·value + (own·z + shared·move).")
	at := map[string]reg.GPVirtual{}
	for _, name := range []string{"x", "z", "move", "value", "rest", "n"} {
		at[name] = GP64()
		Load(Param(name), at[name])
	}
	keep, own, shared := everywhere("keep"), everywhere("own"), everywhere("shared")
	const parts = 4
	var v, rest [parts]reg.VecVirtual
	for i := range v {
		v[i], rest[i] = load(Mem{Base: at["value"], Disp: 32 * i}), load(Mem{Base: at["rest"], Disp: 32 * i})
	}
	Label("step")
	for i := range v {
		part := func(name string) Mem { return Mem{Base: at[name], Disp: 32 * i} }
		VMOVUPD(v[i], part("x"))
		VMULPD(keep, v[i], v[i])
		VADDPD(v[i], rest[i], v[i])
		VADDPD(addpd(mulpd(own, part("z")), mulpd(shared, part("move"))), v[i], v[i])
	}
	for _, name := range []string{"x", "z", "move"} {
		ADDQ(U32(128), at[name])
	}
	SUBQ(U32(1), at["n"])
	JNZ(LabelRef("step"))
	for i := range v {
		VMOVUPD(v[i], Mem{Base: at["value"], Disp: 32 * i})
	}
	VZEROUPPER()
	RET()
}

// eachRow begins a loop over rows of 16 numbers, which do changes.
func eachRow(do func(x reg.VecVirtual)) {
	x, n := GP64(), GP64()
	Load(Param("x"), x)
	Load(Param("n"), n)
	Label("next")
	for i := range 128 / bytes() {
		m := Mem{Base: x, Disp: bytes() * i}
		v := load(m)
		do(v)
		VMOVUPD(v, m)
	}
	ADDQ(U32(128), x)
	SUBQ(U32(16), n)
	JNZ(LabelRef("next"))
	VZEROUPPER()
	RET()
}

// pay writes Rule.pay of package rates.
func pay() {
	begin("pay", attr.NOSPLIT, "func(x *float64, n int, interest, clamp, limit, least, share, perYear float64)",
		"turns the first n premiums, a multiple of 16 above zero, into payments per year. Least is -limit.")
	interest, clamp, limit, least := everywhere("interest"), everywhere("clamp"), everywhere("limit"),
		everywhere("least")
	share, perYear := everywhere("share"), everywhere("perYear")
	half := load(constant(0.5))
	eachRow(func(x reg.VecVirtual) {
		d := subpd(interest, x)
		clamped := mulpd(subpd(size(addpd(d, clamp)), size(subpd(d, clamp))), half)
		VADDPD(clamped, x, x)
		VMULPD(share, x, x)
		VMINPD(limit, x, x)
		VMAXPD(least, x, x)
		VMULPD(perYear, x, x)
	})
}

// slopes writes what reserve.borrow of package rates does to e^(−y/128).
func slopes() {
	begin("slopes", attr.NOSPLIT, "func(x *float64, n int, own, base, kink, below, above float64)",
		"turns the first n numbers e^(-y/128), a multiple of 16 above zero, into borrow rates.")
	own, base, kink := everywhere("own"), everywhere("base"), everywhere("kink")
	below, above := everywhere("below"), everywhere("above")
	one, half := load(constant(1.0)), load(constant(0.5))
	eachRow(func(x reg.VecVirtual) {
		for range 7 {
			VMULPD(x, x, x)
		}
		u := do(VDIVPD, one, addpd(x, one))
		VADDPD(own, u, u)
		VMINPD(one, u, u)
		over := subpd(u, kink)
		VADDPD(size(over), over, over)
		VMULPD(half, over, over)
		VMOVUPD(addpd(addpd(mulpd(subpd(u, over), below), base), mulpd(over, above)), x)
	})
}

// adapt writes market.charge of package rates where funding never falls.
func adapt() {
	begin("adapt", attr.NOSPLIT, "func(skew, borrow, rate *float64, n int, rise, stable, least, most, lowest, side, "+
		"free float64)",
		"turns the skews e^(-y/128) of n ticks of 16 lanes, above zero, into funding, and takes the borrow",
		"fee of the smaller side times free. The rates before the ticks move on. Lowest is -most.")
	skew, borrow, rate := GP64(), GP64(), GP64()
	Load(Param("skew"), skew)
	Load(Param("borrow"), borrow)
	Load(Param("rate"), rate)
	rise, stable, least := everywhere("rise"), everywhere("stable"), everywhere("least")
	most, lowest := everywhere("most"), everywhere("lowest")
	side, free := everywhere("side"), everywhere("free")
	one := load(constant(1.0))
	lanes, at, n := GP64(), GP64(), GP64()
	MOVQ(U32(4), lanes)
	Label("lanes")
	now := load(Mem{Base: rate})
	XORQ(at, at)
	Load(Param("n"), n)
	Label("tick")
	skewNow, borrowNow := Mem{Base: skew, Index: at, Scale: 1}, Mem{Base: borrow, Index: at, Scale: 1}
	other := load(skewNow)
	for range 7 {
		VMULPD(other, other, other)
	}
	smaller := cmppd(greater, other, one)
	VMOVUPD(blend(smaller, load(borrowNow), mulpd(free, borrowNow)), borrowNow)
	imbalance := do(VDIVPD, subpd(one, other), addpd(one, other))
	move := mulpd(rise, imbalance)
	next := do(VMAXPD, lowest, do(VMINPD, most, addpd(now, move)))
	small := and(cmppd(greater, mulpd(now, imbalance), zero()), cmppd(atMost, size(imbalance), stable))
	next = blend(small, next, now)
	d := subpd(next, now)
	VMOVAPD(next, now)
	VADDPD(constant(1e-300), move, move)
	part := do(VDIVPD, d, move)
	VMULPD(constant(0.5), d, d)
	mean := subpd(next, mulpd(d, part))
	paid := do(VMAXPD, least, size(mean))
	VANDPD(constant(uint64(1<<63)), mean, mean)
	VORPD(mean, paid, paid)
	VMULPD(side, paid, paid)
	VMOVUPD(mulpd(paid, do(VMAXPD, other, one)), skewNow)
	ADDQ(U32(128), at)
	SUBQ(U32(1), n)
	JNZ(LabelRef("tick"))
	VMOVUPD(now, Mem{Base: rate})
	for _, p := range []reg.GPVirtual{skew, borrow, rate} {
		ADDQ(U32(32), p)
	}
	SUBQ(U32(1), lanes)
	JNZ(LabelRef("lanes"))
	VZEROUPPER()
	RET()
}
